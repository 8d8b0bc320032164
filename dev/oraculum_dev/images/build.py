"""`oraculum images [NAME ...] [--base local] [--version V]`: build the images and print how large they are.

With `--base local` the three servers that compose.yaml wants beside them are made, too; asked for by name they always are.
"""

import argparse
import os
import subprocess
from collections.abc import Sequence

from oraculum_dev.images.base import local_base
from oraculum_dev.images.engine import docker
from oraculum_dev.images.plan import BASE, IMAGES, Image
from oraculum_dev.images.servers import SERVERS, build_server
from oraculum_dev.project import ROOT

MEGABYTE = 1_000_000


def main(arguments: Sequence[str]) -> int:
    """Build what was asked for; the exit code of the first that fails."""
    known = {image.name: image for image in IMAGES}
    parser = argparse.ArgumentParser(prog="oraculum images", description="Builds the images.")
    parser.add_argument(
        "names", nargs="*", choices=[*known, *SERVERS, []], help="which, all when none is named"
    )
    parser.add_argument("--base", default=BASE, help="base image; `local` makes one with debootstrap (root)")
    parser.add_argument("--version", default="dev", help="tag of the images")
    options = parser.parse_args(arguments)
    is_local = options.base == "local"
    base = local_base() if is_local else options.base
    for name in options.names or [*(SERVERS if is_local else ()), *known]:
        if name in SERVERS:
            tag = build_server(name, base)
        else:
            tag = known[name].tag(options.version)
            _build(known[name], base, options.version)
        print(f"{tag:<36}{_size(tag) / MEGABYTE:6.0f} MB", flush=True)
    return 0


def _build(image: Image, base: str, version: str) -> None:
    given = {
        "BASE": base,
        "SERVICE": image.name,
        "PACKAGE": image.package,
        "MODULE": image.module,
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
