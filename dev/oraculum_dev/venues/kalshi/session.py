"""One client's session on Kalshi's socket: its subscriptions, and the numbers that their frames carry.

A sequence belongs to a subscription, over all its markets and over all kinds of frames, answers included;
`ticker` frames have none. That is what a client's gap detection rests on, so it is kept in one place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from oraculum_dev.venues.kalshi.commands import (
    CHANNELS,
    WITH_MARKETS_ONLY,
    WITHOUT_MARKETS,
    Code,
    Command,
    Parameters,
    Problem,
    decoder,
)
from oraculum_dev.venues.wire.connection import Connection
from oraculum_dev.venues.wire.rows import encode

_UNNUMBERED = frozenset({"ticker", "user_order", "fill", "market_position"})


@dataclass(slots=True)
class Subscription:
    """One channel of one session; without markets it hears of all of them."""

    sid: int
    channel: str
    markets: set[str] | None
    yes_price: bool
    with_list: bool
    sequence: int = 0

    def wants(self, ticker: str) -> bool:
        """Whether the subscription is for a market."""
        return self.markets is None or ticker in self.markets


class Feed(Protocol):
    """Where the markets of a session come from."""

    def knows(self, ticker: str) -> bool:
        """Whether there is a market of that ticker."""

    def send_snapshots(self, session: "Session", subscription: Subscription, tickers: Iterable[str]) -> None:
        """Send the present state of markets: books, or tickers."""

    def added(self, session: "Session", tickers: Iterable[str]) -> None:
        """Hear that a session now wants markets as well."""


class Session:
    """The subscriptions of one connection."""

    def __init__(self, connection: Connection, feed: Feed) -> None:
        self.connection = connection
        self.subscriptions: dict[int, Subscription] = {}
        self._feed = feed
        self._last_sid = 0

    def on(self, channel: str) -> Subscription | None:
        """Return the subscription to a channel, of which there is one at most."""
        return next((s for s in self.subscriptions.values() if s.channel == channel), None)

    def send(self, subscription: Subscription, kind: str, message: bytes) -> None:
        """Send a frame of a subscription: the next number is in its envelope, the message goes as it is."""
        if subscription.sid not in self.subscriptions:
            return
        numbered = b""
        if kind not in _UNNUMBERED:
            subscription.sequence += 1
            numbered = b',"seq":%d' % subscription.sequence
        frame = b'{"type":"%b","sid":%d%b,"msg":%b}' % (kind.encode(), subscription.sid, numbered, message)
        self.connection.feed(frame)

    def overflow(self) -> None:
        """End every subscription, as the venue does with a client that reads too slowly."""
        self.connection.forget_queued()
        ended, self.subscriptions = list(self.subscriptions), {}
        for sid in ended:
            self.connection.say(Problem(Code.BUFFER_OVERFLOW, sid=sid).frame())

    def hear(self, text: str) -> None:
        """Take a command."""
        try:
            command = decoder.decode(text)
        except msgspec.DecodeError:
            self.connection.say(Problem(Code.UNPROCESSABLE).frame())
            return
        try:
            self._obey(command)
        except Problem as problem:
            self.connection.say(problem.frame(command.id))

    def _obey(self, command: Command) -> None:
        if command.cmd == "subscribe":
            self._subscribe(command, command.parameters())
        elif command.cmd == "unsubscribe":
            self._unsubscribe(command, command.parameters())
        elif command.cmd == "update_subscription":
            self._update(command, command.parameters())
        elif command.cmd == "list_subscriptions":
            held = [{"channel": s.channel, "sid": s.sid} for s in self.subscriptions.values()]
            self.connection.say(encode({"id": command.id, "type": "ok", "msg": held}))
        else:
            raise Problem(Code.UNKNOWN_COMMAND)

    def _subscribe(self, command: Command, parameters: Parameters) -> None:
        """Subscribe to each channel; a channel that is held already takes the new markets in."""
        if not parameters.channels:
            raise Problem(Code.CHANNELS_REQUIRED)
        for channel in parameters.channels:
            try:
                self._subscribe_to(channel, command, parameters)
            except Problem as problem:
                self.connection.say(problem.frame(command.id))

    def _subscribe_to(self, channel: str, command: Command, parameters: Parameters) -> None:
        tickers = self._named(channel, parameters)
        held = self.on(channel)
        if held is not None:
            if held.markets is None or not set(tickers) - held.markets:
                raise Problem(Code.ALREADY_SUBSCRIBED)
            self._add(held, tickers, command, parameters)
            return
        self._last_sid += 1
        markets = set(tickers) if tickers else None
        created = Subscription(
            self._last_sid, channel, markets, parameters.use_yes_price, not parameters.skip_ticker_ack
        )
        self.subscriptions[created.sid] = created
        message = {"channel": channel, "sid": created.sid}
        self.connection.say(encode({"type": "subscribed", "id": command.id, "msg": message}))
        self._start(created, tickers, parameters)

    def _start(self, subscription: Subscription, tickers: list[str], parameters: Parameters) -> None:
        if subscription.channel == "orderbook_delta" or parameters.send_initial_snapshot:
            self._feed.send_snapshots(self, subscription, tickers)
        self._feed.added(self, tickers)

    def _named(self, channel: str, parameters: Parameters) -> list[str]:
        """Return the markets that a subscription to a channel is for."""
        if channel not in CHANNELS:
            raise Problem(Code.UNKNOWN_CHANNEL)
        if channel in WITHOUT_MARKETS:
            return []
        tickers = parameters.tickers()
        if channel in WITH_MARKETS_ONLY and not tickers:
            raise Problem(Code.MARKET_REQUIRED)
        self._check(tickers)
        return tickers

    def _check(self, tickers: Iterable[str]) -> None:
        for ticker in tickers:
            if not self._feed.knows(ticker):
                raise Problem(Code.MARKET_NOT_FOUND, ticker=ticker)

    def _add(self, held: Subscription, tickers: list[str], command: Command, parameters: Parameters) -> None:
        if held.markets is None:
            raise Problem(Code.ALREADY_SUBSCRIBED)
        fresh = [ticker for ticker in tickers if ticker not in held.markets]
        held.markets.update(fresh)
        self._confirm(held, command)
        self._start(held, fresh, parameters)

    def _confirm(self, subscription: Subscription, command: Command) -> None:
        """Answer `ok`, which takes a number of the sequence too."""
        subscription.sequence += 1
        shown: dict[str, Any] = {
            "type": "ok",
            "id": command.id,
            "sid": subscription.sid,
            "seq": subscription.sequence,
        }
        if subscription.with_list:
            shown["msg"] = {"market_tickers": sorted(subscription.markets or ())}
        self.connection.say(encode(shown))

    def _unsubscribe(self, command: Command, parameters: Parameters) -> None:
        if not parameters.sids:
            raise Problem(Code.SIDS_REQUIRED)
        for sid in parameters.sids:
            ended = self.subscriptions.pop(sid, None)
            if ended is None:
                raise Problem(Code.UNKNOWN_SID, sid=sid)
            shown = {"id": command.id, "sid": sid, "seq": ended.sequence + 1, "type": "unsubscribed"}
            self.connection.say(encode(shown))

    def _update(self, command: Command, parameters: Parameters) -> None:
        held = self.subscriptions.get(parameters.one_sid())
        if held is None:
            raise Problem(Code.UNKNOWN_SID)
        if not parameters.action:
            raise Problem(Code.ACTION_REQUIRED)
        tickers = parameters.tickers()
        if not tickers:
            raise Problem(Code.MARKET_REQUIRED)
        self._check(tickers)
        if parameters.action == "add_markets":
            self._add(held, tickers, command, parameters)
        elif parameters.action == "delete_markets" and held.markets is not None:
            held.markets.difference_update(tickers)
            self._confirm(held, command)
        elif parameters.action == "get_snapshot" and held.channel == "orderbook_delta":
            self._feed.send_snapshots(self, held, tickers)
        else:
            raise Problem(Code.UNSUPPORTED_ACTION, sid=held.sid)
