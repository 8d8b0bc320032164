"""`oraculum images [NAME ...] [--base local] [--version V]`: build the images and print how large they are."""

import argparse
import os
import subprocess
from collections.abc import Sequence

from oraculum_dev.images.base import local_base
from oraculum_dev.images.plan import BASE, IMAGES, Image
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.project import ROOT

MEGABYTE = 1_000_000


def main(arguments: Sequence[str]) -> int:
    """Build what was asked for; the exit code of the first that fails."""
    known = {image.name: image for image in IMAGES}
    parser = argparse.ArgumentParser(prog="oraculum images", description="Builds the images.")
    parser.add_argument("names", nargs="*", choices=[*known, []], help="which, all when none is named")
    parser.add_argument("--base", default=BASE, help="base image; `local` makes one with debootstrap (root)")
    parser.add_argument("--version", default="dev", help="tag of the images")
    options = parser.parse_args(arguments)
    base = local_base() if options.base == "local" else options.base
    for image in [known[name] for name in options.names] or IMAGES:
        _build(image, base, options.version)
        print(
            f"{image.tag(options.version):<36}{_size(image.tag(options.version)) / MEGABYTE:6.0f} MB",
            flush=True,
        )
    return 0


def docker(*arguments: str) -> str:
    """Run the engine's client; what it printed."""
    try:
        finished = subprocess.run(
            ["docker", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise ProgramError("docker is not installed; images need an engine") from error
    if finished.returncode != 0:
        raise ProgramError(f"docker {arguments[0]} failed:\n{finished.stderr.strip()[-4000:]}")
    return finished.stdout.strip()


def _build(image: Image, base: str, version: str) -> None:
    given = {
        "BASE": base,
        "SERVICE": image.name,
        "PACKAGE": image.package,
        "VERSION": version,
        "REVISION": _revision(),
    }
    flags = [part for name, value in given.items() for part in ("--build-arg", f"{name}={value}")]
    # In some virtual machines only the host's network reaches the registries.
    network = ["--network", os.environ["IMAGES_NETWORK"]] if "IMAGES_NETWORK" in os.environ else []
    docker("build", "--quiet", *network, *flags, "--tag", image.tag(version), ".")


def _revision() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"


def _size(tag: str) -> int:
    return int(docker("image", "inspect", "--format", "{{.Size}}", tag))
