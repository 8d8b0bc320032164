"""`oraculum advisories PATH`: hold every pinned dependency against known vulnerabilities, without a network.

PATH is what was fetched once where there is a network, and is kept where builds run: the archive of the ecosystem PyPI that
osv.dev publishes (`all.zip`), or a folder of its files. Every lock file is read, those of the images too, so the answer names
the images that hold what is vulnerable. 0 when nothing is, 1 when something is, 2 when there is nothing to hold it against:
an audit without advisories proves nothing and must not look as if it did.
"""

import argparse
import json
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from oraculum_dev.project import ROOT

LOCKS: Final = ROOT / "requirements"
PINNED: Final = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==(?P<version>[^\s;\\]+)")
ECOSYSTEM: Final = "PyPI"
NOTHING: Final = 2


@dataclass(frozen=True)
class Found:
    """Something vulnerable, and where it is installed."""

    name: str
    version: str
    advisory: str
    summary: str
    fixed_in: str
    locks: tuple[str, ...]

    def __str__(self) -> str:
        """One line for people."""
        remedy = f"fixed in {self.fixed_in}" if self.fixed_in else "not fixed anywhere yet"
        return f"{self.name} {self.version}: {self.advisory} {self.summary} ({remedy}); in {', '.join(self.locks)}"


def main(arguments: Sequence[str]) -> int:
    """Audit; the exit code says what came of it."""
    parser = argparse.ArgumentParser(
        prog="oraculum advisories", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("path", type=Path, help="a zip or a folder of OSV's files")
    path = parser.parse_args(arguments).path
    pinned = pins(LOCKS)
    try:
        read, found = audit(pinned, advisories(path))
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        print(f"{path} cannot be read: {error}", file=sys.stderr)
        return NOTHING
    if not read:
        print(f"{path} has no advisory of {ECOSYSTEM}: nothing was held against anything", file=sys.stderr)
        return NOTHING
    for one in found:
        print(one)
    print(f"{len(pinned)} pinned versions, {read} advisories, {len(found)} found", file=sys.stderr)
    return int(bool(found))


def pins(folder: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """Every pinned (name, version), and the lock files that have it."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for lock in sorted(folder.rglob("*.txt")):
        for line in lock.read_text("utf-8").splitlines():
            if (pin := PINNED.match(line)) is not None:
                key = (canonicalize_name(pin["name"]), pin["version"])
                found[key].append(str(lock.relative_to(folder)))
    return {key: tuple(locks) for key, locks in sorted(found.items())}


def advisories(path: Path) -> Iterator[Mapping[str, Any]]:
    """Every advisory of an archive or a folder."""
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            yield json.loads(file.read_bytes())
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                yield json.loads(archive.read(name))


def audit(
    pinned: Mapping[tuple[str, str], tuple[str, ...]], known: Iterator[Mapping[str, Any]]
) -> tuple[int, list[Found]]:
    """How many advisories were read, and what is vulnerable."""
    versions: defaultdict[str, list[str]] = defaultdict(list)
    for name, version in pinned:
        versions[name].append(version)
    read, found = 0, {}
    for advisory in known:
        # One that was taken back is no advisory any more.
        about = (
            [] if "withdrawn" in advisory else [one for one in advisory.get("affected", ()) if _is_ours(one)]
        )
        read += bool(about)
        for affected in about:
            name = canonicalize_name(affected["package"]["name"])
            for version in versions.get(name, ()):
                if is_affected(version, affected):
                    one = _found(name, version, advisory, affected, pinned[name, version])
                    found[one.name, one.version, one.advisory] = one
    return read, [found[key] for key in sorted(found)]


def is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """Whether a version is named, or lies in one of the ranges (the schema's own rule of evaluation)."""
    if version in affected.get("versions", ()):
        return True
    ranges = [one for one in affected.get("ranges", ()) if one.get("type") in {"ECOSYSTEM", "SEMVER"}]
    return any(_within(Version(version), one["events"]) for one in ranges)


def _within(version: Version, events: Sequence[Mapping[str, str]]) -> bool:
    inside = False
    for kind, text in sorted(_events(events), key=lambda event: event[1]):
        if kind == "introduced" and version >= text:
            inside = True
        elif (kind == "fixed" and version >= text) or (kind == "last_affected" and version > text):
            inside = False
    return inside


def _events(events: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, Version]]:
    for event in events:
        for kind, text in event.items():
            try:
                yield kind, Version(text)
            except InvalidVersion:
                # Of another scheme: a range that cannot be understood is said by its list of versions, too.
                continue


def _is_ours(affected: Mapping[str, Any]) -> bool:
    return str(affected.get("package", {}).get("ecosystem", "")) == ECOSYSTEM


def _found(
    name: str, version: str, advisory: Mapping[str, Any], affected: Mapping[str, Any], locks: tuple[str, ...]
) -> Found:
    fixes = {
        text
        for one in affected.get("ranges", ())
        if one.get("type") != "GIT"
        for event in one["events"]
        for kind, text in event.items()
        if kind == "fixed"
    }
    summary = str(advisory.get("summary") or "").strip()
    return Found(name, version, advisory["id"], summary, ", ".join(sorted(fixes)), locks)
