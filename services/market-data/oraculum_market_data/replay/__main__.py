"""The command: read a directory of recordings and print what was in it.

    python -m oraculum_market_data.replay DIR            a table for people
    python -m oraculum_market_data.replay DIR --json     one line for each file
    python -m oraculum_market_data.replay DIR --dump     the normal form itself, one line for each item
    python -m oraculum_market_data.replay DIR --speed 10 at ten times the pace at which it was received

It ends with 0 when every file could be read, whatever was refused in them, and with 2 when there was nothing to read.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from oraculum_market_data.replay.pace import Pace, speed_of
from oraculum_market_data.replay.recordings import files_in
from oraculum_market_data.replay.reports import DumpLine, FileReport, encoder, report
from oraculum_market_data.replay.table import table


def main(arguments: Sequence[str] | None = None) -> int:
    """Read what the arguments name and print it."""
    parser = ArgumentParser(prog="oraculum replay", description="Read recordings of venues.")
    parser.add_argument("directory", type=Path, help="a directory of recordings, or one recording")
    parser.add_argument("--json", action="store_true", help="print one line of JSON for each file")
    parser.add_argument("--dump", action="store_true", help="print the normal form, one line for each item")
    parser.add_argument(
        "--speed", type=speed_of, default=None, metavar="N|max", help="by the times of receipt; max without"
    )
    asked = parser.parse_args(arguments)
    if not asked.directory.exists():
        sys.stderr.write(f"{asked.directory} does not exist\n")
        return 2
    paths = files_in(asked.directory)
    if not paths:
        sys.stderr.write(f"no recordings (.json, .jsonl, .ndjson, .txt, .gz) under {asked.directory}\n")
        return 2
    reports = []
    pace = Pace(asked.speed)
    for path in paths:
        pace.begin()
        told = report(path, _name(path, asked.directory), _write_line if asked.dump else None, pace)
        if asked.json:
            _write_line(told)
        reports.append(told)
    if not asked.json and not asked.dump:
        sys.stdout.write(table(reports))
    return 0


def _name(path: Path, directory: Path) -> str:
    return path.name if path == directory else path.relative_to(directory).as_posix()


def _write_line(line: DumpLine | FileReport) -> None:
    sys.stdout.buffer.write(encoder.encode(line) + b"\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # Whoever read the output has seen enough; what Python would flush at its end has no reader any more.
        sys.stderr.close()
        sys.exit(0)
