"""Writes each service's `schema.sql`: what its migrations come to, for reviewers to read."""

import sys

from oraculum_dev.fixtures.databases import Databases
from oraculum_dev.fixtures.servers import LocalServers
from oraculum_dev.infrastructure.postgres import INSTALLATION
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.project import ROOT, SERVICES, migrations_of, schema_of
from oraculum_kit.migrations import MigrationError, dump_schema


def main() -> int:
    """Bring every `schema.sql` up to date with the migrations."""
    servers = LocalServers()
    try:
        databases = Databases(servers.address("postgres"))
        for service in SERVICES:
            path = migrations_of(service).with_name("schema.sql")
            text = dumped(databases, service)
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
                print(f"wrote {path.relative_to(ROOT)}")
    except MigrationError as error:
        raise ProgramError(f"a migration does not go through: {error}") from error
    finally:
        servers.close()
    return 0


def dumped(databases: Databases, service: str) -> str:
    """The schema that a service's migrations make."""
    return dump_schema(databases.make(service), schema_of(service), programs=INSTALLATION / "bin")


if __name__ == "__main__":
    sys.exit(main())
