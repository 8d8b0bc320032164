"""The broker's jars: fetched once per user by `mvn` or `jgo`, and believed only when their hashes are the pinned ones."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from oraculum_dev.infrastructure.cache import cache_folder, exclusively
from oraculum_dev.infrastructure.programs import ProgramError

LOCK = Path(__file__).with_name("kafka.lock")
MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


@dataclass(frozen=True)
class Jar:
    """One pinned jar."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Its name in a repository and in our folder."""
        return f"{self.artifact}-{self.version}.jar"


class JarsUnavailableError(ProgramError):
    """The jars of Kafka could not be had; the text says what was tried."""


def pinned(lock: Path = LOCK) -> list[Jar]:
    """Read the lock file: a hash and a coordinate per line."""
    jars = []
    for line in lock.read_text().splitlines():
        if line and not line.startswith("#"):
            sha256, coordinate = line.split()
            group, artifact, version = coordinate.split(":")
            jars.append(Jar(group, artifact, version, sha256))
    return jars


def jars(say: Callable[[str], None] = print) -> list[Path]:
    """Return the paths of the jars, fetching them when this user has not got them yet."""
    wanted = pinned()
    cache = cache_folder()
    folder = cache / f"kafka-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    with exclusively(cache, "kafka"):
        if not folder.is_dir():
            _fetch(wanted, folder, say)
    return [folder / jar.file_name for jar in wanted]


def _fetch(wanted: list[Jar], folder: Path, say: Callable[[str], None]) -> None:
    ways: list[Callable[[list[Jar], Path], None]] = [_by_jgo]
    if shutil.which("mvn"):
        ways.insert(0, _by_maven)
    failures = []
    for way in ways:
        tool = way.__name__.removeprefix("_by_")
        say(f"fetching Kafka ({len(wanted)} jars, 44 MB, once per user) with {tool}")
        with tempfile.TemporaryDirectory(dir=folder.parent) as place:
            try:
                way(wanted, Path(place))
                _verify(wanted, Path(place))
            except JarsUnavailableError as error:
                failures.append(f"{tool}: {error}")
                continue
            # Renamed only when whole and verified, so a folder that exists is good.
            (Path(place) / "jars").rename(folder)
            return
    raise JarsUnavailableError(
        "Kafka could not be downloaded. Is Maven Central within reach of this machine?\n  "
        + "\n  ".join(failures)
    )


def _verify(wanted: list[Jar], place: Path) -> None:
    for jar in wanted:
        path = place / "jars" / jar.file_name
        if not path.exists():
            raise JarsUnavailableError(f"{jar.file_name} did not arrive")
        if hashlib.sha256(path.read_bytes()).hexdigest() != jar.sha256:
            raise JarsUnavailableError(f"{jar.file_name} is not the file that kafka.lock names; refused")


def _by_maven(wanted: list[Jar], place: Path) -> None:
    (place / "pom.xml").write_text(_pom(wanted))
    command = [
        "mvn",
        "-q",
        "-B",
        "-f",
        str(place / "pom.xml"),
        MAVEN_PLUGIN,
        f"-DoutputDirectory={place / 'jars'}",
    ]
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd=place)
    if result.returncode != 0:
        said = (result.stdout + result.stderr).strip()
        # The first complaint is the cause, what follows is advice.
        raise JarsUnavailableError(next((line for line in said.splitlines() if "ERROR" in line), said[-800:]))


def _pom(wanted: list[Jar]) -> str:
    """Name every jar and forbid what it would pull in: the lock file is the whole truth."""
    anything = (
        "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
    )
    dependencies = "\n".join(
        f"<dependency><groupId>{jar.group}</groupId><artifactId>{jar.artifact}</artifactId>"
        f"<version>{jar.version}</version>{anything}</dependency>"
        for jar in wanted
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>oraculum</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>"
        f"<dependencies>\n{dependencies}\n</dependencies></project>\n"
    )


def _by_jgo(wanted: list[Jar], place: Path) -> None:
    import requests  # noqa: PLC0415 (jgo and its transport are needed on first use only)
    from jgo.maven import MavenContext  # noqa: PLC0415

    context = MavenContext(repo_cache=place / "repository", timeout=60)
    (place / "jars").mkdir()

    def fetch(jar: Jar) -> None:
        component = context.project(jar.group, jar.artifact).at_version(jar.version)
        component.artifact().resolve().replace(place / "jars" / jar.file_name)

    with ThreadPoolExecutor(8) as pool:
        try:
            for _ in pool.map(fetch, wanted):
                pass
        except (requests.RequestException, RuntimeError, OSError) as error:
            pool.shutdown(cancel_futures=True)
            raise JarsUnavailableError(str(error)[:800]) from error
