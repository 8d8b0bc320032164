"""A person's entries: page by page, and as a statement over a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from oraculum_kit.db import Database
from oraculum_kit.errors import InvalidArgument, Violation
from oraculum_kit.paging import Page, decode_cursor, encode_cursor, page_size
from oraculum_money import ASSETS, INT64_MAX, Units
from oraculum_wallet import metrics
from oraculum_wallet.accounts import AccountKind, account
from oraculum_wallet.errors import LedgerDisagrees
from oraculum_wallet.repository import books as repository
from oraculum_wallet.repository.books import Entry
from oraculum_wallet.transfers import TransferKind

_log = structlog.stdlib.get_logger(__name__)

ENTRIES_MAX: Final = 10_000
# Of each side of each account, where only some kinds are asked for: no index knows them, and a person may have a million.
LOOKED_AT_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Statement:
    """The entries of a time, between two balances."""

    opening_units: Units
    entries: list[Entry]
    closing_units: Units
    # Where the rest goes on; empty at the end.
    next_cursor: str = ""


class Statements:
    """Answers what happened to people's money."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, user_id: str, *, kinds: Sequence[TransferKind], asset: str, limit: int, cursor: str
    ) -> Page[Entry]:
        """A page of a person's entries, newest first; what is posted meanwhile moves no page.

        Of a kind that is rare it may show few or none and yet have a next one: it looks at so many entries and no more.
        """
        size = page_size(limit)
        before = _position(cursor)
        assets = [asset] if asset else list(ASSETS)
        account_ids = [account(AccountKind.USER, user_id, code).id for code in assets]
        looked_from = None
        async with self._database.connection() as connection:
            if kinds:
                looked_from = await repository.so_far_back(
                    connection, account_ids, before=before, row_count=LOOKED_AT_MAX
                )
            entries = await repository.entries_before(
                connection, account_ids, before=before, kinds=kinds, row_count=size + 1, from_=looked_from
            )
        page = Page.cut(entries, size, lambda entry: (entry.posted_at, entry.number))
        if page.next_cursor or looked_from is None:
            return page
        return Page(page.rows, encode_cursor(*looked_from))

    async def between(
        self,
        user_id: str,
        asset: str,
        from_time: datetime,
        to_time: datetime,
        *,
        limit: int = 0,
        cursor: str = "",
    ) -> Statement:
        """Entries from an instant to another, with the balances before and after; they add up, or nobody sees them.

        With a limit as many as that, and a cursor for the rest: a statement of any length is told portion by portion, and
        each opens with what the one before closed with.
        """
        account_id = account(AccountKind.USER, user_id, asset).id
        size = limit or ENTRIES_MAX
        # Numbers begin at 1, so this is before everything of that instant.
        after = max(_position(cursor) or (from_time, 0), (from_time, 0))
        async with self._database.connection() as connection:
            found = await repository.entries_between(
                connection, account_id, after=after, to_time=to_time, row_count=size + 1
            )
        earlier = [entry for entry in found if (entry.posted_at, entry.number) <= after]
        entries = found[len(earlier) :]
        more = len(entries) > size
        if more and not limit:
            message = f"leaves more than {ENTRIES_MAX} entries; ask for a shorter time"
            raise InvalidArgument(violations=[Violation("to_time", message)])
        entries = entries[:size]
        opening = earlier[-1].balance_units if earlier else Units(0)
        closing = entries[-1].balance_units if entries else opening
        if opening + sum(entry.units for entry in entries) != closing:
            metrics.DISAGREEMENTS.inc()
            _log.error("statement.does_not_add_up", account_id=account_id, opening=opening, closing=closing)
            raise LedgerDisagrees
        last = entries[-1] if more else None
        next_cursor = encode_cursor(last.posted_at, last.number) if last is not None else ""
        return Statement(opening, entries, closing, next_cursor)


def _position(cursor: str) -> tuple[datetime, int] | None:
    position = decode_cursor(cursor, datetime, int)
    if position is None:
        return None
    time, number = position
    if not 0 <= number <= INT64_MAX:
        raise InvalidArgument(violations=[Violation("cursor", "is not one that this list gave")])
    return time, number
