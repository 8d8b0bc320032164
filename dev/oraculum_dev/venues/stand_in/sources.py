"""Where the routes and sockets of a stand-in get their objects: the world alone, or recordings before it."""

from dataclasses import dataclass

from oraculum_dev.venues.kalshi.invented import Invented as KalshiMarkets
from oraculum_dev.venues.kalshi.source import Source as KalshiSource
from oraculum_dev.venues.manifold.invented import Invented as ManifoldMarkets
from oraculum_dev.venues.manifold.source import Source as ManifoldSource
from oraculum_dev.venues.polymarket.invented import Invented as PolymarketMarkets
from oraculum_dev.venues.polymarket.source import Source as PolymarketSource
from oraculum_dev.venues.replay import kalshi, manifold, polymarket
from oraculum_dev.venues.replay.library import Library, load
from oraculum_dev.venues.replay.player import Pace, Tape, tape
from oraculum_dev.venues.sim.terms import Venue
from oraculum_dev.venues.sim.world import World
from oraculum_dev.venues.stand_in.settings import Settings


@dataclass(frozen=True, slots=True)
class Invented:
    """The world as each venue shows it."""

    polymarket: PolymarketMarkets
    kalshi: KalshiMarkets
    manifold: ManifoldMarkets


@dataclass(frozen=True, slots=True)
class Sources:
    """What the routes read, what the sockets play, and the recordings behind both."""

    polymarket: PolymarketSource
    kalshi: KalshiSource
    manifold: ManifoldSource
    polymarket_tape: Tape = Tape()  # noqa: RUF009 - frozen, so sharing it is safe
    kalshi_tape: Tape = Tape()  # noqa: RUF009
    manifold_tape: Tape = Tape()  # noqa: RUF009
    kalshi_tickers: frozenset[str] = frozenset()
    library: Library | None = None


def invented(world: World) -> Invented:
    """Return the views of a world."""
    return Invented(PolymarketMarkets(world), KalshiMarkets(world), ManifoldMarkets(world))


def sources(settings: Settings, live: Invented) -> Sources:
    """Return the sources that the settings ask for."""
    if settings.mode != "replay" or settings.directory is None:
        return Sources(live.polymarket, live.kalshi, live.manifold)
    library = load(settings.directory)
    pace = Pace(settings.speed, settings.longest_wait_seconds)
    on_kalshi = kalshi.Recorded(library.records[Venue.KALSHI], live.kalshi)
    on_manifold = manifold.Recorded(library.records[Venue.MANIFOLD], live.manifold)
    bets = on_manifold.stream()
    played = [*library.streams[Venue.MANIFOLD], *([bets] if bets.frames else [])]
    return Sources(
        polymarket=polymarket.Recorded(library.records[Venue.POLYMARKET], live.polymarket),
        kalshi=on_kalshi,
        manifold=on_manifold,
        polymarket_tape=tape(library.streams[Venue.POLYMARKET], pace),
        kalshi_tape=tape(library.streams[Venue.KALSHI], pace),
        manifold_tape=tape(played, pace),
        kalshi_tickers=frozenset(on_kalshi.tickers()),
        library=library,
    )
