"""What reviewers read is what the migrations make."""

import pytest

from oraculum_dev.fixtures.databases import Databases
from oraculum_dev.project import SERVICES, migrations_of
from oraculum_dev.schemas import dumped


@pytest.mark.parametrize("service", SERVICES)
def test_schema_is_what_the_migrations_make(database_for: Databases, service: str) -> None:
    """When this fails: `make schemas`, and commit the file with the migration."""
    assert dumped(database_for, service) == migrations_of(service).with_name("schema.sql").read_text()
