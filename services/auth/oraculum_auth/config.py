"""What auth reads from its environment."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from oraculum_auth.challenges import SigningDomain
from oraculum_auth.sign_in import SessionRules
from oraculum_kit.config import Environment


@dataclass(frozen=True, slots=True)
class AuthConfig:
    """Settings of auth beside those of every service."""

    token_key_pem: str
    token_key_id: str
    token_issuer: str
    rules: SessionRules
    domain: SigningDomain
    password_workers: int


def read_auth_config(environment: Environment) -> AuthConfig:
    """TOKEN_*, SESSION_* and PUBLIC_URL."""
    public_url = environment.text("PUBLIC_URL", "http://127.0.0.1:8000")
    return AuthConfig(
        token_key_pem=environment.secret("TOKEN_KEY"),
        token_key_id=environment.text("TOKEN_KEY_ID", "1"),
        token_issuer=environment.text("TOKEN_ISSUER", "oraculum"),
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
