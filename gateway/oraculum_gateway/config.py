"""What the gateway reads from its environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oraculum_gateway.limits import Allowance, Tiers
from oraculum_gateway.networks import Network, parse_networks
from oraculum_gateway.seats import UNBOUNDED, Bounds
from oraculum_gateway.services import Targets
from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.process import TrustConfig
from oraculum_kit.telemetry import TelemetryConfig

# Requests in so many seconds: a quarter of an hour in all, and a minute's burst.
_TIERS = {
    "stranger": "100/900",
    "basic": "1000/900,100/60",
    "verified": "3000/900,300/60",
    "premium": "10000/900,1000/60",
    "admin": "none",
    "sign_in": "5/60",
    "create_event": "5/60",
}
# What costs far more than it looks: a stake is found by quoting some eighty purchases.
_ROUTES = "adviseStake=30/60"
# On a development machine one address is everybody: the demo, the tests, a load generator.
_DEVELOPMENT_TIERS = {
    "stranger": "60000/60",
    "basic": "300000/60",
    "verified": "300000/60",
    "premium": "300000/60",
    "sign_in": "120/60",
    "create_event": "120/60",
}


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of the process."""

    trust: TrustConfig
    telemetry: TelemetryConfig
    targets: Targets
    listen: str
    internal_listen: str
    redis_url: str
    # A Valkey that may evict what it likes; the counters of limits must not be.
    cache_redis_url: str
    cache_bytes: int
    public_url: str
    cors_origins: frozenset[str]
    trusted_proxies: int
    # Requests from these are not taken; requests from those are not counted.
    networks_denied: Sequence[Network]
    networks_unlimited: Sequence[Network]
    tiers: Tiers
    # What single routes have beside that, by their names in the OpenAPI document.
    routes: Tiers
    ledger_is_public: bool
    drain_seconds: float
    grace_seconds: float
    sockets_max: int
    # What one caller may have open at this gateway: an address of strangers, and an account.
    stranger_bounds: Bounds
    account_bounds: Bounds


def load(variables: Mapping[str, str]) -> Config:
    """Read the environment; every problem is named at once."""
    with Environment(variables) as environment:
        development = environment.development
        redis_url = environment.secret("REDIS_URL")
        return Config(
            trust=TrustConfig.read(environment),
            telemetry=TelemetryConfig.read(environment),
            targets=Targets(
                auth=environment.text("AUTH_TARGET"),
                event=environment.text("EVENT_TARGET"),
                prediction=environment.text("PREDICTION_TARGET"),
                wallet=environment.text("WALLET_TARGET"),
                market_data=environment.text("MARKET_DATA_TARGET"),
                notification=environment.text("NOTIFICATION_TARGET"),
            ),
            listen=environment.text("HTTP_LISTEN"),
            internal_listen=environment.text("INTERNAL_LISTEN"),
            redis_url=redis_url,
            cache_redis_url=environment.secret("CACHE_REDIS_URL", redis_url),
            cache_bytes=environment.integer("CACHE_BYTES", 64 * 1024 * 1024, minimum=0),
            public_url=environment.text("PUBLIC_URL", "http://127.0.0.1:8000"),
            cors_origins=frozenset(environment.text("CORS_ORIGINS", "").replace(",", " ").split()),
            trusted_proxies=environment.integer("TRUSTED_PROXIES", 0, minimum=0, maximum=5),
            networks_denied=_networks(environment, "NETWORKS_DENIED"),
            networks_unlimited=_networks(environment, "NETWORKS_UNLIMITED"),
            routes=_routes(environment, "" if development else _ROUTES),
            tiers={
                name: _allowances(environment, name, default)
                for name, default in {**_TIERS, **(_DEVELOPMENT_TIERS if development else {})}.items()
            },
            ledger_is_public=environment.flag("LEDGER_IS_PUBLIC", development),
            drain_seconds=environment.seconds("DRAIN_SECONDS", 0.0 if development else 3.0),
            grace_seconds=environment.seconds("GRACE_SECONDS", 10.0),
            sockets_max=environment.integer("SOCKETS_MAX", 12_000, minimum=1),
            stranger_bounds=_bounds(environment, "STRANGER", UNBOUNDED if development else Bounds(50, 2000)),
            account_bounds=_bounds(environment, "ACCOUNT", UNBOUNDED if development else Bounds(100, 10_000)),
        )


def _bounds(environment: Environment, caller: str, default: Bounds) -> Bounds:
    return Bounds(
        sockets=environment.integer(f"SOCKETS_PER_{caller}", default.sockets, minimum=1),
        channels=environment.integer(f"CHANNELS_PER_{caller}", default.channels, minimum=1),
    )


def _networks(environment: Environment, variable: str) -> Sequence[Network]:
    text = environment.text(variable, "")
    try:
        return parse_networks(text)
    except ValueError as error:
        raise ConfigurationError([f"{variable}: {error}; networks are written as in 10.0.0.0/8"]) from None


def _routes(environment: Environment, default: str) -> Tiers:
    """`quote=600/60;createDeposit=20/60,100/86400`: limits of single routes, for everybody but administrators.

    A route that is not named keeps its default; `adviseStake=none` takes it away.
    """
    variable = "RATE_LIMIT_ROUTES"
    text = f"{default};{environment.text(variable, '')}"
    parts = [part.strip().partition("=") for part in text.split(";") if part.strip()]
    return {name.strip(): _parsed(variable, text) for name, _, text in parts}


def _allowances(environment: Environment, name: str, default: str) -> tuple[Allowance, ...]:
    """`100/900,10/60`: a hundred in a quarter of an hour and ten in a minute; `none` for no limit."""
    variable = f"RATE_LIMIT_{name.upper()}"
    return _parsed(variable, environment.text(variable, default))


def _parsed(variable: str, text: str) -> tuple[Allowance, ...]:
    allowances = []
    for part in text.split(",") if text != "none" else ():
        count, _, seconds = part.strip().partition("/")
        if not (count.isdecimal() and seconds.isdecimal() and int(count) and int(seconds)):
            raise ConfigurationError(
                [f"{variable}={text!r}: a limit is written count/seconds, as in 100/900"]
            )
        allowances.append(Allowance(int(count), int(seconds)))
    return tuple(allowances)
