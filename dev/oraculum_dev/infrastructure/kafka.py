"""One real Apache Kafka node in KRaft mode, lean enough for a laptop."""

import base64
import os
import subprocess
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from oraculum_dev.infrastructure.java import java
from oraculum_dev.infrastructure.kafka_jars import jars
from oraculum_dev.infrastructure.ports import HOST, answers
from oraculum_dev.infrastructure.programs import Program, ProgramError

MACHINE_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xms96m",
    "-Xmx384m",
    "-Xss512k",
    "-XX:MaxMetaspaceSize=160m",
    "-XX:ReservedCodeCacheSize=64m",
    "-Djava.awt.headless=true",
)
LOGGING_OPTIONS = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)
# One node keeps one copy and one partition of its internal topics, and does not wait for members who never come.
SETTINGS: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "num.recovery.threads.per.data.dir": "1",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.coordinator.threads": "1",
    "log.segment.bytes": str(64 * 1024 * 1024),
    "log.index.size.max.bytes": str(1024 * 1024),
    "log.cleaner.dedupe.buffer.size": str(2 * 1024 * 1024),
    "log.cleaner.threads": "1",
    # After a kill the node may come back only when its former self has timed out.
    "broker.heartbeat.interval.ms": "1000",
    "broker.session.timeout.ms": "4000",
}


@dataclass(frozen=True, kw_only=True)
class Kafka:
    """One node: its folder, the port of its clients and the port it keeps for its own controller."""

    folder: Path
    port: int
    controller_port: int
    log: Path
    say: Callable[[str], None] = print
    name: str = "kafka"
    # Far beyond what a busy machine was seen to take (70 seconds beside sixteen busy processes on two cores): one that cannot
    # start at all ends, and that is told at once.
    timeout_seconds: float = 600

    @property
    def bootstrap_servers(self) -> str:
        """Where clients connect."""
        return f"{HOST}:{self.port}"

    def prepare(self) -> None:
        """Fetch the jars, write the settings and format the log directory on first use."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = self._java()
        self._properties.write_text("".join(f"{key}={value}\n" for key, value in self._settings().items()))
        if not (self.folder / "data" / "meta.properties").exists():
            cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
            # One id in 64 begins with a dash: as an argument of its own it would be taken for an option.
            arguments = [
                "kafka.tools.StorageTool",
                "format",
                "--ignore-formatted",
                f"--cluster-id={cluster}",
                "-c",
            ]
            result = subprocess.run(
                [*command, *arguments, str(self._properties)], check=False, capture_output=True, text=True
            )
            if result.returncode != 0:
                raise ProgramError(
                    f"Kafka's storage could not be formatted:\n{result.stderr.strip()[-2000:]}"
                )

    def program(self) -> Program:
        """How the node is started."""
        return Program(
            name=self.name,
            command=[*self._java(), "kafka.Kafka", str(self._properties)],
            directory=self.folder,
            log=self.log,
            environment={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder)},
        )

    def ready(self) -> bool:
        """Tell whether the node answers metadata requests."""
        if not answers(self.port):
            return False
        try:
            # Silent: what it would print is that the node is not ready, which is what we ask.
            client = AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0})
            return bool(client.list_topics(timeout=2).brokers)
        except KafkaException:
            return False

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _settings(self) -> dict[str, str]:
        controller = f"{HOST}:{self.controller_port}"
        return {
            **SETTINGS,
            # A quorum named in the settings, not in the log: the ports may be others at the next start.
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://{self.bootstrap_servers},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap_servers}",
            "log.dirs": str(self.folder / "data"),
        }

    def _java(self) -> list[str]:
        path = os.pathsep.join(map(str, jars(self.say)))
        return [str(java()), *MACHINE_OPTIONS, *LOGGING_OPTIONS, "-cp", path]
