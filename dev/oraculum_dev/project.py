"""Where the checkout is: everything the runner reads or writes is found from here."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROTOS = ROOT / "protos"
TOPICS = PROTOS / "topics"
STATE = ROOT / ".oraculum"
TOOLS = ROOT / ".venv" / "bin"

# A service's name on the wire and in the environment; its folder is services/<name>.
SERVICES = ("auth", "event", "prediction", "wallet", "market-data", "notification")


def tool(name: str) -> str:
    """Return the path of a program that the environment brought along."""
    return str(TOOLS / name)


def migrations_of(service: str) -> Path:
    """Return the folder of a service's migrations."""
    return ROOT / "services" / service / "migrations"


def schema_of(service: str) -> str:
    """Return the name of the schema, and of the database role without its prefix."""
    return service.replace("-", "_")


def package_of(service: str) -> str:
    """Return the import name of a service's package, the gateway's included."""
    return f"oraculum_{service.replace('-', '_')}"
