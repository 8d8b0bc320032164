"""Kalshi's socket over the invented markets."""

from collections.abc import Iterable

from starlette.websockets import WebSocket

from oraculum_dev.venues.kalshi import frames
from oraculum_dev.venues.kalshi.invented import Invented
from oraculum_dev.venues.kalshi.keys import Keys
from oraculum_dev.venues.kalshi.session import Session, Subscription
from oraculum_dev.venues.replay.player import Player, Tape
from oraculum_dev.venues.replay.streams import Frame
from oraculum_dev.venues.sim.facts import BookMoved, CloseMoved, Fact, PhaseChanged, StepChanged, Traded
from oraculum_dev.venues.sim.market import Market
from oraculum_dev.venues.sim.terms import Phase, Venue
from oraculum_dev.venues.sim.world import World
from oraculum_dev.venues.wire.connection import Connection
from oraculum_dev.venues.wire.faults import Faults
from oraculum_dev.venues.wire.rows import encode

_UNAUTHORIZED = encode({"error": {"code": "unauthorized", "message": "missing or invalid key"}})


class TradeSocket:
    """All sessions of the socket."""

    def __init__(
        self,
        world: World,
        markets: Invented,
        faults: Faults,
        tape: Tape,
        *,
        recorded: frozenset[str] = frozenset(),
        keys: Keys | None = None,
    ) -> None:
        self._world = world
        self._markets = markets
        self._faults = faults
        self._tape = tape
        self._recorded = recorded | tape.keys
        self._keys = keys or Keys()
        self._players: dict[Session, Player] = {}
        self.sessions: set[Session] = set()
        world.listen(self._hear_fact)

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one client; one that is not admitted is refused at the handshake."""
        if not self._keys.admit(websocket.headers, self._world.now_ms):
            await _refuse(websocket)
            return
        await websocket.accept()
        connection = Connection(websocket, Venue.KALSHI, self._faults)
        session = Session(connection, self)
        connection.on_overflow(session.overflow)
        self.sessions.add(session)
        player = self._tape.player(lambda frame: replay(session, frame), connection.room)
        self._players[session] = player
        try:
            await connection.run(session.hear)
        finally:
            self.sessions.discard(session)
            del self._players[session]
            await player.stop()

    def cut(self) -> int:
        """Cut the line of every client; return how many there were."""
        for session in self.sessions:
            session.connection.drop()
        return len(self.sessions)

    def knows(self, ticker: str) -> bool:
        """Whether there is a market of that ticker, invented or recorded."""
        return self._markets.find(ticker) is not None or ticker in self._recorded

    def send_snapshots(self, session: Session, subscription: Subscription, tickers: Iterable[str]) -> None:
        """Send books to a subscription of books, tickers to one of tickers.

        A recorded session has its books at its beginning, so there it starts again.
        """
        tickers = list(tickers)
        recorded = self._tape.keys.intersection(tickers)
        if recorded:
            self._players[session].start(recorded, again=True)
        seed = self._world.seed
        for market in filter(None, map(self._markets.find, tickers)):
            if subscription.channel == "orderbook_delta":
                message = frames.snapshot(seed, market, yes_price=subscription.yes_price)
                session.send(subscription, "orderbook_snapshot", message)
            elif subscription.channel == "ticker":
                session.send(subscription, "ticker", frames.ticker(seed, market, self._world.now_ms))

    def added(self, session: Session, tickers: Iterable[str]) -> None:
        """Play the recorded sessions that are about the markets; invented ones are told of by themselves."""
        named = list(tickers)
        self._players[session].start(named or None)

    def _hear_fact(self, fact: Fact) -> None:
        if not self.sessions:
            return
        if isinstance(fact, PhaseChanged | CloseMoved):
            if fact.event.venue is Venue.KALSHI:
                self._tell_life(fact)
        elif isinstance(fact, BookMoved | Traded) and fact.market.event.venue is Venue.KALSHI:
            self._tell_market(fact)
        elif isinstance(fact, StepChanged):
            # The grids of the invented markets of this venue do not change.
            return

    def _tell_market(self, fact: BookMoved | Traded) -> None:
        market = fact.market
        if isinstance(fact, BookMoved):
            self._tell_deltas(fact)
            if fact.top_changed:
                self._tell("ticker", "ticker", market, frames.ticker(self._world.seed, market, fact.at_ms))
        else:
            self._tell("trade", "trade", market, frames.trade(market, fact.trade))
            self._tell("ticker", "ticker", market, frames.ticker(self._world.seed, market, fact.at_ms))

    def _tell_deltas(self, fact: BookMoved) -> None:
        """Send every change as an increment, written once for each of the two ways to price the NO side."""
        written: dict[bool, list[bytes]] = {}
        for session in self.sessions:
            subscription = session.on("orderbook_delta")
            if subscription is None or not subscription.wants(fact.market.key):
                continue
            yes_price = subscription.yes_price
            if yes_price not in written:
                written[yes_price] = [
                    frames.delta(self._world.seed, fact.market, change, fact.at_ms, yes_price=yes_price)
                    for change in fact.changes
                ]
            for message in written[yes_price]:
                session.send(subscription, "orderbook_delta", message)

    def _tell(self, channel: str, kind: str, market: Market, message: bytes) -> None:
        for session in self.sessions:
            subscription = session.on(channel)
            if subscription is not None and subscription.wants(market.key):
                session.send(subscription, kind, message)

    def _tell_life(self, fact: PhaseChanged | CloseMoved) -> None:
        if isinstance(fact, PhaseChanged) and fact.phase is Phase.WAITING:
            self._tell_all("event_lifecycle", frames.created_event(fact.event))
        for market in fact.event.markets:
            message = frames.lifecycle(market, fact)
            if message is not None:
                self._tell_all("market_lifecycle_v2", message)

    def _tell_all(self, kind: str, message: bytes) -> None:
        for session in self.sessions:
            subscription = session.on("market_lifecycle_v2")
            if subscription is not None:
                session.send(subscription, kind, message)


_CHANNELS = {
    "orderbook_snapshot": "orderbook_delta",
    "event_lifecycle": "market_lifecycle_v2",
    "event_fee_update": "market_lifecycle_v2",
    "multivariate_lookup": "multivariate",
    "market_position": "market_positions",
    "user_order": "user_orders",
}


def replay(session: Session, frame: Frame) -> None:
    """Send a recorded message under the session's own numbers, if a subscription is for it."""
    subscription = session.on(_CHANNELS.get(frame.kind, frame.kind))
    if subscription is not None and (subscription.markets is None or frame.keys & subscription.markets):
        session.send(subscription, frame.kind, frame.message)


async def _refuse(websocket: WebSocket) -> None:
    start = {
        "type": "websocket.http.response.start",
        "status": 401,
        "headers": [(b"content-type", b"application/json")],
    }
    await websocket.send(start)
    await websocket.send({"type": "websocket.http.response.body", "body": _UNAUTHORIZED})
