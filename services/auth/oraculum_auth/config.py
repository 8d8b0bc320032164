"""What auth reads from its environment."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from oraculum_auth.audit_log import CLASSES
from oraculum_auth.challenges import SigningDomain
from oraculum_auth.compliance.config import KycConfig, ScreensConfig
from oraculum_auth.events import REVOCATION_LIFE
from oraculum_auth.open_id_provider import WELL_KNOWN, ProviderConfig
from oraculum_auth.passwords import PasswordCost, PasswordPlace
from oraculum_auth.sessions import SessionRules
from oraculum_kit.authorization import PASSED_ON_GRACE
from oraculum_kit.config import Environment
from oraculum_kit.db import DatabaseConfig
from oraculum_kit.kafka import Cluster
from oraculum_kit.mail import MailConfig
from oraculum_kit.process import TrustConfig
from oraculum_kit.server import ServerConfig
from oraculum_kit.telemetry import TelemetryConfig

# Acts of administrators are named by nobody, so they stay for ever.
RETENTION_YEARS: Final = "user=3,money=7,compliance=7,system=1"
_PROVIDER_NAME: Final = re.compile(r"[a-z0-9]{1,20}")


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
    password_place: PasswordPlace
    audit_retention_years: Mapping[str, int]
    evm_rpc_url: str | None
    screens: ScreensConfig
    kyc: KycConfig
    open_id: Sequence[ProviderConfig]
    limit_raise_delay: timedelta
    wallet_target: str
    prediction_target: str
    kyc_retention_years: int


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
            password_place=PasswordPlace.read(environment),
            audit_retention_years=retention_years(environment),
            evm_rpc_url=_url(environment, "EVM_RPC_URL"),
            screens=ScreensConfig.read_from(environment),
            kyc=KycConfig.read_from(environment),
            open_id=_providers(environment),
            limit_raise_delay=timedelta(hours=environment.integer("LIMIT_RAISE_DELAY_HOURS", 24, minimum=1)),
            wallet_target=environment.text("WALLET_TARGET"),
            prediction_target=environment.text("PREDICTION_TARGET"),
            # How long identity checks are kept after their account was deleted.
            kyc_retention_years=environment.integer("KYC_RETENTION_YEARS", 7, minimum=5, maximum=100),
        )


def _token_life(environment: Environment) -> timedelta:
    """How long an access token lives: never longer than verifiers remember that it was revoked."""
    life = timedelta(seconds=environment.seconds("TOKEN_LIFE_SECONDS", 900))
    if life > REVOCATION_LIFE - PASSED_ON_GRACE:
        environment.refuse(
            "TOKEN_LIFE_SECONDS", "tokens must be shorter than what is remembered of them: 59 minutes"
        )
    return life


def _url(environment: Environment, name: str) -> str | None:
    """An address outside, which in production nobody may listen to or change on the way."""
    url = environment.optional(name)
    if url is not None and not _is_good(environment, url):
        environment.refuse(name, "must be an https address")
    return url


def _is_good(environment: Environment, url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and parts.scheme in (
        {"http", "https"} if environment.development else {"https"}
    )


def _providers(environment: Environment) -> list[ProviderConfig]:
    """`OPEN_ID_PROVIDERS=google,corp`, and for each OPEN_ID_<NAME>_DISCOVERY_URL, _CLIENT_ID and _CLIENT_SECRET."""
    providers = []
    for name in filter(None, (environment.optional("OPEN_ID_PROVIDERS") or "").split(",")):
        prefix = f"OPEN_ID_{name.upper()}"
        if not _PROVIDER_NAME.fullmatch(name):
            environment.refuse("OPEN_ID_PROVIDERS", f"{name!r} is not a name of small letters and digits")
            continue
        url = environment.text(f"{prefix}_DISCOVERY_URL")
        if not _is_good(environment, url) or not url.endswith(WELL_KNOWN):
            environment.refuse(
                f"{prefix}_DISCOVERY_URL", f"must be an https address that ends in {WELL_KNOWN}"
            )
        client_id = environment.text(f"{prefix}_CLIENT_ID")
        providers.append(ProviderConfig(name, url, client_id, environment.secret(f"{prefix}_CLIENT_SECRET")))
    return providers


def retention_years(environment: Environment) -> dict[str, int]:
    """`system=1,user=3`: a class of acts is kept so many whole years; one that is not named, for ever.

    By itself: money and compliance seven, what people do three, the platform's own one, what administrators do for ever.
    """
    years: dict[str, int] = {}
    for part in environment.text("AUDIT_RETENTION_YEARS", RETENTION_YEARS).split(","):
        audit_class, _, number = part.strip().partition("=")
        if audit_class not in CLASSES or not number.isdecimal() or int(number) < 1:
            environment.refuse("AUDIT_RETENTION_YEARS", f"{part!r} is not a class and a number of years")
        else:
            years[audit_class] = int(number)
    return years
