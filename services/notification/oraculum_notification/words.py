"""Facts of the contracts in the shapes of the public surface: decimal text, RFC 3339, ids as they are."""

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from oraculum.event.v1 import event_service_pb2 as event_pb
from oraculum.market_data.v1 import market_data_service_pb2 as market_pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum_kit.timestamps import from_wire
from oraculum_money import Price, Shares, Units, asset, format_price, format_units

_STATUSES = {
    value: name.removeprefix("EVENT_STATUS_").lower() for name, value in event_pb.EventStatus.items()
}
_MARKET_STATUSES = {
    value: name.removeprefix("VENUE_MARKET_STATUS_").lower()
    for name, value in market_pb.VenueMarketStatus.items()
}
# As in the answers by HTTP: a bet that was filled is confirmed.
_ORDER_STATUSES = {
    value: name.removeprefix("ORDER_STATUS_").lower().replace("filled", "confirmed")
    if value == prediction_pb.ORDER_STATUS_FILLED
    else name.removeprefix("ORDER_STATUS_").lower()
    for name, value in prediction_pb.OrderStatus.items()
}
_RESOLUTIONS = {
    value: name.removeprefix("VENUE_RESOLUTION_KIND_").lower()
    for name, value in market_pb.VenueResolutionKind.items()
}


def amount(given: Amount) -> str:
    """An amount as decimal text."""
    return format_units(Units(given.units), asset(given.asset))


def time(timestamp: Timestamp) -> str:
    """A time as RFC 3339."""
    return from_wire(timestamp).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def prices(millionths: Iterable[int]) -> list[str]:
    """Prices as decimal text."""
    return [format_price(Price(price)) for price in millionths]


def side(given: int) -> str:
    """Buy or sell."""
    return "buy" if given == prediction_pb.SIDE_BUY else "sell"


def fill(given: prediction_pb.Fill) -> dict[str, object]:
    """A fill, without whose it is."""
    return {
        "event_id": given.event_id,
        "outcome": given.outcome,
        "side": side(given.side),
        "shares": format_units(Shares(given.shares), asset(given.gross.asset)),
        "amount": amount(given.gross),
        "asset": given.gross.asset,
        "prices": prices(given.price_millionths),
        "sequence": given.sequence,
    }


def order(given: prediction_pb.Order) -> dict[str, object]:
    """An order that rests, or did, for the one whose it is."""
    code = asset(given.gross.asset)
    return {
        "id": given.order_id,
        "event_id": given.event_id,
        "outcome": given.outcome,
        "side": side(given.side),
        "status": _ORDER_STATUSES[given.status],
        "limit_price": format_price(Price(given.limit_price_millionths)),
        "shares": format_units(Shares(given.shares), code),
        "open_shares": format_units(Shares(given.open_shares), code),
        "asset": given.gross.asset,
        "reason": given.reason.lower() or None,
    }


def event(given: event_pb.Event) -> dict[str, object]:
    """What changes about an event, and enough to show it in a list."""
    told: dict[str, object] = {
        "id": given.event_id,
        "title": given.title,
        "category": given.category,
        "status": _STATUSES[given.status],
        "outcomes": [{"id": outcome.index, "label": outcome.label} for outcome in given.outcomes],
        "locks_at": time(given.locks_at),
        "end_time": time(given.end_time),
        "version": given.version,
    }
    if given.HasField("resolution"):
        told["resolution"] = {
            "revision": given.resolution.revision,
            "payouts": prices(given.resolution.payout_millionths),
            "source": given.resolution.source,
            "note": given.resolution.note,
        }
    if given.HasField("proposal"):
        told["proposal"] = {
            "number": given.proposal.number,
            "payouts": prices(given.proposal.payout_millionths),
            "source": given.proposal.source,
            "note": given.proposal.note,
            "challenge_ends_at": time(given.proposal.challenge_ends_at),
            "open_disputes": given.proposal.open_disputes,
        }
    return told


def quote(given: market_pb.VenueQuote) -> dict[str, object]:
    """The latest price of an outcome, in the venue's own figures."""
    probability = None
    if given.HasField("probability_millionths"):
        probability = format_price(Price(given.probability_millionths))
    return {
        "outcome": given.outcome,
        "bid": given.bid or None,
        "ask": given.ask or None,
        "bid_size": given.bid_size or None,
        "ask_size": given.ask_size or None,
        "last": given.last or None,
        "probability": probability,
        "venue_time": time(given.venue_time) if given.HasField("venue_time") else None,
    }


def trade(given: market_pb.VenueTrade) -> dict[str, object]:
    """A trade on a venue, in the venue's own figures."""
    return {
        "id": given.trade_id,
        "outcome": given.outcome,
        "price": given.price,
        "size": given.size,
        "taker_side": given.taker_side or None,
        "venue_time": time(given.venue_time) if given.HasField("venue_time") else None,
    }


def market(given: market_pb.VenueMarket) -> dict[str, object]:
    """What changes about a venue's market."""
    told: dict[str, object] = {
        "venue": given.venue,
        "id": given.venue_market_id,
        "title": given.title,
        "status": _MARKET_STATUSES[given.status],
        "original_status": given.original_status,
    }
    if given.HasField("resolution"):
        told["resolution"] = {
            "kind": _RESOLUTIONS[given.resolution.kind],
            "payouts": prices(given.resolution.payout_millionths),
            "original": given.resolution.original,
            "final": given.resolution.final,
        }
    return told
