"""What goes to Kafka without being written twice is what the contract says."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from oraculum.market_data.v1.market_data_facts_pb2 import QuotesFact
from oraculum_market_data import events
from oraculum_market_data.board import Top, top_to_wire
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import Venue

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize("market_id", ["K", "0x" + "a" * 64, "m" * 150])
def test_a_quote_is_enveloped_as_protobuf_would(market_id: str) -> None:
    top = Top(
        (Venue.POLYMARKET, market_id, 1), Price(Decimal("0.41")), Price(Decimal("0.42")), Decimal("10.5"), None,
        Price(Decimal("0.4")), NOW, NOW,
    )  # fmt: skip
    record = events._quote(top, NOW)
    assert top_to_wire(top) == QuotesFact.FromString(record.value).venue_quote_changed.quote
    assert f"polymarket:{market_id}".encode() == record.key
    headers = dict(record.headers)
    assert b"oraculum.market_data.v1.VenueQuoteChanged" == headers["ce_type"]
