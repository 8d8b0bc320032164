"""What auth reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from oraculum_auth.audit_log import CLASSES
from oraculum_auth.challenges import SigningDomain
from oraculum_auth.events import REVOCATION_LIFE
from oraculum_auth.passwords import PasswordCost
from oraculum_auth.sessions import SessionRules
from oraculum_kit.authorization import PASSED_ON_GRACE
from oraculum_kit.config import Environment
from oraculum_kit.db import DatabaseConfig
from oraculum_kit.kafka import Cluster
from oraculum_kit.mail import MailConfig
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
    token_key_pem: str
    token_key_id: str
    rules: SessionRules
    domain: SigningDomain
    public_url: str
    mail: MailConfig
    data_keys_file: str
    password_cost: PasswordCost
    password_workers: int
    audit_retention_years: Mapping[str, int]


def load(variables: Mapping[str, str]) -> Config:
    """Read the environment; every problem is named at once."""
    with Environment(variables) as environment:
        public_url = environment.text("PUBLIC_URL", "http://127.0.0.1:8000")
        return Config(
            server=ServerConfig.read(environment),
            database=DatabaseConfig.read(environment),
            cluster=Cluster.read(environment),
            trust=TrustConfig.read(environment),
            telemetry=TelemetryConfig.read(environment),
            token_key_pem=environment.secret("TOKEN_KEY"),
            token_key_id=environment.text("TOKEN_KEY_ID", "1"),
            rules=SessionRules(
                access_life=_token_life(environment),
                refresh_life=timedelta(seconds=environment.seconds("SESSION_LIFE_SECONDS", 30 * 86400)),
                sessions_max=environment.integer("SESSIONS_MAX", 10, minimum=1),
                admins_need_factor=environment.flag("ADMINS_NEED_TOTP", not environment.development),
            ),
            domain=SigningDomain(
                domain=urlsplit(public_url).netloc,
                uri=public_url,
                evm_chain_id=environment.text("EVM_CHAIN_ID", "8453"),
                solana_cluster=environment.text("SOLANA_CLUSTER", "mainnet"),
            ),
            public_url=public_url,
            mail=MailConfig.read(environment),
            data_keys_file=environment.text("DATA_KEYS_FILE"),
            password_cost=PasswordCost.read(environment),
            password_workers=environment.integer("PASSWORD_WORKERS", 1, minimum=1),
            audit_retention_years=_years(environment),
        )


def _token_life(environment: Environment) -> timedelta:
    """How long an access token lives: never longer than verifiers remember that it was revoked."""
    life = timedelta(seconds=environment.seconds("TOKEN_LIFE_SECONDS", 900))
    if life > REVOCATION_LIFE - PASSED_ON_GRACE:
        environment.refuse(
            "TOKEN_LIFE_SECONDS", "tokens must be shorter than what is remembered of them: 59 minutes"
        )
    return life


def _years(environment: Environment) -> dict[str, int]:
    """`system=1,user=3`: a class of acts is kept so many whole years; one that is not named, for ever."""
    years: dict[str, int] = {}
    for part in environment.text("AUDIT_RETENTION_YEARS", "system=1").split(","):
        audit_class, _, number = part.strip().partition("=")
        if audit_class not in CLASSES or not number.isdecimal() or int(number) < 1:
            environment.refuse("AUDIT_RETENTION_YEARS", f"{part!r} is not a class and a number of years")
        else:
            years[audit_class] = int(number)
    return years
