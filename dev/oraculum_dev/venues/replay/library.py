"""A folder of recordings: `<venue>/rest/*` for the routes, `<venue>/ws/*` for the sockets."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oraculum_dev.venues.replay import streams
from oraculum_dev.venues.replay.records import Reader, Record, Report
from oraculum_dev.venues.replay.streams import Stream
from oraculum_dev.venues.sim.terms import Venue

_SUFFIXES = (".json", ".jsonl")


@dataclass(slots=True)
class Library:
    """Everything that was recorded, by venue, and what was found in each file."""

    records: dict[Venue, list[Record]] = field(default_factory=dict)
    streams: dict[Venue, list[Stream]] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Return the report by file, for the status."""
        return {
            report.file: {"found": dict(report.found), "problem": report.problem} for report in self.reports
        }


def load(directory: Path) -> Library:
    """Read a whole folder; files of other kinds are left alone, broken ones are reported."""
    library = Library()
    for venue in Venue:
        reader = Reader(venue)
        for path in _files(directory / venue / "rest"):
            reader.read(path, str(path.relative_to(directory)))
        library.records[venue] = reader.records
        library.reports += reader.reports
        library.streams[venue] = []
        for path in _files(directory / venue / "ws"):
            stream, report = streams.read(venue, path, str(path.relative_to(directory)))
            library.reports.append(report)
            if stream.frames:
                library.streams[venue].append(stream)
    return library


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
