"""How the parts of auth hang together; tests put them together in the same way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from oraculum.auth.v1.api_key_service_pb2_grpc import add_ApiKeyServiceServicer_to_server
from oraculum.auth.v1.audit_service_pb2_grpc import add_AuditServiceServicer_to_server
from oraculum.auth.v1.auth_service_pb2_grpc import add_AuthServiceServicer_to_server
from oraculum.auth.v1.compliance_service_pb2_grpc import add_ComplianceServiceServicer_to_server
from oraculum.auth.v1.credential_service_pb2_grpc import add_CredentialServiceServicer_to_server
from oraculum.auth.v1.factor_service_pb2_grpc import add_FactorServiceServicer_to_server
from oraculum.auth.v1.open_id_service_pb2_grpc import add_OpenIdServiceServicer_to_server
from oraculum.auth.v1.play_service_pb2_grpc import add_PlayServiceServicer_to_server
from oraculum.auth.v1.privacy_service_pb2_grpc import add_PrivacyServiceServicer_to_server
from oraculum.auth.v1.trust_service_pb2_grpc import add_TrustServiceServicer_to_server
from oraculum_auth import (
    api_key_servicer,
    audit_servicer,
    credential_servicer,
    factor_servicer,
    open_id_servicer,
    servicer,
    trust_servicer,
)
from oraculum_auth.accounts import AccountBook
from oraculum_auth.api_keys import ApiKeys
from oraculum_auth.audit_log import AuditLog
from oraculum_auth.challenges import SigningDomain
from oraculum_auth.compliance.door import Door
from oraculum_auth.compliance.kyc import Kyc, Screens
from oraculum_auth.compliance.provider import KycProvider
from oraculum_auth.compliance.rescreening import Rescreening
from oraculum_auth.compliance.servicer import ACCESS as COMPLIANCE_ACCESS
from oraculum_auth.compliance.servicer import ComplianceServicer
from oraculum_auth.contract_wallets import ContractWallets
from oraculum_auth.doorman import Doorman
from oraculum_auth.housekeeping import forgetting
from oraculum_auth.mailbox import Mailbox
from oraculum_auth.mailing import Postman
from oraculum_auth.open_id import OpenIdSignIn
from oraculum_auth.open_id_provider import Provider, ProviderConfig
from oraculum_auth.passwords import Passwords
from oraculum_auth.play.book import PlayBook
from oraculum_auth.play.servicer import ACCESS as PLAY_ACCESS
from oraculum_auth.play.servicer import PlayServicer
from oraculum_auth.privacy.consents import Consents
from oraculum_auth.privacy.deletion import Asked, Deletion
from oraculum_auth.privacy.export import Export
from oraculum_auth.privacy.servicer import ACCESS as PRIVACY_ACCESS
from oraculum_auth.privacy.servicer import PrivacyServicer
from oraculum_auth.repeats import Repeats
from oraculum_auth.repository import Accounts
from oraculum_auth.revocation_feed import RevocationFeed
from oraculum_auth.second_factor import SecondFactor
from oraculum_auth.sessions import SessionBook, SessionRules
from oraculum_auth.sign_in import SignIn
from oraculum_auth.throttle import Throttle
from oraculum_auth.vault import Vault
from oraculum_auth.wallets import WalletBook
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Kind
from oraculum_kit.mail import Mailer
from oraculum_kit.server import Service
from oraculum_kit.tokens import TokenSigner

ACCESS = {
    **servicer.ACCESS,
    **credential_servicer.ACCESS,
    **factor_servicer.ACCESS,
    **open_id_servicer.ACCESS,
    **COMPLIANCE_ACCESS,
    **PLAY_ACCESS,
    **PRIVACY_ACCESS,
    **trust_servicer.ACCESS,
    **audit_servicer.ACCESS,
    **api_key_servicer.ACCESS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What auth is made of: things that are opened, and settings."""

    database: Database
    passwords: Passwords
    vault: Vault
    mailer: Mailer
    clock: Clock
    signer: TokenSigner
    domain: SigningDomain
    rules: SessionRules
    jwks_json: str
    # For everything outside: chains, providers.
    http: httpx.AsyncClient
    screens: Screens
    kyc: KycProvider | None = None
    evm_rpc_url: str | None = None
    open_id: Sequence[ProviderConfig] = ()
    # Who knows what somebody still has.
    keepers: Asked
    limit_raise_delay: timedelta = timedelta(days=1)
    kyc_retention_years: int = 7
    audit_retention_years: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wired:
    """What is served, and what runs beside it."""

    services: list[Service]
    jobs: JobRunner
    feed: RevocationFeed
    audit: AuditLog


def wire(parts: Parts) -> Wired:
    """Put the parts together."""
    database, clock = parts.database, parts.clock
    accounts = Accounts(parts.vault)
    throttle = Throttle(database, parts.vault, clock)
    factor = SecondFactor(database, accounts, parts.vault, throttle, clock)
    door = Door(parts.screens)
    doorman = Doorman(database, accounts, throttle, parts.vault, clock, parts.screens.locations)
    play = PlayBook(database, clock, parts.limit_raise_delay)
    sessions = SessionBook(database, accounts, factor, doorman, play, clock, parts.rules, parts.signer)
    contracts = ContractWallets(parts.domain.evm_chain_id, parts.evm_rpc_url, parts.http)
    sign_in = SignIn(
        database,
        accounts,
        sessions,
        factor,
        doorman,
        Repeats(database, accounts, parts.vault, throttle, clock),
        throttle,
        parts.passwords,
        clock,
        parts.domain,
        contracts,
        door,
    )
    consents = Consents(database, clock)
    export = Export(database, accounts, parts.vault, clock, consents)
    deletion = Deletion(database, accounts, parts.vault, clock, parts.keepers, parts.kyc_retention_years)
    kyc = Kyc(database, accounts, parts.vault, clock, parts.screens, parts.kyc, play)
    keys = ApiKeys(database, accounts, factor, parts.vault, clock, parts.signer)
    open_id = OpenIdSignIn(
        database, accounts, sessions, keys, factor, doorman, clock, _providers(parts), door
    )
    mailbox = Mailbox(database, accounts, sessions, keys, throttle, parts.passwords, clock)
    wallets = WalletBook(database, accounts, clock, parts.domain, contracts)
    credentials = credential_servicer.CredentialServicer(mailbox, wallets)
    postman = Postman(database, accounts, parts.mailer, clock, parts.domain.uri)
    feed = RevocationFeed(database, clock)
    audit = AuditLog(database, clock, parts.audit_retention_years)
    book = AccountBook(database, accounts, clock)
    return Wired(
        services=[
            (
                add_AuthServiceServicer_to_server,
                servicer.AuthServicer(sign_in, sessions, book, parts.jwks_json),
            ),
            (add_CredentialServiceServicer_to_server, credentials),
            (add_FactorServiceServicer_to_server, factor_servicer.FactorServicer(factor)),
            (add_OpenIdServiceServicer_to_server, open_id_servicer.OpenIdServicer(open_id)),
            (add_ComplianceServiceServicer_to_server, ComplianceServicer(kyc)),
            (add_PrivacyServiceServicer_to_server, PrivacyServicer(consents, export, deletion)),
            (add_PlayServiceServicer_to_server, PlayServicer(play, clock)),
            (add_ApiKeyServiceServicer_to_server, api_key_servicer.ApiKeyServicer(keys)),
            (add_AuditServiceServicer_to_server, audit_servicer.AuditServicer(audit)),
            (add_TrustServiceServicer_to_server, trust_servicer.TrustServicer(feed)),
        ],
        jobs=JobRunner(
            database=database,
            kinds=[
                forgetting(database, clock),
                postman.kind,
                audit.kind,
                *_kyc_kinds(kyc, parts, accounts),
                *play.kinds,
                *deletion.kinds,
            ],
        ),
        feed=feed,
        audit=audit,
    )


def _kyc_kinds(kyc: Kyc, parts: Parts, accounts: Accounts) -> list[Kind]:
    """The jobs of identity checks: what makes applicants known, and what looks at people again."""
    sanctions = parts.screens.sanctions
    return [kyc.kind, Rescreening(parts.database, accounts, parts.vault, parts.clock, sanctions).kind]


def _providers(parts: Parts) -> dict[str, Provider]:
    """The providers by name, each with the address that its answers come back to."""
    base = parts.domain.uri.rstrip("/")
    return {
        config.name: Provider(
            config, f"{base}/api/v1/auth/oauth/{config.name}/callback", parts.http, parts.clock
        )
        for config in parts.open_id
    }
