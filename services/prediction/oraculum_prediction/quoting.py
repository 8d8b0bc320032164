"""What an order would do now, through book and market maker, before anybody commits to it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_money import Price
from oraculum_prediction import wire
from oraculum_prediction.meeting import MEETINGS_MAX
from oraculum_prediction.memory import resting
from oraculum_prediction.pricing import Fill, MakerState, Order, Refusal, quote
from oraculum_prediction.pricing.book import Book
from oraculum_prediction.pricing.matches import MatchFill
from oraculum_prediction.pricing.matching import match
from oraculum_prediction.pricing.takers import Taker
from oraculum_prediction.refusals import refusal
from oraculum_prediction.repository.markets import MarketRow
from oraculum_prediction.wire import OrderRow

_NOBODY = UUID(int=0)


def quoted(row: MarketRow, rests: Sequence[OrderRow], order: Order, now: datetime) -> pb.GetQuoteResponse:
    """The answer to what a market order would do; raises what it would be refused with.

    Of what rests it is enough to know what the order may meet: see `repository.resting.ahead`.
    """
    state = row.state()
    done, after = _matched(state, rests, order, now) if rests else _alone(state, order)
    return pb.GetQuoteResponse(
        shares=done.shares,
        gross=wire.amount(done.gross, row.asset),
        fee=wire.amount(done.fee, row.asset),
        net=wire.amount(done.net, row.asset),
        average_price_millionths=wire.average_price(wire.SIDES[order.side], done.gross, done.shares),
        price_before_millionths=state.prices,
        price_after_millionths=after,
        sequence=row.sequence,
    )


def _alone(state: MakerState, order: Order) -> tuple[Fill, Sequence[Price]]:
    fill = quote(state, order)
    if isinstance(fill, Refusal):
        raise refusal(fill)
    return fill, state.after(fill).prices


def _matched(
    state: MakerState, rests: Sequence[OrderRow], order: Order, now: datetime
) -> tuple[MatchFill, Sequence[Price]]:
    taker = Taker(_NOBODY, _NOBODY, order)
    found = match(state, Book(map(resting, rests)), taker, now, meetings_max=MEETINGS_MAX)
    if isinstance(found, Refusal):
        raise refusal(found)
    if found.taker is None:
        raise ValueError("a market order trades or is refused")
    return found.taker, found.state.prices
