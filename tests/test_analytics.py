"""What trading came to, through the whole suite: for others as far as somebody shows it, for oneself, for administrators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from oraculum_dev.demo.api import Api, RefusedError
from oraculum_dev.demo.person import Person
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.faults.scene import make_operator
from oraculum_dev.fixtures.own_events import own_event, until_it_trades
from oraculum_dev.fixtures.suites import Suite

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_SECONDS = 60


@asynccontextmanager
async def people(suite: Suite) -> AsyncIterator[tuple[Person, Person]]:
    """An administrator, and somebody who has money."""
    api = Api(suite.url)
    admin, punter = Person("admin", await make_operator(suite), api), Person("punter", EvmWallet(), api)
    for person in (admin, punter):
        await person.sign_in()
    await punter.command("/wallet/deposits", {"rail": "demo", "amount": "100.00", "asset": "USDC"})
    await punter.settled_balance("USDC")
    yield admin, punter
    await api.close()


async def bet(punter: Person, admin: Person, title: str) -> str:
    """Bet on an event of its own."""
    event_id = await own_event(admin, title, challenge_seconds=0)
    await until_it_trades(admin, event_id, PATIENCE_SECONDS)
    wish = {"event_id": event_id, "outcome": 1, "side": "buy", "amount": "10.00"}
    await punter.command("/predictions", wish)
    return event_id


async def show(punter: Person, what: str) -> None:
    """Say what others see of one's predictions."""
    body = {"preferences": {"public_predictions": what}}
    await punter.api.ask("PUT", "/users/me", token=punter.token, body=body, key=f"show {what}")


async def test_everybody_sees_what_is_theirs_to_see(suite: Suite) -> None:
    """One bet that won and one that is held: what a stranger sees follows what the person says, at once."""
    async with people(suite) as (admin, punter):
        won = await bet(punter, admin, "Will this one be looked at?")
        held = await bet(punter, admin, "Will this one be held?")
        await admin.command(f"/events/{won}/resolve", {"outcome": 1})

        async def mine() -> Any:
            return await punter.get("/analytics/users/me", points=2)

        figures = await punter.until(
            "the event to be settled",
            mine,
            lambda told: told["record"]["settled_events"] == 1,
            PATIENCE_SECONDS,
        )
        (total,) = figures["totals"]
        assert (2, Decimal(20)) == (total["trades"], Decimal(total["volume"]))
        bets = (await punter.get("/predictions"))["data"]
        assert sum(Decimal(each["fee"]) for each in bets) == Decimal(total["fees"])
        assert Decimal(total["profit_loss"]) == Decimal(figures["series"][0]["points"][-1]["total"])

        api, path = punter.api, f"/users/{punter.user_id}"
        stats = await api.get(f"{path}/stats")
        # Of the one that is held others learn nothing, and of the trades only tomorrow.
        assert figures["record"] | {"events": 1} == stats["record"]
        assert (0, Decimal(0)) == (stats["totals"][0]["trades"], Decimal(stats["totals"][0]["volume"]))
        assert (1, 1, "1.00", "1.00") == tuple(
            stats["record"][name] for name in ("events", "won_events", "win_rate", "accuracy")
        )
        assert 0 < Decimal(stats["record"]["brier"]) < Decimal("0.25")
        assert "fees" not in stats["totals"][0]
        assert [(won, "settled")] == await seen(api, path)
        await show(punter, "all")
        assert [(held, "open"), (won, "settled")] == await seen(api, path)
        with pytest.raises(RefusedError) as refused:
            await show(punter, "some")
        assert 422 == refused.value.status
        await show(punter, "none")
        for page in ("predictions", "stats"):
            with pytest.raises(RefusedError) as refused:
                await api.get(f"{path}/{page}")
            assert (403, "profile_private") == (refused.value.status, refused.value.code)

        await until_it_is_told(punter, won)
        listed = (await admin.get("/admin/predictions", user_id=punter.user_id))["data"]
        assert [held, won] == [row["event_id"] for row in listed]
        assert ["settled"] == [row["status"] for row in listed if row["event_id"] == won]
        overview = await admin.get("/admin/stats")
        assert [] == overview["missing"]
        assert overview["accounts"]["accounts"] >= 2
        assert overview["events"]["resolved"] >= 1
        usdc = {row["asset"]: row for row in overview["revenue"]}["USDC"]
        assert Decimal(usdc["fees"]) >= 0
        assert Decimal(usdc["capital"]) > 0
        assert sum(row["open_markets"] for row in overview["trading"]) >= 1


async def seen(api: Api, path: str) -> list[tuple[str, str]]:
    """What a stranger sees of somebody's predictions."""
    return [(row["event_id"], row["status"]) for row in (await api.get(f"{path}/predictions"))["data"]]


async def until_it_is_told(punter: Person, event_id: str) -> None:
    """An event's own figures come by Kafka, a moment later."""
    told = await punter.until(
        "the trade to be counted",
        lambda: punter.get(f"/analytics/events/{event_id}", interval="hour", points=2),
        lambda told: told["trades"] == 1,
        PATIENCE_SECONDS,
    )
    assert ("settled", 1, Decimal(10)) == (
        told["status"],
        told["participant_count"],
        Decimal(told["total_volume"]),
    )
    assert Decimal(10) == sum(Decimal(span["volume"]) for span in told["data"])
    assert told["outcomes"][1]["high"] == told["outcomes"][1]["price"]
