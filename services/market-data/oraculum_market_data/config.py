"""What market-data reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.db import DatabaseConfig
from oraculum_kit.kafka import Cluster
from oraculum_kit.process import TrustConfig
from oraculum_kit.server import ServerConfig
from oraculum_kit.telemetry import TelemetryConfig
from oraculum_market_data.feed import Pace, Reach
from oraculum_market_data.venues.kalshi.signing import KalshiKey

KALSHI_SOCKET: Final = "wss://api.elections.kalshi.com/trade-api/ws/v2"

# A stand-in on this machine bears any pace; a real venue is asked politely.
_PACE_OF_STAND_IN: Final = Pace(
    sweep_seconds=5.0,
    recent_seconds=1.5,
    archive_seconds=30.0,
    history=Reach(depth=timedelta(hours=1), every=timedelta(minutes=10), settled=timedelta(seconds=5)),
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the venues are."""

    polymarket_gamma: str
    polymarket_clob: str
    polymarket_data: str
    polymarket_socket: str
    kalshi: str
    kalshi_socket: str
    manifold: str
    manifold_socket: str

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """The venues' own addresses unless the environment names others."""
        return cls(
            polymarket_gamma=environment.text("POLYMARKET_GAMMA_URL", "https://gamma-api.polymarket.com"),
            polymarket_clob=environment.text("POLYMARKET_CLOB_URL", "https://clob.polymarket.com"),
            polymarket_data=environment.text("POLYMARKET_DATA_URL", "https://data-api.polymarket.com"),
            polymarket_socket=environment.text(
                "POLYMARKET_WS_URL", "wss://ws-subscriptions-clob.polymarket.com/ws/market"
            ),
            kalshi=environment.text("KALSHI_REST_URL", "https://api.elections.kalshi.com/trade-api/v2"),
            kalshi_socket=environment.text("KALSHI_WS_URL", KALSHI_SOCKET),
            manifold=environment.text("MANIFOLD_REST_URL", "https://api.manifold.markets/v0"),
            manifold_socket=environment.text("MANIFOLD_WS_URL", "wss://api.manifold.markets/ws"),
        )

    @classmethod
    def of_stand_in(cls, url: str) -> Self:
        """Where the stand-in serves each of them."""
        base = url.rstrip("/")
        sockets = base.replace("http", "ws", 1)
        return cls(
            polymarket_gamma=f"{base}/polymarket/gamma",
            polymarket_clob=f"{base}/polymarket/clob",
            polymarket_data=f"{base}/polymarket/data",
            polymarket_socket=f"{sockets}/polymarket/ws/market",
            kalshi=f"{base}/kalshi/trade-api/v2",
            kalshi_socket=f"{sockets}/kalshi/trade-api/ws/v2",
            manifold=f"{base}/manifold/v0",
            manifold_socket=f"{sockets}/manifold/ws",
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A set of venues, and how often they are asked."""

    addresses: Addresses
    pace: Pace
    requests_per_second: float
    markets_max: int = 1_000
    # Real venues are never asked more often than they allow in public; a stand-in bears any pace.
    is_real: bool = True
    # How long a socket may tell nothing before it is opened anew.
    silence_seconds: float = 30.0
    # Without a key Kalshi's own socket lets nobody in; its markets are polled then.
    has_kalshi_socket: bool = True
    kalshi_key: KalshiKey | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of the process."""

    server: ServerConfig
    database: DatabaseConfig
    cluster: Cluster
    trust: TrustConfig
    telemetry: TelemetryConfig
    redis_url: str
    auth_target: str
    sources: tuple[Source, ...]
    stale_seconds: float


def load(variables: Mapping[str, str]) -> Config:
    """Read the environment; every problem is named at once."""
    with Environment(variables) as environment:
        return Config(
            server=ServerConfig.read(environment),
            database=DatabaseConfig.read(environment),
            cluster=Cluster.read(environment),
            trust=TrustConfig.read(environment),
            telemetry=TelemetryConfig.read(environment),
            redis_url=environment.secret("REDIS_URL"),
            auth_target=environment.text("AUTH_TARGET"),
            sources=_sources(environment),
            stale_seconds=environment.seconds("STALE_SECONDS", 60.0),
        )


def read_sources(variables: Mapping[str, str]) -> tuple[Source, ...]:
    """The venues alone, for who follows them without serving anybody."""
    with Environment(variables) as environment:
        return _sources(environment)


def _sources(environment: Environment) -> tuple[Source, ...]:
    """The venues, and beside real ones the scripted series of a stand-in where one is named."""
    venues = Addresses.read(environment)
    url = environment.optional("STAND_IN_URL")
    stand_in = None if url is None else Addresses.of_stand_in(url)
    if venues == stand_in:
        return (_stand_in(environment, venues),)
    key = _kalshi_key(environment)
    live = Source(
        venues,
        Pace(
            sweep_seconds=environment.seconds("SWEEP_SECONDS", 60.0),
            recent_seconds=environment.seconds("RECENT_SECONDS", 10.0),
            history=Reach(depth=timedelta(days=environment.integer("HISTORY_DAYS", 7, minimum=0))),
        ),
        requests_per_second=environment.integer("REQUESTS_PER_SECOND", 4, minimum=1),
        markets_max=environment.integer("MARKETS_MAX", 1_000, minimum=1),
        silence_seconds=environment.seconds("SOCKET_SILENCE_SECONDS", 60.0),
        has_kalshi_socket=key is not None or venues.kalshi_socket != KALSHI_SOCKET,
        kalshi_key=key,
    )
    return (live,) if stand_in is None else (live, _stand_in(environment, stand_in))


def _kalshi_key(environment: Environment) -> KalshiKey | None:
    """The key by which Kalshi's socket lets us in, where there is one."""
    key_id = environment.optional("KALSHI_KEY_ID")
    if key_id is None:
        return None
    try:
        return KalshiKey.read(key_id, environment.secret("KALSHI_PRIVATE_KEY"))
    except ValueError as error:
        raise ConfigurationError([f"KALSHI_PRIVATE_KEY: {error}"]) from None


def _stand_in(environment: Environment, addresses: Addresses) -> Source:
    pace = Pace(
        sweep_seconds=environment.seconds("STAND_IN_SWEEP_SECONDS", _PACE_OF_STAND_IN.sweep_seconds),
        recent_seconds=environment.seconds("STAND_IN_RECENT_SECONDS", _PACE_OF_STAND_IN.recent_seconds),
        archive_seconds=_PACE_OF_STAND_IN.archive_seconds,
        history=_PACE_OF_STAND_IN.history,
    )
    return Source(addresses, pace, requests_per_second=50, markets_max=10_000, is_real=False)
