"""What wallet reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.db import DatabaseConfig
from oraculum_kit.identity import IdentityRules
from oraculum_kit.kafka import Cluster
from oraculum_kit.process import TrustConfig
from oraculum_kit.server import ServerConfig
from oraculum_kit.telemetry import TelemetryConfig
from oraculum_money import ASSETS, MoneyError, Units, parse_units
from oraculum_wallet.deposits import DEMO

# Enough that a laptop's house subsidises markets for weeks.
DEVELOPMENT_CAPITAL = {"USD": "100000000", "USDC": "100000000", "SOL": "1000000", "ETH": "100000"}


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
    rails: frozenset[str]
    identity: IdentityRules
    house_capital: Mapping[str, Units]
    hold_age_seconds: float
    sweep_every_seconds: float
    watch_every_seconds: float
    fills_batch_max: int


def load(variables: Mapping[str, str]) -> Config:
    """Read the environment; every problem is named at once."""
    with Environment(variables) as environment:
        config = Config(
            server=ServerConfig.read(environment),
            database=DatabaseConfig.read(environment),
            cluster=Cluster.read(environment),
            trust=TrustConfig.read(environment),
            telemetry=TelemetryConfig.read(environment),
            auth_target=environment.text("AUTH_TARGET"),
            prediction_target=environment.text("PREDICTION_TARGET"),
            # `none` offers no rail; without it development would have no way to say so.
            rails=_words(environment.text("DEPOSIT_RAILS", DEMO if environment.development else "none")),
            identity=IdentityRules.read(environment),
            house_capital=_capital(environment),
            hold_age_seconds=environment.seconds("HOLD_AGE_SECONDS", 5.0),
            sweep_every_seconds=environment.seconds("SWEEP_EVERY_SECONDS", 1.0),
            watch_every_seconds=environment.seconds("WATCH_EVERY_SECONDS", 2.0),
            fills_batch_max=environment.integer("FILLS_BATCH_MAX", 500, minimum=1, maximum=4000),
        )
    if DEMO in config.rails and not environment.development:
        raise ConfigurationError(
            [f"DEPOSIT_RAILS: the rail {DEMO} makes money of nothing; it needs ORACULUM_ENV=development"]
        )
    if unknown := config.rails - {DEMO}:
        raise ConfigurationError([f"DEPOSIT_RAILS: there is no rail called {', '.join(sorted(unknown))}"])
    return config


def _words(text: str) -> frozenset[str]:
    return frozenset(word for part in text.split(",") if (word := part.strip()) and word != "none")


def _capital(environment: Environment) -> Mapping[str, Units]:
    """HOUSE_CAPITAL_USDC and so on, in whole units; production puts nothing in by itself."""
    problems: list[str] = []
    amounts: dict[str, Units] = {}
    for code, asset in ASSETS.items():
        text = environment.text(
            f"HOUSE_CAPITAL_{code}", DEVELOPMENT_CAPITAL[code] if environment.development else "0"
        )
        try:
            units = parse_units(text, asset)
        except MoneyError as error:
            problems.append(f"HOUSE_CAPITAL_{code}={text!r}: {error}")
            continue
        if units > 0:
            amounts[code] = units
        elif units < 0:
            problems.append(f"HOUSE_CAPITAL_{code}={text!r}: must not be negative")
    if problems:
        raise ConfigurationError(problems)
    return amounts
