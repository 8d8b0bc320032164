"""What is kept beside the fills can be lost: it is found, and written anew from them, while people trade."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from oraculum.audit.v1.audit_pb2 import AuditFact
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_prediction import rebuild
from oraculum_prediction.rebuild import Findings

USDC = 1_000_000
KEPT = {
    "position": "select * from position order by user_id, event_id, outcome",
    "realised": "select * from realised order by event_id, sequence",
    "market": "select volume_units, outcome_volume_units, participant_count from market order by event_id",
    "risk_use": """
        select user_id, asset, scope, open_units, resting_units, day_stake_units, week_stake_units, day_sold_units,
            day_result_units, week_result_units, week_orders
        from risk_use order by user_id, asset, scope
    """,
}
# Each harms something else: a defect's or somebody's hand, in a market that trades.
HARMS = {
    "a position": "update position set cost_units = cost_units - 1, realised_units = 5 where outcome = 1",
    "a position that is gone": "delete from position where outcome = 0",
    "a sale": "update realised set result_units = result_units + 7",
    "a sale that is gone": "delete from realised",
    "a sale that never was": """
        insert into realised select event_id, 1, user_id, realised_at, 0, 0 from realised limit 1
    """,
    "volume": "update market set volume_units = 3, version = version + 1",
    "people": "update market set participant_count = 9, version = version + 1",
    "what is at stake": "update risk_use set open_units = open_units + 4, resting_units = 0",
    "limits": "update risk_use set day_sold_units = 0, week_orders = week_orders - 1 where scope = ''",
    "limits that are gone": "delete from risk_use where scope <> ''",
    "limits of nobody": """
        insert into risk_use
        select gen_random_uuid(), asset, scope, 1, 1, 1, 1, 1, 1, 1, 1, 1, day, week, minute from risk_use limit 1
    """,
}


def kept(house: Any) -> dict[str, Any]:
    """All that is proved; a counter that says nothing is as good as none."""
    rows = {name: house.rows(statement) for name, statement in KEPT.items()}
    names = ("user_id", "asset", "scope")
    rows["risk_use"] = [
        row for row in rows["risk_use"] if any(value for name, value in row.items() if name not in names)
    ]
    return rows


async def rebuilt(house: Any, event: UUID, *, write: bool) -> Findings:
    """The market, then everybody's limits, as the command does it."""
    database = house.replicas[0].database
    found = await rebuild.market(database, event, write=write)
    limits = await rebuild.people(database, None, write=write)
    return Findings(found.mended + limits.mended, found.standing + limits.standing)


async def traded(house: Any) -> tuple[UUID, UUID]:
    """A market in which somebody bought, sold, gave to the market, and lets something rest."""
    event, who = await house.open(), house.person()
    await house.place(who, event, "yes", amount_units=10 * USDC)
    await house.place(who, event, "no", outcome=0, amount_units=4 * USDC)
    await house.place(who, event, "sold", side=pb.SIDE_SELL, shares=3 * USDC)
    await house.subsidise(who, event, "given", 5 * USDC)
    await house.limit(who, event, "rests", 300_000)
    return event, who


async def test_all_that_was_harmed_is_written_anew(house: Any) -> None:
    """A dry run finds it and changes nothing; writing brings back to the unit what stood there, once."""
    event, who = await traded(house)
    before = kept(house)
    assert Findings() == await rebuilt(house, event, write=False)
    noted = 0
    for what, statement in HARMS.items():
        house.rows(statement)
        harmed = kept(house)
        assert before != harmed, what
        dry = await rebuilt(house, event, write=False)
        assert dry.mended, what
        assert [] == dry.standing
        assert harmed == kept(house), what
        assert [] == (await rebuilt(house, event, write=True)).standing
        assert before == kept(house), what
        assert Findings() == await rebuilt(house, event, write=True)
        facts = audited(house)
        assert len(facts) > noted, what
        noted = len(facts)
    # The replica that remembers all of it from before trades on with what is right.
    await house.place(who, event, "again", amount_units=USDC)
    await house.place(who, event, "sold again", side=pb.SIDE_SELL, shares=USDC)
    assert Findings() == await rebuilt(house, event, write=False)
    assert {"market.rebuilt", "limits.rebuilt"} == {fact.action for fact in audited(house)}


async def test_a_replica_forgets_what_it_remembered_of_a_position(house: Any) -> None:
    """It had read the wrong one: what it writes next begins with the right one."""
    event, who = await traded(house)
    house.rows("update position set cost_units = 1 where outcome = 1")
    house.rows("update market set version = version + 1")
    await house.place(who, event, "on a wrong one", amount_units=USDC)
    assert (await rebuilt(house, event, write=True)).mended
    await house.place(who, event, "on a right one", amount_units=USDC)
    assert Findings() == await rebuilt(house, event, write=False)


async def test_it_is_mended_while_people_trade(premises: Any) -> None:
    """By two who mend at once, on two replicas: everything is counted once."""
    async with premises.replica(), premises.replica():
        event, who = await traded(premises)
        premises.rows(HARMS["limits"])
        premises.rows(HARMS["a sale that is gone"])

        async def trade(number: int) -> None:
            side = pb.SIDE_SELL if number % 3 == 2 else pb.SIDE_BUY
            await premises.place(
                who, event, f"while {number}", replica=number % 2, side=side, amount_units=USDC // 2
            )

        await asyncio.gather(
            *map(trade, range(12)), rebuilt(premises, event, write=True), rebuilt(premises, event, write=True)
        )
        # Trades may have come between the market's part and the people's: no more than once more.
        await rebuilt(premises, event, write=True)
        assert Findings() == await rebuilt(premises, event, write=False)


async def test_what_is_for_sale_beyond_what_is_held_ends(house: Any) -> None:
    """The latest first, and its owner is told; positions that are gone have again what is for sale of them."""
    event, who = await traded(house)
    (bought,) = house.rows("select shares from position where outcome = 1")
    early = await house.limit(who, event, "early", 990_000, 2 * USDC, side=pb.SIDE_SELL)
    house.rows("update position set shares = 2 * shares where outcome = 1")
    house.rows("update market set version = version + 1")
    late = await house.limit(who, event, "late", 980_000, bought["shares"], side=pb.SIDE_SELL)
    told = len(house.rows.told())
    dry = await rebuilt(house, event, write=False)
    assert 2 == len(dry.mended), dry
    assert dry.mended == (await rebuilt(house, event, write=True)).mended
    assert Findings() == await rebuilt(house, event, write=True)
    rows = house.rows("select order_id::text, status, reason from trade_order where side = 2 and type = 2")
    stands, ended = (row for row in sorted(rows, key=lambda row: row["status"]))
    assert (early.order_id, late.order_id) == (stands["order_id"], ended["order_id"])
    assert (9, "INSUFFICIENT_SHARES") == (ended["status"], ended["reason"])
    (fact,) = house.rows.told()[told:]
    assert late.order_id == fact.order_ended.order.order_id
    house.rows("delete from position where outcome = 1")
    await rebuilt(house, event, write=True)
    (position,) = house.rows("select shares, reserved from position where outcome = 1")
    assert (bought["shares"], 2 * USDC) == (position["shares"], position["reserved"])
    await house.cancel(who, early.order_id)


async def test_one_that_cannot_be_written_keeps_no_other(
    house: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    events = sorted([(await traded(house))[0] for _ in range(2)])
    odd = f"event_id <> '{events[0]}' or cost_units < 9"
    house.rows(f"alter table position add constraint odd check ({odd}) not valid")
    house.rows("update position set cost_units = 1 where outcome = 1")
    monkeypatch.setenv("DATABASE_URL", house.url)
    monkeypatch.setenv("SERVICE_NAME", "prediction")
    assert 1 == await asyncio.to_thread(rebuild.main, ["--write"])
    told = capsys.readouterr().out
    assert f"stands: market {events[0]} cannot be written" in told
    assert f"mended: market {events[1]}" in told


async def test_a_market_in_which_all_is_well_is_not_held(house: Any) -> None:
    """However long it takes to prove it, nobody waits for it."""
    event, _ = await traded(house)
    async with house.replicas[0].database.direct() as connection, connection.transaction(force_rollback=True):
        await connection.execute("select from market for update")
        assert Findings() == await rebuild.market(house.replicas[0].database, event, write=True)


async def test_what_cannot_be_mended_stands_and_says_why(house: Any) -> None:
    event, _ = await traded(house)
    await house.close(event)
    for table in ("position", "market", "fill"):
        house.rows(f"alter table {table} disable trigger user")
    house.rows("update position set cost_units = 1 where outcome = 1")
    house.rows("update market set sold[1] = sold[1] + 1")
    found = await rebuild.market(house.replicas[0].database, event, write=True)
    assert 2 == len(found.standing)
    assert "revision of its settlement" in found.standing[0]
    assert "replay-market" in found.standing[1]
    assert 1 == house.rows("select cost_units from position where outcome = 1")[0]["cost_units"]
    house.rows("delete from fill where sequence = 2")
    found = await rebuild.market(house.replicas[0].database, event, write=True)
    assert Findings(standing=[f"market {event}: fill 2 is missing"]) == found


async def test_the_command(house: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Its exit code says whether all is well by now; an event or a person may be named."""
    event, who = await traded(house)
    monkeypatch.setenv("DATABASE_URL", house.url)
    monkeypatch.setenv("SERVICE_NAME", "prediction")

    async def command(*arguments: str) -> tuple[int, str]:
        code = await asyncio.to_thread(rebuild.main, arguments)
        told = capsys.readouterr()
        return code, told.err or next(line for line in told.out.splitlines() if line.endswith("mended"))

    assert (0, "2 proved, 0 wrong, 0 mended") == await command()
    house.rows(HARMS["volume"])
    house.rows(HARMS["limits that are gone"])
    assert (1, "2 proved, 2 wrong, 0 mended") == await command()
    assert (1, "1 proved, 1 wrong, 0 mended") == await command("--event", str(event))
    assert (0, "1 proved, 1 wrong, 1 mended") == await command("--user", str(who), "--write")
    assert (0, "2 proved, 1 wrong, 1 mended") == await command("--write")
    assert (0, "2 proved, 0 wrong, 0 mended") == await command()
    assert 1 == await asyncio.to_thread(rebuild.main, ["--event", str(who)])
    assert "MarketNotFound" in capsys.readouterr().err


def audited(house: Any) -> list[AuditFact]:
    rows = house.rows("select payload from outbox where topic = 'audit' order by id")
    facts = [AuditFact.FromString(row["payload"]) for row in rows]
    return [fact for fact in facts if fact.action.endswith(".rebuilt")]
