"""The market socket: a client names tokens, gets their books, and then what changes.

The text PING is answered with the text PONG, neither of them JSON. A client that has asked for nothing a
while after connecting is closed.
"""

import asyncio
from collections.abc import Iterable, Iterator

import msgspec
from starlette.websockets import WebSocket

from oraculum_dev.venues.polymarket import frames, shapes
from oraculum_dev.venues.polymarket.invented import Invented
from oraculum_dev.venues.replay.player import Player, Tape
from oraculum_dev.venues.replay.streams import Frame
from oraculum_dev.venues.sim.facts import BookMoved, Fact, PhaseChanged, StepChanged, Traded
from oraculum_dev.venues.sim.market import Market
from oraculum_dev.venues.sim.terms import Phase, Venue
from oraculum_dev.venues.sim.world import World
from oraculum_dev.venues.wire.connection import GOING_AWAY, Connection
from oraculum_dev.venues.wire.faults import Faults

_UNSUBSCRIBED_SECONDS = 10.0
_CUSTOM = frozenset({"best_bid_ask", "new_market", "market_resolved"})


class Command(msgspec.Struct):
    """What a client may say; the first message has a `type`, later ones an `operation`."""

    assets_ids: list[str] = msgspec.field(default_factory=list)
    type: str = ""
    operation: str = "subscribe"
    custom_feature_enabled: bool | None = None
    initial_dump: bool = True


_decoder = msgspec.json.Decoder(Command)


class Client:
    """One connection and the tokens that it asked for."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.tokens: set[str] = set()
        self.has_asked = False
        self.player: Player | None = None
        self.wants_custom = False


class MarketSocket:
    """All clients of the socket."""

    def __init__(self, world: World, markets: Invented, faults: Faults, tape: Tape) -> None:
        self._world = world
        self._markets = markets
        self._faults = faults
        self._tape = tape
        self.clients: set[Client] = set()
        self._by_token: dict[str, set[Client]] = {}
        world.listen(self._hear_fact)

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one client."""
        await websocket.accept()
        client = Client(Connection(websocket, Venue.POLYMARKET, self._faults))
        client.player = self._tape.player(lambda frame: replay(client, frame), client.connection.room)
        self.clients.add(client)
        patience = asyncio.get_running_loop().call_later(_UNSUBSCRIBED_SECONDS, self._close_if_idle, client)
        try:
            await client.connection.run(lambda text: self.hear(client, text))
        finally:
            patience.cancel()
            await client.player.stop()
            self.clients.discard(client)
            self._unsubscribe(client, set(client.tokens))

    def cut(self) -> int:
        """Cut the line of every client; return how many there were."""
        for client in self.clients:
            client.connection.drop()
        return len(self.clients)

    def _close_if_idle(self, client: Client) -> None:
        if not client.has_asked:
            client.connection.close(GOING_AWAY, "no subscription")

    def hear(self, client: Client, text: str) -> None:
        """Take a message of a client."""
        if text == "PING":
            client.connection.say("PONG")
            return
        try:
            command = _decoder.decode(text)
        except msgspec.DecodeError:
            client.connection.say("INVALID OPERATION")
            return
        if command.custom_feature_enabled is not None:
            client.wants_custom = command.custom_feature_enabled
        if command.operation == "unsubscribe":
            self._unsubscribe(client, set(command.assets_ids))
        elif command.operation == "subscribe" and command.type.lower() in ("", "market"):
            client.has_asked = True
            self._subscribe(client, command)
        else:
            client.connection.say("INVALID OPERATION")

    def _subscribe(self, client: Client, command: Command) -> None:
        client.tokens.update(command.assets_ids)
        for token in command.assets_ids:
            self._by_token.setdefault(token, set()).add(client)
        recorded = self._tape.keys.intersection(command.assets_ids)
        if command.initial_dump and not (recorded and recorded.issuperset(command.assets_ids)):
            books = self.books(command.assets_ids)
            client.connection.feed(b"[" + b",".join(books) + b"]")
        if client.player is not None and recorded:
            client.player.start(recorded, again=True)

    def books(self, tokens: Iterable[str]) -> Iterator[bytes]:
        """Return the books of those tokens that are known."""
        for token in tokens:
            found = self._markets.find(token)
            if found is not None:
                yield frames.book(self._world.seed, *found, self._world.now_ms)

    def _unsubscribe(self, client: Client, tokens: set[str]) -> None:
        client.tokens -= tokens
        for token in tokens:
            asking = self._by_token.get(token)
            if asking is not None:
                asking.discard(client)
                if not asking:
                    del self._by_token[token]

    def _asking(self, market: Market) -> set[Client]:
        """Return the clients that asked for either token of a market."""
        yes, no = shapes.names(self._world.seed, market).tokens
        empty: set[Client] = set()
        return self._by_token.get(yes, empty) | self._by_token.get(no, empty)

    def _hear_fact(self, fact: Fact) -> None:
        if not self.clients:
            return
        if isinstance(fact, PhaseChanged):
            if fact.event.venue is Venue.POLYMARKET:
                self._tell_phase(fact)
        elif (
            isinstance(fact, BookMoved | Traded | StepChanged) and fact.market.event.venue is Venue.POLYMARKET
        ):
            asking = self._asking(fact.market)
            if asking:
                self._tell(fact, asking)

    def _tell(self, fact: BookMoved | Traded | StepChanged, asking: set[Client]) -> None:
        seed, market = self._world.seed, fact.market
        if isinstance(fact, BookMoved):
            _feed(asking, frames.price_change(seed, fact))
            if fact.top_changed:
                curious = {client for client in asking if client.wants_custom}
                self._feed_both(
                    curious, market, [frames.best_bid_ask(seed, market, o, fact.at_ms) for o in (0, 1)]
                )
        elif isinstance(fact, Traded):
            _feed(asking, frames.last_trade_price(seed, fact))
            self._feed_both(asking, market, [frames.book(seed, market, o, fact.at_ms) for o in (0, 1)])
        else:
            self._feed_both(asking, market, [frames.tick_size_change(seed, fact, o) for o in (0, 1)])

    def _feed_both(self, clients: set[Client], market: Market, both: list[bytes]) -> None:
        """Send what concerns one token to those who asked for that token."""
        for token, frame in zip(shapes.names(self._world.seed, market).tokens, both, strict=True):
            _feed((client for client in clients if token in client.tokens), frame)

    def _tell_phase(self, fact: PhaseChanged) -> None:
        seed = self._world.seed
        for market in fact.event.markets:
            if fact.phase is Phase.OPEN:
                _feed(
                    (client for client in self.clients if client.wants_custom),
                    frames.new_market(seed, market, fact.at_ms),
                )
            elif fact.phase is Phase.FINAL:
                frame = frames.market_resolved(seed, market, fact.at_ms)
                if frame is not None:
                    _feed((client for client in self._asking(market) if client.wants_custom), frame)


def replay(client: Client, frame: Frame) -> None:
    """Send a recorded frame, if it is about a token that the client asked for; of an array those parts."""
    if frame.kind in _CUSTOM and not client.wants_custom:
        return
    if not frame.parts:
        if frame.keys & client.tokens:
            client.connection.feed(frame.raw)
        return
    wanted = [raw for token, raw in frame.parts if token in client.tokens]
    if len(wanted) == len(frame.parts):
        client.connection.feed(frame.raw)
    elif wanted:
        client.connection.feed(b"[" + b",".join(wanted) + b"]")


def _feed(clients: Iterable[Client], frame: bytes) -> None:
    written = frame.decode()
    for client in clients:
        client.connection.feed(written)
