"""The parts of the house and what each may know: the table that the import rule reads.

Folders are the checkout's, packages are Python's. A service knows the kit, money and the contracts, never another
service; the kit knows nothing of ours, since it must hold no domain word; money knows nothing at all.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from oraculum_dev.linters.tree import SourceFile

CONTRACTS = "oraculum"
SHARED = frozenset({"oraculum_kit", "oraculum_money", CONTRACTS})

# Tests may use the fixtures that start real servers, and speak the contracts whatever they test.
TEST_PACKAGES = frozenset({"oraculum_dev", CONTRACTS})


@dataclass(frozen=True)
class Part:
    """One part of the house: its folder, its own package, and the packages of ours that it may import."""

    folder: str
    package: str
    may_import: frozenset[str]


FIXED_PARTS = (
    Part("protos", CONTRACTS, frozenset({CONTRACTS})),
    Part("libs/kit", "oraculum_kit", frozenset()),
    Part("libs/money", "oraculum_money", frozenset()),
    Part("gateway", "oraculum_gateway", SHARED),
    # Whoever installs it has nothing else of ours.
    Part("clients/python", "oraculum_client", frozenset()),
    # It uses the API as people do, and so what they install.
    Part("dev", "oraculum_dev", SHARED | {"oraculum_client"}),
)


def part_of(file: SourceFile) -> Part | None:
    """The part that a file belongs to; None for what belongs to the whole house, such as `tests/`."""
    if file.parts[0] == "services" and len(file.parts) > 2:
        name = file.parts[1]
        return Part(f"services/{name}", f"oraculum_{name.replace('-', '_')}", SHARED)
    return next((part for part in FIXED_PARTS if PurePosixPath(file.path).is_relative_to(part.folder)), None)


def is_ours(module: str) -> bool:
    """Whether a dotted module name, or the name of a distribution, is one of the house's own."""
    first = module.partition(".")[0].replace("-", "_")
    return first == CONTRACTS or first.startswith(f"{CONTRACTS}_")
