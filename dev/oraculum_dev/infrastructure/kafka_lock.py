"""Pins another Kafka: `python -m oraculum_dev.infrastructure.kafka_lock 4.3.0` writes `kafka.lock` anew.

The jars are resolved and downloaded once, here, by whoever changes the version; everybody else fetches exactly these.
"""

import hashlib
import sys

import jgo
from jgo.maven import Artifact

from oraculum_dev.infrastructure.kafka_jars import LOCK

# One binding, so that the broker's warnings reach its log; the first line of 1.7 that slf4j-api of Kafka accepts.
LOGGING = "org.slf4j:slf4j-simple:1.7.36"


def main(version: str) -> None:
    """Resolve the broker of this version and write what it came to."""
    artifacts = jgo.resolve(f"org.apache.kafka:kafka_2.13:{version}+{LOGGING}")
    lines = sorted((_coordinate(artifact), _sha256(artifact)) for artifact in artifacts)
    head = f"# Apache Kafka {version} and one slf4j binding with all they need. Made by kafka_lock.py: do not edit.\n"
    LOCK.write_text(head + "".join(f"{sha256}  {coordinate}\n" for coordinate, sha256 in lines))
    print(f"{LOCK.name}: {len(lines)} jars")


def _coordinate(artifact: Artifact) -> str:
    return f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"


def _sha256(artifact: Artifact) -> str:
    return hashlib.sha256(artifact.resolve().read_bytes()).hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
