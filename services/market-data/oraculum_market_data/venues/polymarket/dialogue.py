"""Talking with Polymarket's market channel: tokens in, books and what changes in them out.

The heartbeat is the text PING. A book that went wrong is had again by leaving its token and asking for it anew.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec

from oraculum_market_data.book import Applied
from oraculum_market_data.normal import BookDelta, BookSnapshot, Item, Market, Quote, Venue
from oraculum_market_data.venues.dialogue import Heard, Shown, with_top
from oraculum_market_data.venues.polymarket.bookkeeper import PolymarketBooks
from oraculum_market_data.venues.reading import reading

# One message stays well below what a socket takes at once; a token has 78 digits.
_TOKENS_PER_MESSAGE: Final = 200
_DIGESTED: Final = (BookDelta, BookSnapshot)


class PolymarketDialogue:
    """One connection to the market channel."""

    def __init__(self) -> None:
        self._reading = reading(Venue.POLYMARKET)
        self._books = PolymarketBooks()
        self._market_of: dict[str, str] = {}
        self._markets: set[str] = set()
        self._in_trouble: set[str] = set()
        self._has_begun = False

    def greet(self) -> Sequence[str]:
        """Nothing: the first message names tokens, and `follow` knows them."""
        return ()

    def beat(self) -> str | None:
        """A text, not a frame of the protocol."""
        return "PING"

    def follow(self, markets: Collection[Market]) -> Sequence[str]:
        """Ask for the tokens that are new, leave those that are gone, and ask again for books in trouble."""
        market_of = {
            outcome.id: market.id
            for market in markets
            for outcome in market.outcomes
            if outcome.id is not None
        }
        gone = [token for token in self._market_of if token not in market_of]
        new = [token for token in market_of if token not in self._market_of]
        again = [token for token in self._in_trouble if token in market_of]
        for token in gone:
            self._books.forget(token)
        self._in_trouble.clear()
        self._market_of = market_of
        self._markets = set(market_of.values())
        said = [self._later("unsubscribe", part) for part in _parts([*gone, *again])]
        return [*said, *(self._ask(part) for part in _parts([*new, *again]))]

    def hear(self, frame: bytes | str, received_at: datetime) -> Heard:
        """Take a frame."""
        decoded = self._reading.frame(frame, received_at)
        applied = self._books.apply(decoded.items)
        if decoded.refused:
            # A change that could not be read is missing in some book, and the frame does not say in which.
            self._in_trouble.update(self._market_of)
        self._note(applied)
        decoded.items = [kept for item in decoded.items if (kept := self._left(item)) is not None]
        return Heard(decoded, applied)

    def settle(self) -> Applied:
        """Judge the last timestamp."""
        applied = self._books.flush()
        self._note(applied)
        return applied

    def is_live(self, market_id: str) -> bool:
        """Whether a market's tokens are followed here."""
        return market_id in self._markets

    def books(self, market: Market) -> Sequence[Shown]:
        """The books of its tokens."""
        return [
            Shown(outcome.id, book)
            for outcome in market.outcomes
            if outcome.id is not None and (book := self._books.book(outcome.id)) is not None
        ]

    def _left(self, item: Item) -> Item | None:
        if isinstance(item, _DIGESTED):
            return None
        if isinstance(item, Quote) and item.outcome_id is not None:
            return with_top(item, self._books.book(item.outcome_id))
        return item

    def _note(self, applied: Applied) -> None:
        self._in_trouble.update(trouble.outcome_id for trouble in applied.troubles if trouble.outcome_id)

    def _ask(self, tokens: Sequence[str]) -> str:
        if self._has_begun:
            return self._later("subscribe", tokens)
        self._has_begun = True
        return _message(
            assets_ids=tokens, type="market", custom_feature_enabled=True, initial_dump=True, level=2
        )

    def _later(self, operation: str, tokens: Sequence[str]) -> str:
        return _message(assets_ids=tokens, operation=operation, custom_feature_enabled=True)


def _parts(tokens: Sequence[str]) -> list[Sequence[str]]:
    return [
        tokens[start : start + _TOKENS_PER_MESSAGE] for start in range(0, len(tokens), _TOKENS_PER_MESSAGE)
    ]


def _message(**fields: object) -> str:
    return msgspec.json.encode(fields).decode()
