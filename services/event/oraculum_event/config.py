"""What event reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from oraculum_event.amounts import Amounts, read_amounts, worth
from oraculum_event.drafting import CHALLENGE_SECONDS_MAX
from oraculum_event.rules import Rules
from oraculum_kit.config import Environment
from oraculum_kit.db import DatabaseConfig
from oraculum_kit.identity import IdentityRules
from oraculum_kit.kafka import Cluster
from oraculum_kit.process import TrustConfig
from oraculum_kit.server import ServerConfig
from oraculum_kit.telemetry import TelemetryConfig
from oraculum_money import Units


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms events are opened; amounts are by asset, in its smallest unit."""

    # What the house puts into a market.
    subsidy: Amounts
    subsidy_max: Amounts
    # What an author pays for opening an event who is no administrator, beside its subsidy.
    creation_fee: Amounts = field(default_factory=lambda: worth(Units(0)))
    # How long after its end a deadline may decide an event, at the soonest: so long administrators have to come first.
    deadline_after: timedelta = timedelta(days=3)
    # What is asked of an author before anything is taken from them.
    identity: IdentityRules = field(default_factory=IdentityRules)


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
    wallet_target: str
    market_data_target: str
    terms: Terms
    rules: Rules
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
            wallet_target=environment.text("WALLET_TARGET"),
            market_data_target=environment.text("MARKET_DATA_TARGET"),
            terms=Terms(
                subsidy=read_amounts(environment, "EVENT_SUBSIDY_UNITS", 100_000_000, minimum=1),
                creation_fee=read_amounts(environment, "EVENT_CREATION_FEE_UNITS", 1_000_000, minimum=0),
                subsidy_max=read_amounts(environment, "EVENT_SUBSIDY_UNITS_MAX", 100_000_000_000, minimum=1),
                deadline_after=timedelta(
                    seconds=environment.integer(
                        "EVENT_DEADLINE_AFTER_SECONDS", 259_200, minimum=0, maximum=CHALLENGE_SECONDS_MAX
                    )
                ),
                identity=IdentityRules.read(environment),
            ),
            rules=Rules(
                challenge_seconds=environment.integer(
                    "EVENT_CHALLENGE_SECONDS",
                    0 if environment.development else 7_200,
                    minimum=0,
                    maximum=CHALLENGE_SECONDS_MAX,
                ),
                venue_challenge_seconds=environment.integer(
                    "EVENT_VENUE_CHALLENGE_SECONDS", 0, minimum=0, maximum=CHALLENGE_SECONDS_MAX
                ),
                bond=read_amounts(environment, "EVENT_DISPUTE_BOND_UNITS", 10_000_000, minimum=1),
                two_admins_from=read_amounts(
                    environment,
                    "EVENT_TWO_ADMINS_UNITS",
                    0 if environment.development else 10_000_000_000,
                    minimum=0,
                ),
            ),
            crawler_subsidy=Units(environment.integer("CRAWLER_SUBSIDY_UNITS", 100_000_000, minimum=1)),
            crawler_rules=rules,
        )
