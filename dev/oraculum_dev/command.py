"""The command `oraculum`: what `make` calls."""

import argparse
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence

from oraculum_dev.infrastructure.programs import ProgramError

# Imported only when asked for: `oraculum --help` need not load the demo's wallets or the linters.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "up": ("oraculum_dev.suite.up:main", "start the whole suite and show it live; Ctrl-C stops it"),
    "down": ("oraculum_dev.suite.commands:down", "stop the suite that runs in this folder"),
    "status": (
        "oraculum_dev.suite.commands:status",
        "what is up, where, how much it takes; exit 0 when all is healthy",
    ),
    "logs": ("oraculum_dev.suite.commands:logs", "follow the logs, of all or of the named parts"),
    "clean": ("oraculum_dev.suite.commands:clean", "remove the suite's data, keys and logs"),
    "test": ("oraculum_dev.checks.test:main", "everything: linters, types, contracts, tests, the demo"),
    "check": ("oraculum_dev.checks.check:main", "single steps: lint, types, contracts, unit"),
    "protos": (
        "oraculum_dev.contracts:main",
        "generate the code of the contracts; --accept renews the image",
    ),
    "demo": ("oraculum_dev.demo:main", "tell the story of a bet against the running suite"),
}
WITHOUT_ARGUMENTS = {"up", "down", "status", "clean"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="oraculum", description="Runs, checks and shows Oraculum on this machine."
    )
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    for name, (_, text) in COMMANDS.items():
        commands.add_parser(name, help=text, add_help=name in WITHOUT_ARGUMENTS)
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command in WITHOUT_ARGUMENTS:
        parser.error(f"{options.command} takes no arguments, not {' '.join(rest)}")
    try:
        return _load(COMMANDS[options.command][0])(*([] if options.command in WITHOUT_ARGUMENTS else [rest]))
    except ProgramError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _load(place: str) -> Callable[..., int]:
    module, _, function = place.partition(":")
    found: Callable[..., int] = getattr(importlib.import_module(module), function)
    return found


if __name__ == "__main__":
    sys.exit(main())
