"""The programs of a control plane, built with Go from the modules that their projects publish.

They lie in the user's cache, by version: built once on a machine (some twenty minutes on two cores) and found there ever after.
What Go keeps meanwhile, several gigabytes, lies beside them and is removed when all are there; a build that was
interrupted goes on where it was. Go proves every module against its checksum database.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oraculum_dev.infrastructure.cache import cache_folder, exclusively
from oraculum_dev.infrastructure.programs import ProgramError

KUBERNETES: Final = "v1.36.3"
GO: Final = "1.26.0"
_STAMP: Final = "k8s.io/component-base/version.gitVersion"
# Kubernetes requires the modules that are developed in its own tree at v0.0.0, and publishes them as v0.<minor>.<patch>.
_STAGED: Final = re.compile(r"^\s*(k8s\.io/[a-z-]+) v0\.0\.0$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A module, and the packages of it that are built, each with the name its program gets."""

    module: str
    version: str
    programs: tuple[tuple[str, str], ...]
    flags: str = ""


SOURCES: Final = (
    Source(
        module="k8s.io/kubernetes",
        version=KUBERNETES,
        programs=tuple(
            (f"cmd/{name}", name)
            for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")
        ),
        flags=f"-X {_STAMP}={KUBERNETES}",
    ),
    Source(module="go.etcd.io/etcd/server/v3", version="v3.6.16", programs=(("", "etcd"),)),
    Source(module="sigs.k8s.io/kwok", version="v0.7.0", programs=(("cmd/kwok", "kwok"),)),
    Source(module="helm.sh/helm/v4", version="v4.3.1", programs=(("cmd/helm", "helm"),)),
)


@dataclass(frozen=True)
class Programs:
    """A folder with all of them."""

    folder: Path

    def path(self, name: str) -> str:
        """One of them."""
        return str(self.folder / name)


def programs(say: Callable[[str], None] = print) -> Programs:
    """All of them, built now where this user has not got them yet."""
    cache = cache_folder()
    pinned = hashlib.sha256(repr(SOURCES).encode()).hexdigest()[:12]
    folder = cache / f"cluster-{pinned}"
    with exclusively(cache, "cluster"):
        if not folder.is_dir():
            _build_all(cache / f"cluster-{pinned}.building", folder, say)
    return Programs(folder)


def _build_all(place: Path, folder: Path, say: Callable[[str], None]) -> None:
    if shutil.which("go") is None:
        raise ProgramError(
            f"a control plane is built with Go {GO} or newer, and there is no `go` on the PATH"
        )
    binaries = place / "bin"
    binaries.mkdir(parents=True, exist_ok=True)
    for source in SOURCES:
        for package, name in source.programs:
            if not (binaries / name).exists():
                say(f"building {name} of {source.module} {source.version}")
                _build(place, source, package, binaries / name)
    # Renamed only when whole, so a folder that exists is good.
    binaries.rename(folder)
    # Go makes its modules read-only, and removes them itself.
    _go(place, place, "clean", "-cache", "-modcache")
    shutil.rmtree(place)


def _build(place: Path, source: Source, package: str, target: Path) -> None:
    work = place / source.module.replace("/", "_")
    if not (work / "go.mod").exists():
        _describe(place, work, source)
    unfinished = target.with_suffix(".new")
    flags = f"-s -w {source.flags}".strip()
    wanted = f"{source.module}/{package}".rstrip("/")
    _go(place, work, "build", "-p", "2", "-trimpath", "-ldflags", flags, "-o", str(unfinished), wanted)
    unfinished.rename(target)


def _describe(place: Path, work: Path, source: Source) -> None:
    """Make a module of our own that requires this one."""
    work.mkdir(exist_ok=True)
    told = json.loads(_go(place, work, "mod", "download", "-json", f"{source.module}@{source.version}"))
    staged = _STAGED.findall(Path(told["GoMod"]).read_text(encoding="utf-8"))
    version = source.version.replace("v1.", "v0.", 1)
    lines = [
        "module oraculum/cluster",
        f"go {GO}",
        f"require {source.module} {source.version}",
        *(f"replace {name} => {name} {version}" for name in staged),
    ]
    unfinished = work / "go.mod.new"
    unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
    unfinished.rename(work / "go.mod")


def _go(place: Path, work: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "GOCACHE": str(place / "cache"),
        "GOMODCACHE": str(place / "modules"),
        "GOFLAGS": "-mod=mod -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }
    finished = subprocess.run(
        ["go", *arguments], cwd=work, env=environment, capture_output=True, text=True, check=False
    )
    if finished.returncode != 0:
        raise ProgramError(f"go {arguments[0]} failed:\n{finished.stderr.strip()[-3000:]}")
    return finished.stdout
