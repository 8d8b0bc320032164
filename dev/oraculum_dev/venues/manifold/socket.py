"""Manifold's socket: clients subscribe to topics, every message is acknowledged, broadcasts carry no number.

Only JSON messages count as life. At a check made every minute a client that has said nothing for a minute
is cut off, so one that answers Pings alone is gone after one to two minutes.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
from starlette.websockets import WebSocket

from oraculum_dev.venues.manifold import shapes
from oraculum_dev.venues.replay.player import Player, Tape
from oraculum_dev.venues.replay.streams import Frame
from oraculum_dev.venues.sim.facts import Fact, PhaseChanged, Traded
from oraculum_dev.venues.sim.market import Event
from oraculum_dev.venues.sim.terms import Phase, Venue
from oraculum_dev.venues.sim.world import World
from oraculum_dev.venues.wire.connection import Connection
from oraculum_dev.venues.wire.faults import Faults
from oraculum_dev.venues.wire.rows import encode

SILENCE_SECONDS = 60.0


class Message(msgspec.Struct):
    """What a client may say."""

    type: str
    txid: int
    topics: list[str] = msgspec.field(default_factory=list)
    uid: str | None = None


_decoder = msgspec.json.Decoder(Message)


class Client:
    """One connection, its topics and when it was last heard of."""

    def __init__(self, connection: Connection, now: float) -> None:
        self.connection = connection
        self.topics: set[str] = set()
        self.heard_at = now


class TopicSocket:
    """All clients of the socket."""

    def __init__(self, faults: Faults, tape: Tape, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._faults = faults
        self._tape = tape
        self._player: Player | None = None
        self._silence_seconds = silence_seconds
        self.clients: set[Client] = set()
        self._by_topic: dict[str, set[Client]] = {}

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one client."""
        await websocket.accept()
        loop = asyncio.get_running_loop()
        client = Client(Connection(websocket, Venue.MANIFOLD, self._faults), loop.time())
        self.clients.add(client)
        self._play()
        watching = asyncio.create_task(self._watch(client))
        try:
            await client.connection.run(lambda text: self._hear(client, text))
        finally:
            watching.cancel()
            self.clients.discard(client)
            self._unsubscribe(client, list(client.topics))

    def _play(self) -> None:
        """Start the recordings with the first client: all hear the same broadcasts, as on the venue."""
        if self._player is None:
            self._player = self._tape.player(self._replay, _at_once)
            self._player.start(None)

    def _replay(self, frame: Frame) -> None:
        self.broadcast(sorted(frame.keys), frame.message)

    def cut(self) -> int:
        """Cut the line of every client; return how many there were."""
        for client in self.clients:
            client.connection.drop()
        return len(self.clients)

    async def _watch(self, client: Client) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._silence_seconds)
            if loop.time() - client.heard_at >= self._silence_seconds:
                client.connection.drop()
                return

    def _hear(self, client: Client, text: str) -> None:
        try:
            message = _decoder.decode(text)
        except msgspec.DecodeError as error:
            client.connection.say(_ack(None, f"Message parsing failed: {error}"))
            return
        client.heard_at = asyncio.get_running_loop().time()
        if message.type == "subscribe":
            client.topics.update(message.topics)
            for topic in message.topics:
                self._by_topic.setdefault(topic, set()).add(client)
        elif message.type == "unsubscribe":
            self._unsubscribe(client, message.topics)
        elif message.type not in ("identify", "ping"):
            client.connection.say(_ack(message.txid, f"Unknown message type {message.type}"))
            return
        client.connection.say(_ack(message.txid))

    def _unsubscribe(self, client: Client, topics: Iterable[str]) -> None:
        for topic in topics:
            client.topics.discard(topic)
            asking = self._by_topic.get(topic)
            if asking is not None:
                asking.discard(client)
                if not asking:
                    del self._by_topic[topic]

    def wanted(self, topics: Iterable[str]) -> bool:
        """Whether anybody listens to one of the topics."""
        return any(topic in self._by_topic for topic in topics)

    def broadcast(self, topics: Iterable[str], data: bytes) -> None:
        """Send data on topics; a client that holds two of them gets it twice, as on the venue."""
        for topic in topics:
            clients = self._by_topic.get(topic)
            if clients:
                frame = b'{"type":"broadcast","topic":%b,"data":%b}' % (encode(topic), data)
                written = frame.decode()
                for client in clients:
                    client.connection.feed(written)


async def _at_once() -> None:
    """Wait for nobody: a broadcast has no reader of its own."""


def _ack(txid: int | None, error: str | None = None) -> bytes:
    shown: dict[str, Any] = {"type": "ack", "success": error is None}
    if txid is not None:
        shown["txid"] = txid
    if error is not None:
        shown["error"] = error
    return encode(shown)


class Broadcasts:
    """Says on the topics what happens to the invented markets."""

    def __init__(self, world: World, socket: TopicSocket) -> None:
        self._world = world
        self._socket = socket
        world.listen(self._hear_fact)

    def _hear_fact(self, fact: Fact) -> None:
        if not self._socket.clients:
            return
        if isinstance(fact, Traded) and fact.market.event.venue is Venue.MANIFOLD:
            self._tell_bet(fact)
        elif isinstance(fact, PhaseChanged) and fact.event.venue is Venue.MANIFOLD:
            self._tell_phase(fact)

    def _tell_bet(self, fact: Traded) -> None:
        seed, event = self._world.seed, fact.market.event
        contract = shapes.contract_id(seed, event)
        topics = (f"contract/{contract}/new-bet", "global", "global/new-bet")
        if self._socket.wanted(topics):
            self._socket.broadcast(topics, encode({"bets": [shapes.bet(seed, fact.market, fact.trade)]}))
        pool = shapes.pool_of(fact.market)
        changed: dict[str, Any] = {"lastBetTime": fact.at_ms, "lastUpdatedTime": fact.at_ms}
        if shapes.is_multiple(event):
            answer = {
                "id": shapes.answer_id(seed, fact.market),
                "contractId": contract,
                "prob": pool.probability,
                "poolYes": pool.yes,
                "poolNo": pool.no,
            }
            self._socket.broadcast((f"contract/{contract}/updated-answers",), encode({"answers": [answer]}))
        else:
            changed |= {"pool": {"NO": pool.no, "YES": pool.yes}, "p": pool.p, "prob": pool.probability}
        changed["volume"] = sum(market.volume for market in event.markets) / 100
        self._update(event, changed)

    def _update(self, event: Event, changed: dict[str, Any]) -> None:
        contract = shapes.contract_id(self._world.seed, event)
        topics = (f"contract/{contract}", "global", "global/updated-contract")
        if self._socket.wanted(topics):
            self._socket.broadcast(topics, encode({"contract": {"id": contract} | changed}))

    def _tell_phase(self, fact: PhaseChanged) -> None:
        seed = self._world.seed
        shown = shapes.full(seed, fact.event)
        if fact.phase is Phase.OPEN:
            creator = {name: shown[name] for name in ("creatorId", "creatorUsername", "creatorName")}
            data = {
                "contract": shown,
                "creator": {
                    "id": creator["creatorId"],
                    "name": creator["creatorName"],
                    "username": creator["creatorUsername"],
                    "avatarUrl": shown["creatorAvatarUrl"],
                },
            }
            self._socket.broadcast(("global", "global/new-contract"), encode(data))
        elif fact.phase is Phase.FINAL:
            names = ("isResolved", "resolution", "resolutionTime", "resolutionProbability", "closeTime")
            changed = {name: shown[name] for name in names if name in shown}
            self._update(fact.event, changed | {"lastUpdatedTime": fact.at_ms})
