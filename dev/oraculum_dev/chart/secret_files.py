"""`oraculum secrets --files [FOLDER]`: the suite's secrets as files, which compose.yaml mounts one by one.

What is there already stays as it is: the passwords lie in the database's volume too, and made again they would open nothing.
"""

from pathlib import Path

from oraculum_dev.infrastructure.databases import role_of, script
from oraculum_dev.project import ROOT, SERVICES
from oraculum_dev.suite.keys import Keys, write_secret

FOLDER = ROOT / "compose" / "secrets"
# As compose.yaml calls them; between two containers of one machine there is no TLS.
SERVER = "postgres:5432"
DATABASE = "oraculum"


def write(folder: Path) -> None:
    """Make what is missing."""
    keys = Keys(folder)
    keys.ensure()
    keys.password("postgres")
    for service in SERVICES:
        role = role_of(service)
        url = f"postgresql://{role}:{keys.password(role)}@{SERVER}/{DATABASE}?sslmode=disable"
        write_secret(folder / f"database-{service}.url", url)
    passwords = {service: keys.password(role_of(service)) for service in SERVICES}
    write_secret(folder / "roles.sql", script(passwords))
    # A file reaches a container with its own mode, and a process there is somebody else; on this machine the folder, which
    # is its owner's alone, keeps others out.
    for path in folder.iterdir():
        path.chmod(0o444)
