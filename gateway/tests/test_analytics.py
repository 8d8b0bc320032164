"""What trading came to, from the contracts to JSON: as far as somebody shows it, of events, for me and for administrators."""

from typing import Any

import pytest

from oraculum.auth.v1 import auth_service_pb2 as auth
from oraculum.event.v1 import event_service_pb2 as event
from oraculum.market_data.v1 import market_data_service_pb2 as market
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import analytics_service_pb2 as pb
from oraculum.prediction.v1 import prediction_service_pb2 as prediction
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_kit.errors import NotFound, Unavailable

ID = "01890000-0000-7000-8000-000000000001"
RECORD = pb.Record(
    events=9, settled_events=3, won_events=2, lost_events=1, calls=3, right_calls=2, brier_millionths=187_500
)


def usdc(units: int) -> Amount:
    return Amount(units=units, asset="USDC")


def asked(gateway: Any, method: str) -> Any:
    return [request for name, request in gateway.backend.asked if name == method]


def shows(gateway: Any, what: auth.PredictionsShown.ValueType) -> None:
    gateway.backend.on("GetPublicUser", auth.GetPublicUserResponse(user_id=ID, predictions_shown=what))


class TestOthers:
    @pytest.mark.parametrize(
        ("what", "include_open"),
        [(auth.PREDICTIONS_SHOWN_SETTLED, False), (auth.PREDICTIONS_SHOWN_ALL, True)],
    )
    async def test_predictions_are_shown_as_far_as_their_owner_shows_them(
        self, gateway: Any, *, what: auth.PredictionsShown.ValueType, include_open: bool
    ) -> None:
        shows(gateway, what)
        sold = pb.PublicPosition(
            event_id=ID, outcome=1, state=pb.POSITION_STATE_SOLD, cost=usdc(0), value=usdc(0), result=usdc(-1)
        )
        gateway.backend.on(
            "ListPublicPositions", pb.ListPublicPositionsResponse(positions=[sold], next_cursor="next")
        )
        response = await gateway.http.get(f"/api/v1/users/{ID}/predictions?limit=1&cursor=c")
        assert 200 == response.status_code, response.text
        (row,) = response.json()["data"]
        assert ("sold", "0.00", "-0.000001", None) == (
            row["status"], row["cost"], row["profit_loss"], row["settled_at"],
        )  # fmt: skip
        assert "next" == response.json()["meta"]["next_cursor"]
        (request,) = asked(gateway, "ListPublicPositions")
        assert (ID, 1, "c", include_open) == (
            request.user_id, request.limit, request.cursor, request.include_open,
        )  # fmt: skip

    @pytest.mark.parametrize("path", ["predictions", "stats"])
    async def test_what_is_not_shown_is_not_asked_for(self, gateway: Any, path: str) -> None:
        """Of who shows nothing, of whom nothing is known, and of who is not there."""
        for what in (auth.PREDICTIONS_SHOWN_NONE, auth.PREDICTIONS_SHOWN_UNSPECIFIED):
            shows(gateway, what)
            response = await gateway.http.get(f"/api/v1/users/{ID}/{path}")
            assert (403, "profile_private") == (response.status_code, response.json()["code"])
            # What I show to nobody I do not show to myself here, so that one answer is right for everybody.
            mine = await gateway.http.get(f"/api/v1/users/{ID}/{path}", headers=gateway.bearing())
            assert 403 == mine.status_code
        gateway.backend.on("GetPublicUser", NotFound())
        assert 404 == (await gateway.http.get(f"/api/v1/users/{ID}/{path}")).status_code
        assert 422 == (await gateway.http.get(f"/api/v1/users/me2/{path}")).status_code
        assert [] == asked(gateway, "ListPublicPositions") + asked(gateway, "GetPublicStats")

    async def test_stats_have_parts_in_decimals(self, gateway: Any) -> None:
        shows(gateway, auth.PREDICTIONS_SHOWN_SETTLED)
        total = pb.Turnover(asset="USDC", trades=4, volume=usdc(5_000_000), fees=usdc(1), result=usdc(-2))
        gateway.backend.on("GetPublicStats", pb.GetPublicStatsResponse(record=RECORD, totals=[total]))
        told = (await gateway.http.get(f"/api/v1/users/{ID}/stats")).json()
        assert ("0.666666", "0.666666", "0.1875") == tuple(
            told["record"][name] for name in ("win_rate", "accuracy", "brier")
        )
        # Fees are mine to know.
        assert [{"asset": "USDC", "trades": 4, "volume": "5.00", "profit_loss": "-0.000002"}] == told[
            "totals"
        ]
        gateway.backend.on("GetPublicStats", pb.GetPublicStatsResponse(record=pb.Record()))
        told = (await gateway.http.get(f"/api/v1/users/{ID}/stats")).json()
        assert {None} == {told["record"][name] for name in ("win_rate", "accuracy", "brier")}


class TestMine:
    async def test_it_is_told_in_all_by_category_and_over_time(self, gateway: Any) -> None:
        turnover = pb.Turnover(asset="USDC", trades=1, volume=usdc(2), fees=usdc(3), result=usdc(-4))
        point = pb.TurnoverPoint(trades=5, volume=usdc(6), fees=usdc(7), result=usdc(-8), total=usdc(9))
        gateway.backend.on(
            "GetMyAnalytics",
            pb.GetMyAnalyticsResponse(
                record=RECORD,
                totals=[turnover],
                categories=[pb.CategoryTurnover(category="sports", events=2, turnover=turnover)],
                series=[pb.TurnoverSeries(asset="USDC", points=[point])],
            ),
        )
        response = await gateway.http.get(
            "/api/v1/analytics/users/me?interval=month&points=3", headers=gateway.bearing()
        )
        assert 200 == response.status_code, response.text
        told = response.json()
        assert ("0.000003", "-0.000004") == (told["totals"][0]["fees"], told["totals"][0]["profit_loss"])
        assert ("sports", 2, "0.000002") == tuple(
            told["categories"][0][name] for name in ("category", "events", "volume")
        )
        assert ("month", "0.000009") == (told["interval"], told["series"][0]["points"][0]["total"])
        (request,) = asked(gateway, "GetMyAnalytics")
        assert (prediction.PROFIT_INTERVAL_MONTH, 3) == (request.interval, request.points)
        assert 401 == (await gateway.http.get("/api/v1/analytics/users/me")).status_code

    @pytest.mark.parametrize(
        ("path", "field"),
        [
            ("users/me?interval=hour", "interval"),
            ("users/me?points=367", "points"),
            (f"events/{ID}?interval=week", "interval"),
            (f"events/{ID}?points=0", "points"),
            ("events/x", "id"),
        ],
    )
    async def test_what_is_wrong_is_named(self, gateway: Any, path: str, field: str) -> None:
        response = await gateway.http.get(f"/api/v1/analytics/{path}", headers=gateway.bearing())
        assert 422 == response.status_code
        assert [field] == [error["field"] for error in response.json()["errors"]]


async def test_an_event_is_told_by_two_services(gateway: Any) -> None:
    """Prices of now come from prediction, those of its life from market-data; before the first trade there are none."""
    book = prediction.Market(
        event_id=ID, status=prediction.MARKET_STATUS_OPEN, price_millionths=[400_000, 600_000], volume=usdc(5_000_000),
        outcome_volume_units=[1, 2], liquidity=usdc(7_000_000), participant_count=3,
    )  # fmt: skip
    gateway.backend.on("BatchGetMarkets", prediction.BatchGetMarketsResponse(markets=[book]))
    gateway.backend.on(
        "GetEventAnalytics",
        market.GetEventAnalyticsResponse(
            trades=2,
            outcomes=[
                market.OutcomeRange(
                    outcome=1, open_millionths=500_000, high_millionths=700_000, low_millionths=1
                )
            ],
            spans=[market.EventSpan(volume="1.50", trades=2)],
        ),
    )
    response = await gateway.http.get(f"/api/v1/analytics/events/{ID}?interval=hour&points=2")
    assert 200 == response.status_code, response.text
    told = response.json()
    no, yes = told["outcomes"]
    assert ("0.40", None, "0.70", "0.000001") == (no["price"], no["high"], yes["high"], yes["low"])
    assert ("open", "5.00", "7.00", 3, 2) == tuple(
        told[name] for name in ("status", "total_volume", "total_liquidity", "participant_count", "trades")
    )
    assert [("1.50", 2)] == [(span["volume"], span["trades"]) for span in told["data"]]
    (request,) = asked(gateway, "GetEventAnalytics")
    assert (market.CANDLE_INTERVAL_1H, 2) == (request.interval, request.points)
    gateway.backend.on("BatchGetMarkets", prediction.BatchGetMarketsResponse())
    response = await gateway.http.get(f"/api/v1/analytics/events/{ID}")
    assert (404, "market_not_found") == (response.status_code, response.json()["code"])


class TestAdministration:
    def admin(self, gateway: Any) -> dict[str, str]:
        return dict(gateway.bearing(roles={"user", "admin"}))

    async def test_every_filter_comes_to_its_place(self, gateway: Any) -> None:
        order = prediction.Order(
            order_id=ID, user_id=ID, event_id=ID, side=prediction.SIDE_BUY, status=prediction.ORDER_STATUS_REJECTED,
            gross=usdc(0), fee=usdc(0), reason="SLIPPAGE_EXCEEDED",
        )  # fmt: skip
        gateway.backend.on("ListAllOrders", pb.ListAllOrdersResponse(orders=[order], next_cursor="next"))
        query = f"user_id={ID}&event_id={ID}&status=rejected&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&limit=5&cursor=c"
        response = await gateway.http.get(f"/api/v1/admin/predictions?{query}", headers=self.admin(gateway))
        assert 200 == response.status_code, response.text
        assert ("rejected", "slippage_exceeded") == tuple(
            response.json()["data"][0][name] for name in ("status", "reason")
        )
        (request,) = asked(gateway, "ListAllOrders")
        assert (ID, ID, [prediction.ORDER_STATUS_REJECTED], 5, "c") == (
            request.user_id, request.event_id, list(request.statuses), request.limit, request.cursor,
        )  # fmt: skip
        assert 31 * 86_400 == request.to_time.seconds - request.from_time.seconds
        for bad in ("status=new", "from=yesterday", "limit=101", "person=x"):
            response = await gateway.http.get(f"/api/v1/admin/predictions?{bad}", headers=self.admin(gateway))
            assert 422 == response.status_code
            assert [bad.partition("=")[0]] == [error["field"] for error in response.json()["errors"]]

    async def test_the_platform_in_figures(self, gateway: Any) -> None:
        """Each figure from the service that has it; what is away is named, and the rest is told."""
        tiers = [
            auth.TierCount(tier="basic", accounts=3, email_verified=2, registered_within_day=1),
            auth.TierCount(tier="premium", accounts=1, email_verified=1),
        ]
        gateway.backend.on("CountAccounts", auth.CountAccountsResponse(tiers=tiers, deleted=7))
        gateway.backend.on(
            "ListEvents",
            lambda request: event.ListEventsResponse(total=10 * request.statuses[0] + request.limit),
        )
        gateway.backend.on(
            "GetTradingTotals",
            pb.GetTradingTotalsResponse(
                totals=[
                    pb.TradingTotal(
                        asset="USDC", open_markets=4, fills=9, volume=usdc(1_000_000), open_interest=usdc(2),
                        escrow=usdc(3), exposure=usdc(4),
                    )
                ],
                resting_orders=6,
            ),
        )  # fmt: skip
        gateway.backend.on(
            "GetHouseMoney",
            wallet.GetHouseMoneyResponse(
                assets=[wallet.HouseMoney(asset="USDC", fees_units=5, house_units=-6, capital_units=7)]
            ),
        )
        told = (await gateway.http.get("/api/v1/admin/stats", headers=self.admin(gateway))).json()
        assert (4, 3, 1, 7) == tuple(
            told["accounts"][name]
            for name in ("accounts", "email_verified", "registered_within_day", "deleted")
        )
        assert {"active": 21, "locked": 31, "resolving": 41, "resolved": 51, "cancelled": 61} == told[
            "events"
        ]
        assert ("1.00", "0.000004", 6) == (
            told["trading"][0]["volume"], told["trading"][0]["exposure"], told["resting_predictions"],
        )  # fmt: skip
        assert [{"asset": "USDC", "fees": "0.000005", "house": "-0.000006", "capital": "0.000007"}] == told[
            "revenue"
        ]
        assert [] == told["missing"]
        gateway.backend.on("GetHouseMoney", Unavailable())
        gateway.backend.on("CountAccounts", Unavailable())
        told = (await gateway.http.get("/api/v1/admin/stats", headers=self.admin(gateway))).json()
        assert (None, None, ["auth", "wallet"]) == (told["revenue"], told["accounts"], told["missing"])
        assert 6 == told["resting_predictions"]
        assert 403 == (await gateway.http.get("/api/v1/admin/stats", headers=gateway.bearing())).status_code
