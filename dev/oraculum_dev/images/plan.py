"""Which images there are."""

from dataclasses import dataclass

from oraculum_dev.project import SERVICES

REPOSITORY = "oraculum"
# The name under which the Dockerfile asks for its base, and under which a local one is imported.
BASE = "python:3.11-slim-bookworm"


@dataclass(frozen=True)
class Image:
    """One image: its short name and the folder of the package inside it."""

    name: str
    package: str

    def tag(self, version: str) -> str:
        """The full name."""
        return f"{REPOSITORY}/{self.name}:{version}"


IMAGES = (
    *(Image(name, f"services/{name}") for name in SERVICES),
    Image("gateway", "gateway"),
    # Migrations and topics, run before the others.
    Image("prepare", "libs/kit"),
)
