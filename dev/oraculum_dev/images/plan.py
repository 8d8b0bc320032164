"""Which images there are."""

from dataclasses import dataclass

from oraculum_dev.project import SERVICES, package_of

REPOSITORY = "oraculum"
# The name under which the Dockerfile asks for its base, and under which a local one is imported.
BASE = "python:3.11-slim-bookworm"


@dataclass(frozen=True)
class Image:
    """One image: its short name, the folder of the package inside it, and the module that it runs."""

    name: str
    package: str
    module: str

    def tag(self, version: str) -> str:
        """The full name."""
        return f"{REPOSITORY}/{self.name}:{version}"


IMAGES = (
    *(Image(name, f"services/{name}", package_of(name)) for name in SERVICES),
    Image("gateway", "gateway", package_of("gateway")),
    # Migrations and topics, run before the others.
    Image("prepare", "libs/kit", "oraculum_kit.prepare"),
    # Venues and a mail server for machines that reach none; no cluster runs it.
    Image("stand-in", "dev", "oraculum_dev.venues"),
)
