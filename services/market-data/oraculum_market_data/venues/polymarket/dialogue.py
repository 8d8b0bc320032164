"""Talking with Polymarket's market channel: tokens in, books and what changes in them out.

The heartbeat is the text PING. A book that went wrong is had again by leaving its token and asking for it anew.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from oraculum_market_data.book import Applied
from oraculum_market_data.normal import Item, Market, Quote, Venue
from oraculum_market_data.venues.dialogue import Heard, Shown, with_top
from oraculum_market_data.venues.polymarket.bookkeeper import PolymarketBooks
from oraculum_market_data.venues.reading import reading
from oraculum_market_data.venues.repairs import Repairs

# One message stays well below what a socket takes at once; a token has 78 digits.
_TOKENS_PER_MESSAGE: Final = 200
# Follow-ups come twice a second: every book is renewed once in two minutes.
_TURNS: Final = 240


class PolymarketDialogue:
    """One connection to the market channel."""

    def __init__(self) -> None:
        self._reading = reading(Venue.POLYMARKET)
        self._books = PolymarketBooks()
        self._market_of: dict[str, str] = {}
        self._markets: set[str] = set()
        self._repairs = Repairs()
        self._has_begun = False
        # The venue numbers nothing: a change of a deep level that was lost shows in no top. So books come anew in turn.
        self._turn: deque[str] = deque()
        self._turns = 0

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
        followed = self._market_of.keys() & market_of.keys()
        due = {*self._repairs.due(followed, self._is_whole), *self._next_in_turn(market_of)}
        again = [token for token in due if token in followed]
        for token in gone:
            self._books.forget(token)
        self._market_of = market_of
        self._markets = set(market_of.values())
        said = [self._later("unsubscribe", part) for part in _parts([*gone, *again])]
        return [*said, *(self._ask(part) for part in _parts([*new, *again]))]

    def _next_in_turn(self, market_of: Mapping[str, str]) -> list[str]:
        """The books that are to come anew now, so that each does once in so many turns."""
        if not self._turn:
            self._turn.extend(token for token in market_of if token in self._market_of)
            self._turns = 0
        self._turns += 1
        count = -(-len(self._turn) // max(1, _TURNS - self._turns + 1))
        return [self._turn.popleft() for _ in range(min(count, len(self._turn)))]

    def hear(self, frame: bytes | str, received_at: datetime) -> Heard:
        """Take a frame."""
        decoded = self._reading.frame(frame, received_at)
        applied = self._books.apply(decoded.items)
        if decoded.refused:
            # A change that could not be read is missing in some book, and the frame does not say in which.
            for token in self._market_of:
                self._repairs.now(token)
        if applied.troubles:
            self._note(applied)
        if Quote in map(type, decoded.items):
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
        if isinstance(item, Quote) and item.outcome_id is not None:
            return with_top(item, self._books.book(item.outcome_id))
        return item

    def _note(self, applied: Applied) -> None:
        for trouble in applied.troubles:
            if trouble.outcome_id:
                self._repairs.now(trouble.outcome_id)

    def _is_whole(self, token: str) -> bool:
        return self._books.book(token) is not None

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
