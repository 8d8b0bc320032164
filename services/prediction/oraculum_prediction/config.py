"""What prediction reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from oraculum_kit.config import Environment
from oraculum_kit.db import DatabaseConfig
from oraculum_kit.identity import IdentityRules
from oraculum_kit.kafka import Cluster
from oraculum_kit.process import TrustConfig
from oraculum_kit.server import ServerConfig
from oraculum_kit.telemetry import TelemetryConfig
from oraculum_prediction.pricing import FeeSchedule, fee_schedule


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of the process."""

    server: ServerConfig
    database: DatabaseConfig
    cluster: Cluster
    trust: TrustConfig
    telemetry: TelemetryConfig
    auth_target: str
    wallet_target: str
    identity: IdentityRules
    # What new markets charge; a market keeps the fee that it was opened with.
    fee: FeeSchedule
    # One makes the largest batches, which cost the least; more pay where cores are idle while one waits for the disk.
    workers: int
    queue_max: int
    batch_max: int
    hold_timeout_seconds: float


def load(variables: Mapping[str, str]) -> Config:
    """Read the environment; every problem is named at once."""
    with Environment(variables) as environment:
        kind = environment.choice("MARKET_FEE_KIND", ("flat", "quadratic"), "flat")
        # In hundredths of a percent for a flat fee, in millionths for a quadratic one. Nothing unless the operator says so:
        # a stake that is spent whole is what a newcomer expects.
        rate_max = 10_000 if kind == "flat" else 1_000_000
        rate = environment.integer("MARKET_FEE_RATE", 0, minimum=0, maximum=rate_max)
        return Config(
            server=ServerConfig.read(environment),
            database=DatabaseConfig.read(environment),
            cluster=Cluster.read(environment),
            trust=TrustConfig.read(environment),
            telemetry=TelemetryConfig.read(environment),
            auth_target=environment.text("AUTH_TARGET"),
            wallet_target=environment.text("WALLET_TARGET"),
            identity=IdentityRules.read(environment),
            fee=fee_schedule(kind, rate),
            workers=environment.integer("ENGINE_WORKERS", 1, minimum=1),
            queue_max=environment.integer("ENGINE_QUEUE_MAX", 2_000, minimum=1),
            batch_max=environment.integer("ENGINE_BATCH_MAX", 500, minimum=1),
            hold_timeout_seconds=environment.seconds("HOLD_TIMEOUT_SECONDS", 2.0),
        )
