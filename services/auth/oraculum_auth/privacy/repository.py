"""What is asked of the database about one person."""

from typing import Final

from oraculum_kit.db import queries

statements: Final = queries("oraculum_auth", "sql/privacy.sql")
