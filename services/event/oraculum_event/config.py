"""What event reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from oraculum_kit.config import Environment
from oraculum_kit.db import DatabaseConfig
from oraculum_kit.kafka import Cluster
from oraculum_kit.process import TrustConfig
from oraculum_kit.server import ServerConfig
from oraculum_kit.telemetry import TelemetryConfig
from oraculum_money import Units


@dataclass(frozen=True, slots=True)
class Terms:
    """What the house puts into markets, in the asset's smallest unit."""

    subsidy: Units
    subsidy_max: Units


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of the process."""

    server: ServerConfig
    database: DatabaseConfig
    cluster: Cluster
    trust: TrustConfig
    telemetry: TelemetryConfig
    auth_target: str
    prediction_target: str
    terms: Terms
    crawler_subsidy: Units
    crawler_rules: tuple[str, ...]


def load(variables: Mapping[str, str]) -> Config:
    """Read the environment; every problem is named at once."""
    with Environment(variables) as environment:
        rules: tuple[str, ...] = ("crawler_rules.toml",)
        if environment.development:
            rules = ("crawler_rules_development.toml", *rules)
        return Config(
            server=ServerConfig.read(environment),
            database=DatabaseConfig.read(environment),
            cluster=Cluster.read(environment),
            trust=TrustConfig.read(environment),
            telemetry=TelemetryConfig.read(environment),
            auth_target=environment.text("AUTH_TARGET"),
            prediction_target=environment.text("PREDICTION_TARGET"),
            terms=Terms(
                subsidy=Units(environment.integer("EVENT_SUBSIDY_UNITS", 100_000_000, minimum=1)),
                subsidy_max=Units(environment.integer("EVENT_SUBSIDY_UNITS_MAX", 100_000_000_000, minimum=1)),
            ),
            crawler_subsidy=Units(environment.integer("CRAWLER_SUBSIDY_UNITS", 100_000_000, minimum=1)),
            crawler_rules=rules,
        )
