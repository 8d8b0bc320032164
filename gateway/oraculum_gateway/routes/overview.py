"""Everything at once, for administrators: everybody's bets, and the platform in figures."""

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

import structlog

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.event.v1 import event_service_pb2 as event_pb
from oraculum.prediction.v1 import analytics_service_pb2 as pb
from oraculum.wallet.v1 import wallet_service_pb2 as wallet_pb
from oraculum_gateway.money import amount_out, units_out
from oraculum_gateway.route import Call, Route, Who
from oraculum_gateway.routes.trading import STATUSES_FROM_NAME, prediction_out
from oraculum_gateway.shapes import analytics as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_gateway.shapes.trading import PredictionOut
from oraculum_gateway.views import STATUSES_FROM_NAME as EVENT_STATUSES
from oraculum_kit.errors import DeadlineExceeded, Unavailable
from oraculum_kit.timestamps import to_wire_optional

T = TypeVar("T")

_log = structlog.stdlib.get_logger(__name__)

# A draft is nobody's but its author's until it is published, and for a moment only afterwards.
_COUNTED: Final = ("active", "locked", "resolving", "resolved", "cancelled")


async def all_predictions(call: Call) -> Listed[PredictionOut]:
    """Everybody's bets, newest first."""
    query: shapes.AllPredictionsQuery = call.query
    answer = await call.services.analytics.ListAllOrders(
        pb.ListAllOrdersRequest(
            user_id=query.user_id,
            event_id=query.event_id,
            statuses=[STATUSES_FROM_NAME[query.status]] if query.status else [],
            from_time=to_wire_optional(query.start),
            to_time=to_wire_optional(query.to),
            limit=query.limit,
            cursor=query.cursor,
        )
    )
    return listed_by_cursor(list(map(prediction_out, answer.orders)), query, answer.next_cursor)


async def overview(call: Call) -> shapes.OverviewOut:
    """The platform in figures, of each service that answers."""
    missing: list[str] = []
    accounts, events, trading, money = await asyncio.gather(
        _told("auth", call.services.auth.CountAccounts(auth_pb.CountAccountsRequest()), missing),
        _told("event", _events(call), missing),
        _told("prediction", call.services.analytics.GetTradingTotals(pb.GetTradingTotalsRequest()), missing),
        _told("wallet", call.services.wallet.GetHouseMoney(wallet_pb.GetHouseMoneyRequest()), missing),
    )
    return shapes.OverviewOut(
        accounts=_accounts(accounts) if accounts else None,
        events=events,
        trading=[_trading(row) for row in trading.totals] if trading else None,
        resting_predictions=trading.resting_orders if trading else None,
        revenue=[_revenue(row) for row in money.assets] if money else None,
        missing=sorted(missing),
    )


async def _told(service: str, answer: Awaitable[T], missing: list[str]) -> T | None:
    """What a service tells; None while it is away, since then the rest is looked at the more."""
    try:
        return await answer
    except (Unavailable, DeadlineExceeded) as error:
        _log.warning("overview.missing", service=service, reason=error.reason)
        missing.append(service)
        return None


async def _events(call: Call) -> shapes.EventCountsOut:
    """How many events are in each state: the totals of lists of which nothing else is looked at."""
    found = await asyncio.gather(
        *(
            call.services.event.ListEvents(
                event_pb.ListEventsRequest(statuses=[EVENT_STATUSES[name]], limit=1, page=1)
            )
            for name in _COUNTED
        )
    )
    return shapes.EventCountsOut(**{name: answer.total for name, answer in zip(_COUNTED, found, strict=True)})


def _accounts(told: auth_pb.CountAccountsResponse) -> shapes.AccountsOut:
    return shapes.AccountsOut(
        accounts=sum(tier.accounts for tier in told.tiers),
        email_verified=sum(tier.email_verified for tier in told.tiers),
        kyc_approved=sum(tier.kyc_approved for tier in told.tiers),
        banned=sum(tier.banned for tier in told.tiers),
        registered_within_day=sum(tier.registered_within_day for tier in told.tiers),
        registered_within_week=sum(tier.registered_within_week for tier in told.tiers),
        deleted=told.deleted,
        tiers=[shapes.TierAccountsOut(tier=tier.tier, accounts=tier.accounts) for tier in told.tiers],
    )


def _trading(row: pb.TradingTotal) -> shapes.TradingTotalOut:
    return shapes.TradingTotalOut(
        asset=row.asset,
        open_markets=row.open_markets,
        closed_markets=row.closed_markets,
        settled_markets=row.settled_markets,
        active_markets=row.active_markets,
        fills=row.fills,
        volume=amount_out(row.volume),
        open_interest=amount_out(row.open_interest),
        escrow=amount_out(row.escrow),
        exposure=amount_out(row.exposure),
    )


def _revenue(row: wallet_pb.HouseMoney) -> shapes.RevenueOut:
    return shapes.RevenueOut(
        asset=row.asset,
        fees=units_out(row.fees_units, row.asset),
        house=units_out(row.house_units, row.asset),
        capital=units_out(row.capital_units, row.asset),
    )


ROUTES: Final = (
    Route(
        method="GET", path="/admin/predictions", name="adminListPredictions", tag="admin",
        handler=all_predictions, summary="Everybody's bets, newest first", who=Who.ADMIN,
        query=shapes.AllPredictionsQuery, answer=Listed[PredictionOut],
    ),
    Route(
        method="GET", path="/admin/stats", name="adminGetStats", tag="admin", handler=overview,
        summary="The platform in figures: accounts, events, trading, revenue", who=Who.ADMIN,
        answer=shapes.OverviewOut,
    ),
)  # fmt: skip
