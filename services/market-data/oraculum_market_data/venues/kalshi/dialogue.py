"""Talking with Kalshi's socket: a subscription for each channel, markets added and deleted as they come and go.

What becomes of markets is told for all of them without asking; books, tickers and trades are asked for by ticker. The
NO side is asked for as it stands (`use_yes_price` is false), always explicitly: the venue means to change its default.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec

from oraculum_market_data.book import Applied
from oraculum_market_data.decoding import Decoded
from oraculum_market_data.normal import (
    Control,
    Item,
    Market,
    Quote,
    Venue,
    VenueError,
)
from oraculum_market_data.venues.dialogue import Heard, Shown, with_top
from oraculum_market_data.venues.kalshi.bookkeeper import KalshiBooks
from oraculum_market_data.venues.kalshi.vocabulary import NO, YES
from oraculum_market_data.venues.reading import reading
from oraculum_market_data.venues.repairs import Repairs

_LIFE: Final = "market_lifecycle_v2"
_BOOKS: Final = "orderbook_delta"
_CHANNELS: Final = (_BOOKS, "ticker", "trade")
_PER_COMMAND: Final = 200
_PATIENCE: Final = 20


class KalshiDialogue:
    """One connection."""

    def __init__(self) -> None:
        self._reading = reading(Venue.KALSHI)
        self._books = KalshiBooks()
        self._commands = 0
        self._sids: dict[str, int] = {}
        self._followed: set[str] = set()
        self._repairs = Repairs()
        # The command whose answer names the subscriptions, while it is awaited.
        self._asked: int | None = None
        # Markets that the venue does not know by now, and how many turns to wait after an error.
        self._unknown: set[str] = set()
        self._patience = 0

    def greet(self) -> Sequence[str]:
        """Ask for the life of all markets."""
        return [self._command("subscribe", channels=[_LIFE])]

    def beat(self) -> str | None:
        """Nothing: the venue sends frames of the protocol, which the library answers."""
        return None

    def follow(self, markets: Collection[Market]) -> Sequence[str]:
        """Ask for the tickers that are new, leave those that are gone, and ask again for books in trouble."""
        if self._patience > 0:
            self._patience -= 1
            return ()
        wanted = {market.id for market in markets} - self._unknown
        new, gone = sorted(wanted - self._followed), sorted(self._followed - wanted)
        if self._asked is not None or not (self._sids or new):
            return ()
        if not self._sids:
            return self._begin(new[:_PER_COMMAND])
        said = [*self._change("delete_markets", gone), *self._change("add_markets", new), *self._again()]
        for ticker in gone:
            self._books.forget(ticker)
        self._followed = wanted
        return said

    def hear(self, frame: bytes | str, received_at: datetime) -> Heard:
        """Take a frame."""
        decoded = self._reading.frame(frame, received_at)
        self._note_answers(decoded)
        applied = self._books.apply(decoded)
        if applied.troubles:
            self._note(applied)
        if any(type(item) is Quote for item in decoded.items):
            decoded.items = [kept for item in decoded.items if (kept := self._left(item)) is not None]
        return Heard(decoded, applied)

    def settle(self) -> Applied:
        """Give up numbers that are still missing."""
        applied = self._books.flush()
        self._note(applied)
        return applied

    def is_live(self, market_id: str) -> bool:
        """Whether a market is followed here."""
        return market_id in self._followed

    def books(self, market: Market) -> Sequence[Shown]:
        """The book of YES, seen from both sides."""
        book = self._books.book(market.id)
        return () if book is None else (Shown(NO, book, is_mirrored=True), Shown(YES, book))

    def _begin(self, tickers: Sequence[str]) -> Sequence[str]:
        self._followed = set(tickers)
        said = self._command(
            "subscribe",
            channels=list(_CHANNELS),
            market_tickers=list(tickers),
            send_initial_snapshot=True,
            use_yes_price=False,
        )
        self._asked = self._commands
        return [said]

    def _change(self, action: str, tickers: Sequence[str]) -> list[str]:
        parts = [tickers[start : start + _PER_COMMAND] for start in range(0, len(tickers), _PER_COMMAND)]
        return [self._update(sid, action, part) for sid in self._sids.values() for part in parts]

    def _again(self) -> list[str]:
        sid = self._sids.get(_BOOKS)
        if sid is None:
            return []
        tickers = sorted(self._repairs.due(self._followed, self._is_whole))
        parts = [tickers[start : start + _PER_COMMAND] for start in range(0, len(tickers), _PER_COMMAND)]
        return [self._update(sid, "get_snapshot", part) for part in parts]

    def _update(self, sid: int, action: str, tickers: Sequence[str]) -> str:
        return self._command(
            "update_subscription",
            sids=[sid],
            action=action,
            market_tickers=list(tickers),
            send_initial_snapshot=True,
            use_yes_price=False,
        )

    def _command(self, name: str, **params: object) -> str:
        self._commands += 1
        return msgspec.json.encode({"id": self._commands, "cmd": name, "params": params}).decode()

    def _note_answers(self, decoded: Decoded) -> None:
        for item in decoded.items:
            if isinstance(item, Control) and item.word == "subscribed":
                channel, sid = item.details.get("channel", ""), item.details.get("sid", "")
                if channel in _CHANNELS and sid.isdecimal():
                    self._sids[channel] = int(sid)
                    self._asked = None if len(self._sids) == len(_CHANNELS) else self._asked
            elif isinstance(item, VenueError):
                self._note_error(item)

    def _note_error(self, error: VenueError) -> None:
        """A command that was refused may have left out what we believe to be followed: begin that anew."""
        if error.command is not None and error.command == self._asked:
            self._asked = None
        if error.stream is not None:
            self._sids = {channel: sid for channel, sid in self._sids.items() if sid != error.stream}
        self._followed = set()
        ticker = error.details.get("market_ticker")
        if ticker:
            self._unknown.add(ticker)
        else:
            self._patience = _PATIENCE

    def _left(self, item: Item) -> Item | None:
        if isinstance(item, Quote) and item.outcome_id == YES:
            return with_top(item, self._books.book(item.market_id))
        return item

    def _note(self, applied: Applied) -> None:
        for trouble in applied.troubles:
            self._repairs.now(trouble.market_id)

    def _is_whole(self, ticker: str) -> bool:
        return self._books.book(ticker) is not None
