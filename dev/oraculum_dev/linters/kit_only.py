"""Some things are done in one place only: channels, the clock, ids and the environment belong to the kit.

A channel opened elsewhere has no deadline, no service token and no typed errors; a clock read elsewhere cannot be set
by a test; an id made elsewhere is neither sortable nor repeatable; a variable read elsewhere is not in the one message
that names every missing one. A process that serves logs and never prints. Names are followed through their imports,
and passing a function on (`default_factory=uuid4`) counts as much as calling it. Tests are free.
Escape: `# lint-allow kit-only: <why>`.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from oraculum_dev.linters.names import dotted, imported_names
from oraculum_dev.linters.tree import Finding, SourceFile, Tree

RULE = "kit-only"


@dataclass(frozen=True)
class Door:
    """Something that may be done only behind some paths, and what to use everywhere else."""

    forbidden: frozenset[str]
    # Beginnings or ends of paths.
    inside: tuple[str, ...]
    instead: str

    def admits(self, path: str) -> bool:
        """Whether a file stands behind the door."""
        return path.startswith(self.inside) or path.endswith(self.inside)


KIT = "libs/kit/oraculum_kit/"

DOORS = (
    Door(
        frozenset(
            f"grpc.{variant}{kind}_channel" for variant in ("", "aio.") for kind in ("insecure", "secure")
        ),
        (f"{KIT}client",),
        "oraculum_kit.client.channel, which sets deadlines and carries the caller",
    ),
    Door(
        frozenset(
            {
                "datetime.datetime.now",
                "datetime.datetime.today",
                "datetime.datetime.utcnow",
                "datetime.date.today",
                "time.time",
                "time.time_ns",
            }
        ),
        # A log line says when it was written, whatever a test takes the time to be.
        (f"{KIT}clock", f"{KIT}logs"),
        "the injected oraculum_kit.clock.Clock (durations may use time.monotonic)",
    ),
    Door(
        frozenset(
            f"{module}.uuid{version}" for module in ("uuid", "uuid_utils") for version in (1, 3, 4, 5, 6, 7)
        ),
        # The local runner names its throw-away things; no row of a service is among them.
        (f"{KIT}ids", "dev/"),
        "oraculum_kit.ids: uuid7 for a new row, derived for what a retry must meet again",
    ),
    Door(
        frozenset({"os.environ", "os.environb", "os.getenv", "os.putenv"}),
        # A program that is started gets the PATH that its parent was given, and a process its settings.
        (f"{KIT}config", f"{KIT}migrations", "dev/", "/__main__.py", "/admin.py"),
        "oraculum_kit.config.Environment, read once at start",
    ),
    # A process that could not read its configuration has no log yet: it tells the terminal. So does a command.
    Door(frozenset({"print"}), (f"{KIT}process", "dev/", "/admin.py"), "a structured log"),
)


def check(tree: Tree) -> Iterator[Finding]:
    """Every use of something that belongs behind one of the doors, outside it."""
    for file in tree.python():
        if not file.is_test:
            yield from _uses(file, [door for door in DOORS if not door.admits(file.path)])


def _uses(file: SourceFile, doors: list[Door]) -> Iterator[Finding]:
    names = imported_names(file)
    for node in file.nodes:
        if not isinstance(node, (ast.Attribute, ast.Name)):
            continue
        name = dotted(node, names)
        for door in doors:
            if name in door.forbidden:
                yield file.finding(RULE, node, f"{name} has its own place; here use {door.instead}")
