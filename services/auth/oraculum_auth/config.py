"""What auth reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from oraculum_auth.challenges import SigningDomain
from oraculum_auth.sign_in import SessionRules
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
    token_key_pem: str
    token_key_id: str
    rules: SessionRules
    domain: SigningDomain
    password_workers: int


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
                access_life=timedelta(seconds=environment.seconds("TOKEN_LIFE_SECONDS", 900)),
                refresh_life=timedelta(seconds=environment.seconds("SESSION_LIFE_SECONDS", 30 * 86400)),
                sessions_max=environment.integer("SESSIONS_MAX", 10, minimum=1),
            ),
            domain=SigningDomain(
                domain=urlsplit(public_url).netloc,
                uri=public_url,
                evm_chain_id=environment.text("EVM_CHAIN_ID", "8453"),
                solana_cluster=environment.text("SOLANA_CLUSTER", "mainnet"),
            ),
            password_workers=environment.integer("PASSWORD_WORKERS", 1, minimum=1),
        )
