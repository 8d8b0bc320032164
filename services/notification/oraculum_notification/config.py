"""What notification reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from oraculum_kit.config import Environment
from oraculum_kit.db import DatabaseConfig
from oraculum_kit.kafka import Cluster
from oraculum_kit.process import TrustConfig
from oraculum_kit.server import ServerConfig
from oraculum_kit.telemetry import TelemetryConfig


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of the process."""

    server: ServerConfig
    database: DatabaseConfig
    cluster: Cluster
    trust: TrustConfig
    telemetry: TelemetryConfig
    auth_target: str
    # Webhooks may go to this machine, and without TLS; never where strangers give URLs.
    webhooks_development: bool


def load(variables: Mapping[str, str]) -> Config:
    """Read the environment; every problem is named at once."""
    with Environment(variables) as environment:
        return Config(
            server=ServerConfig.read(environment),
            database=DatabaseConfig.read(environment),
            cluster=Cluster.read(environment),
            trust=TrustConfig.read(environment),
            telemetry=TelemetryConfig.read(environment),
            auth_target=environment.text("AUTH_TARGET"),
            webhooks_development=environment.flag("WEBHOOKS_TO_LOOPBACK", environment.development),
        )
