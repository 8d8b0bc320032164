"""Matches with their prices: how far apart two venues are, and what of it is left for whoever trades on it."""

from collections.abc import Mapping, Sequence
from typing import Final

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_market_data.figures import Price, price
from oraculum_market_data.matching.fees import Side, edge
from oraculum_market_data.normal import Market
from oraculum_market_data.repository.matches import MatchRow
from oraculum_market_data.wire import market_to_wire

Quotes = Mapping[tuple[str, str], Sequence[pb.VenueQuote]]

_LAST: Final = 10**9


def compared(rows: Sequence[MatchRow], quotes: Quotes, limit: int) -> list[pb.Match]:
    """Matches, the widest edge first, then the widest gap; those without prices last."""
    return sorted((_match(row, quotes) for row in rows), key=_rank)[:limit]


def markets_of(rows: Sequence[MatchRow]) -> list[tuple[str, str]]:
    """Whose quotes are needed."""
    sides = [market for row in rows for market in (row.first, row.second)]
    return list(dict.fromkeys((market.venue.value, market.id) for market in sides))


def _match(row: MatchRow, quotes: Quotes) -> pb.Match:
    first = _quote(row.first, row.first_outcome, quotes)
    second = _quote(row.second, row.second_outcome, quotes)
    match = pb.Match(
        first=pb.MatchSide(market=market_to_wire(row.first), outcome=row.first_outcome, quote=first),
        second=pb.MatchSide(market=market_to_wire(row.second), outcome=row.second_outcome, quote=second),
        score_millionths=row.score_millionths,
    )
    if first is None or second is None:
        return match
    if first.HasField("probability_millionths") and second.HasField("probability_millionths"):
        match.gap_millionths = second.probability_millionths - first.probability_millionths
    left = edge(_side(row.first, first), _side(row.second, second))
    if left is not None:
        match.edge_millionths = left.millionths
        match.buy_side = left.buy if left.millionths > 0 else 0
    return match


def _quote(market: Market, outcome: int, quotes: Quotes) -> pb.VenueQuote | None:
    told = quotes.get((market.venue.value, market.id), ())
    return next((quote for quote in told if quote.outcome == outcome), None)


def _side(market: Market, quote: pb.VenueQuote) -> Side:
    return Side(market, _price(quote.bid), _price(quote.ask))


def _price(text: str) -> Price | None:
    return price(text, "price") if text else None


def _rank(match: pb.Match) -> tuple[int, int, int]:
    edge_rank = -match.edge_millionths if match.HasField("edge_millionths") else _LAST
    gap_rank = -abs(match.gap_millionths) if match.HasField("gap_millionths") else 1
    return edge_rank, gap_rank, -match.score_millionths
