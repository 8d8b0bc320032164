"""The history of quotes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from oraculum_kit.db import Connection, queries
from oraculum_market_data.board import Top
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import Venue
from oraculum_market_data.repository.texts import storable

_sql: Final = queries("oraculum_market_data", "sql/quotes.sql")

# How far back a quote is looked for that Redis does not have.
_AGE_MAX: Final = timedelta(days=31)


class Quotes:
    """The history of quotes."""

    async def save(self, connection: Connection, tops: Sequence[Top]) -> None:
        """Write down how quotes stood."""
        await _sql.save_quotes.run(
            connection,
            venues=[top.venue.value for top in tops],
            venue_market_ids=[storable(top.market_id) for top in tops],
            outcomes=[top.outcome for top in tops],
            received=[top.received_at for top in tops],
            times=[top.venue_time for top in tops],
            bids=[_exact(top.bid) for top in tops],
            asks=[_exact(top.ask) for top in tops],
            bid_sizes=[top.bid_size for top in tops],
            ask_sizes=[top.ask_size for top in tops],
            lasts=[_exact(top.last) for top in tops],
        )

    async def latest(self, connection: Connection, venue: str, market_id: str, now: datetime) -> list[Top]:
        """The last quotes that were written down, in outcome order."""
        rows = await _sql.last_quotes.tuples(
            connection, venue=venue, venue_market_id=market_id, since=now - _AGE_MAX
        )
        return [
            Top(
                (Venue(venue), market_id, outcome),
                bid=_price(bid),
                ask=_price(ask),
                bid_size=bid_size,
                ask_size=ask_size,
                last=_price(last),
                venue_time=venue_time,
                received_at=received_at,
            )
            for outcome, received_at, venue_time, bid, ask, bid_size, ask_size, last in rows
        ]


def _exact(of: Price | None) -> Decimal | None:
    return None if of is None else of.exact


def _price(value: Decimal | None) -> Price | None:
    return None if value is None else Price(value)
