"""Histories and rules, from JSON to the contract and back."""

from typing import Any

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import risk_service_pb2 as risk

EVENT = "01890000-0000-7000-8000-000000000001"
TIER = {
    "tier": "premium",
    "asset": "USDC",
    "order": "5.50",
    "market": "10",
    "category": "20",
    "day_stake": "30",
    "week_stake": "40",
    "day_loss": "0",
    "week_loss": "60",
    "orders_per_minute": 7,
    "reason": "because",
}


def usdc(units: int) -> Amount:
    return Amount(units=units, asset="USDC")


def asked(gateway: Any, method: str) -> Any:
    return [request for name, request in gateway.backend.asked if name == method]


class TestHistory:
    async def test_a_sale_and_a_settlement_are_told(self, gateway: Any) -> None:
        sale = pb.Realisation(
            event_id=EVENT, kind=pb.REALISATION_KIND_SALE, outcome=0, shares=2_000_000, proceeds=usdc(1_500_000),
            cost=usdc(2_000_000), result=usdc(-500_000), fill_id=EVENT, order_id=EVENT, sequence=4,
        )  # fmt: skip
        settled = pb.Realisation(
            event_id=EVENT, kind=pb.REALISATION_KIND_SETTLEMENT, shares=1, proceeds=usdc(1), cost=usdc(0),
            result=usdc(1), revision=2,
        )  # fmt: skip
        answer = pb.ListRealisationsResponse(realisations=[sale, settled], next_cursor="next")
        gateway.backend.on("ListRealisations", answer)
        response = await gateway.http.get(
            f"/api/v1/positions/history?limit=2&event_id={EVENT}&cursor=c", headers=gateway.bearing()
        )
        assert 200 == response.status_code, response.text
        first, second = response.json()["data"]
        assert ("sale", 0, "-0.50", EVENT, None) == tuple(
            first[name] for name in ("kind", "outcome", "profit_loss", "trade_id", "revision")
        )
        assert ("settlement", None, "0.000001", None, 2) == tuple(
            second[name] for name in ("kind", "outcome", "profit_loss", "trade_id", "revision")
        )
        assert "next" == response.json()["meta"]["next_cursor"]
        (request,) = asked(gateway, "ListRealisations")
        assert (EVENT, 2, "c") == (request.event_id, request.limit, request.cursor)

    async def test_spans_are_asked_for_and_told(self, gateway: Any) -> None:
        point = pb.ProfitPoint(result=usdc(-1), total=usdc(5_000_000))
        gateway.backend.on(
            "GetProfit", pb.GetProfitResponse(series=[pb.ProfitSeries(asset="USDC", points=[point])])
        )
        response = await gateway.http.get(
            "/api/v1/portfolio/history?interval=week&points=4", headers=gateway.bearing()
        )
        assert 200 == response.status_code, response.text
        (series,) = response.json()["data"]
        assert ("USDC", "-0.000001", "5.00") == (
            series["asset"], series["points"][0]["profit_loss"], series["points"][0]["total"],
        )  # fmt: skip
        (request,) = asked(gateway, "GetProfit")
        assert (pb.PROFIT_INTERVAL_WEEK, 4) == (request.interval, request.points)

    @pytest.mark.parametrize(
        ("query", "field"), [("interval=year", "interval"), ("points=0", "points"), ("points=367", "points")]
    )
    async def test_bad_spans_are_named(self, gateway: Any, query: str, field: str) -> None:
        response = await gateway.http.get(f"/api/v1/portfolio/history?{query}", headers=gateway.bearing())
        assert 422 == response.status_code
        assert [field] == [error["field"] for error in response.json()["errors"]]


class TestRules:
    def admin(self, gateway: Any) -> dict[str, str]:
        return {**gateway.bearing(roles={"user", "admin"}), "Idempotency-Key": "k"}

    async def test_limits_of_a_tier(self, gateway: Any) -> None:
        """Every limit comes to its place, and none is anything but what was sent."""
        gateway.backend.on("SetTierLimits", lambda request: risk.SetTierLimitsResponse(limits=request.limits))
        response = await gateway.http.put(
            "/api/v1/admin/limits/tiers", json=TIER, headers=self.admin(gateway)
        )
        assert 200 == response.status_code, response.text
        told = response.json()
        assert {"premium", "USDC", "5.50", "10.00", "20.00", "30.00", "40.00", "0.00", "60.00", 7} == set(
            told.values()
        )
        (request,) = asked(gateway, "SetTierLimits")
        assert (5_500_000, 10_000_000, 0, 7, "because") == (
            request.limits.order_units, request.limits.market_units, request.limits.day_loss_units,
            request.limits.minute_orders, request.reason,
        )  # fmt: skip

    async def test_limits_of_the_house_are_set_and_lifted(self, gateway: Any) -> None:
        gateway.backend.on(
            "SetHouseLimits", lambda request: risk.SetHouseLimitsResponse(limits=request.limits)
        )
        for sent, told in (
            (
                {"market": "5", "total": "0"},
                {"asset": "USDC", "market": "5.00", "total": "0.00", "least_resting": None},
            ),
            (
                {"least_resting": "0.1"},
                {"asset": "USDC", "market": None, "total": None, "least_resting": "0.10"},
            ),
        ):
            response = await gateway.http.put(
                "/api/v1/admin/limits/house",
                json={"asset": "USDC", "reason": "because", **sent},
                headers=self.admin(gateway),
            )
            assert 200 == response.status_code, response.text
            assert told == response.json()

    async def test_all_of_it_is_listed(self, gateway: Any) -> None:
        limits = risk.TierLimits(tier="basic", asset="SOL", order_units=5_000_000_000, minute_orders=1)
        answer = risk.ListRulesResponse(tiers=[limits], house=[risk.HouseLimits(asset="USD", market_units=1)])
        gateway.backend.on("ListRules", answer)
        response = await gateway.http.get("/api/v1/admin/limits", headers=self.admin(gateway))
        assert 200 == response.status_code, response.text
        assert "5.00" == response.json()["tiers"][0]["order"]
        assert "0.000001" == response.json()["house"][0]["market"]

    @pytest.mark.parametrize(
        ("path", "change", "field"),
        [
            ("tiers", {"tier": "gold"}, "tier"),
            ("tiers", {"asset": "DOGE"}, "asset"),
            ("tiers", {"order": "-1"}, "order"),
            ("tiers", {"week_loss": "0.0000001"}, "week_loss"),
            ("tiers", {"day_stake": None}, "day_stake"),
            ("tiers", {"orders_per_minute": 1.5}, "orders_per_minute"),
            ("tiers", {"reason": ""}, "reason"),
            ("tiers", {"month_stake": "5"}, "month_stake"),
            ("house", {"market": "5"}, "body"),
            ("house", {"market": "-5", "total": "1"}, "market"),
            ("house", {"least_resting": "-0.1"}, "least_resting"),
        ],
    )
    async def test_what_is_wrong_is_named(
        self, gateway: Any, path: str, change: dict[str, Any], field: str
    ) -> None:
        whole = TIER if path == "tiers" else {"asset": "USDC", "reason": "because"}
        response = await gateway.http.put(
            f"/api/v1/admin/limits/{path}", json={**whole, **change}, headers=self.admin(gateway)
        )
        assert 422 == response.status_code, response.text
        assert [field] == [error["field"] for error in response.json()["errors"]]
        assert [] == asked(gateway, "SetTierLimits") + asked(gateway, "SetHouseLimits")
