"""What market-data tells: `market-data.markets`, `market-data.quotes` and `market-data.trades`.

Markets open and resolve events, so they are told through the outbox. Quotes and trades go straight to the producer.
A quote is replaced by the next one within seconds and a trade comes again from the venue after a reconnect, so the
promise of an outbox (told exactly when it became true in the database) is worth nothing here, while writing and
deleting a row for each of a hundred thousand updates a second would cost the database. What is lost in a crash is at
most the batch at hand.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from oraculum.market_data.v1.market_data_facts_pb2 import (
    MarketsFact,
    QuotesFact,
    TradesFact,
    VenueMarketChanged,
    VenueQuoteChanged,
    VenueTraded,
)
from oraculum_kit import outbox
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection
from oraculum_kit.ids import uuid7_text
from oraculum_kit.kafka import Producer
from oraculum_kit.outbox import Fact
from oraculum_kit.records import Outgoing, event_headers, outgoing
from oraculum_market_data.board import Top, encoded, top_to_wire
from oraculum_market_data.normal import Market
from oraculum_market_data.sinks.sink import Batch
from oraculum_market_data.trades import Deal, deal_to_wire
from oraculum_market_data.wire import market_to_wire

MARKETS_TOPIC: Final = "market-data.markets"
QUOTES_TOPIC: Final = "market-data.quotes"
TRADES_TOPIC: Final = "market-data.trades"
_SOURCE: Final = "market-data"
# The headers of every quote, of which only the id and the time differ; a batch has thousands.
_QUOTE_HEADERS: Final = event_headers(
    event_id=UUID(int=0),
    type=VenueQuoteChanged.DESCRIPTOR.full_name,
    source=_SOURCE,
    time=datetime(1970, 1, 1, tzinfo=UTC),
)
_ID_PLACE, _TIME_PLACE = ([name for name, _ in _QUOTE_HEADERS].index(name) for name in ("ce_id", "ce_time"))
_LENGTH_DELIMITED: Final = 2
# A length below this is one byte; a quote's is far below what two can say.
_ONE_BYTE: Final = 0x80


def market_key(venue: str, market_id: str) -> str:
    """The key of everything that is told of a market."""
    return f"{venue}:{market_id}"


async def markets_changed(connection: Connection, markets: Sequence[tuple[Market, Sequence[Top]]]) -> None:
    """Markets were seen for the first time or changed; each is told with its latest quotes."""
    await outbox.add_many(
        connection,
        [
            Fact(
                topic=MARKETS_TOPIC,
                key=market_key(market.venue.value, market.id),
                message=MarketsFact(
                    venue_market_changed=VenueMarketChanged(
                        market=market_to_wire(market), quotes=[top_to_wire(top) for top in tops]
                    )
                ),
            )
            for market, tops in markets
        ],
    )


class KafkaTicks:
    """Publishes quotes and trades, each keyed by its market."""

    def __init__(self, producer: Producer, clock: Clock) -> None:
        self._producer = producer
        self._clock = clock

    async def write(self, batch: Batch) -> None:
        """Send a batch and wait until the broker has it; after a failure all of it is sent again."""
        now = self._clock.now()
        records = [_quote(top, now) for top in batch.tops] + [_trade(deal) for deal in batch.deals]
        (await self._producer.send_all(records)).require()


def _quote(top: Top, now: datetime) -> Outgoing:
    headers = _QUOTE_HEADERS.copy()
    headers[_ID_PLACE] = ("ce_id", uuid7_text().encode())
    headers[_TIME_PLACE] = ("ce_time", _utc(top.received_at or now))
    venue, market_id, _ = top.key
    return Outgoing(
        QUOTES_TOPIC, market_key(venue.value, market_id).encode(), _enveloped(encoded(top)), headers
    )


@lru_cache(maxsize=1024)
def _utc(time: datetime) -> bytes:
    """Both outcomes of a frame came at the same time."""
    return time.astimezone(UTC).isoformat()[:-6].encode() + b"Z"


def _enveloped(quote: bytes) -> bytes:
    """A quote's bytes as those of the fact around it: Protobuf nests by length, so nothing is written twice."""
    changed = _nested(VenueQuoteChanged.QUOTE_FIELD_NUMBER, quote)
    return _nested(QuotesFact.VENUE_QUOTE_CHANGED_FIELD_NUMBER, changed)


def _nested(field: int, message: bytes) -> bytes:
    length = len(message)
    if length < _ONE_BYTE:
        return bytes((field << 3 | _LENGTH_DELIMITED, length)) + message
    return bytes((field << 3 | _LENGTH_DELIMITED, length & 0x7F | _ONE_BYTE, length >> 7)) + message


def _trade(deal: Deal) -> Outgoing:
    return outgoing(
        topic=TRADES_TOPIC,
        key=market_key(deal.venue, deal.market_id),
        message=TradesFact(venue_traded=VenueTraded(trade=deal_to_wire(deal))),
        source=_SOURCE,
        time=deal.received_at,
    )
