"""What the database refuses, whoever asks: each test tries to break the market by plain SQL, as prediction's own role."""

from pathlib import Path
from typing import Any

import pytest
from psycopg import errors

from oraculum_money import ASSETS

ROOT = Path(__file__).parents[3]
MIGRATIONS = ROOT / "services/prediction/migrations"
USDC = 1_000_000


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("update market set sold[2] = -1, version = version + 1", "market_sells_what_it_has"),
        ("update market set sold[2] = escrow_units + 1, version = version + 1", "market_is_solvent"),
        ("update market set sequence = 0, version = version + 1", "cannot go back"),
        ("update market set escrow_units = escrow_units + 1", "cannot go back"),
        (
            "update market set liquidity_units = 5, version = version + 1",
            "cannot go back or change its terms",
        ),
        ("update market set status = 2, version = version + 1", "market_closes_once"),
        ("update fill set gross_units = 1", "is refused"),
        ("delete from fill", "is refused"),
        ("truncate fill", "is refused"),
        ("insert into fill select * from fill", "fill_pkey"),
        (
            "insert into fill select (jsonb_populate_record(f, '{\"sequence\": 3}')).* from fill f",
            "does not follow the last one",
        ),
        ("update trade_order set gross_units = 1", "is decided"),
        ("update trade_order set status = 3", "is decided"),
        ("update position set shares = -1", "position_"),
        ("update position set reserved = shares + 1", "position_reserves_what_it_has"),
        ("update position set shares = 0", "position_costs_only_what_it_holds"),
    ],
)
async def test_an_open_market(house: Any, statement: str, error: str) -> None:
    event_id = await house.open()
    await house.place(house.person(), event_id, "k")
    with pytest.raises(errors.IntegrityError, match=error):
        house.rows(statement)


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("update market set status = 1, closed_at = null, version = version + 1", "closed for good"),
        ("update market set locks_at = locks_at + interval '1 day', version = version + 1", "does not trade"),
        ("update market set sequence = 2, version = version + 1", "does not trade"),
        (
            "insert into fill select (jsonb_populate_record(f, '{\"sequence\": 2}')).* from fill f",
            "comes too late",
        ),
        ("update position set shares = shares + 1", "does not trade"),
    ],
)
async def test_a_closed_market(house: Any, statement: str, error: str) -> None:
    event_id = await house.open()
    await house.place(house.person(), event_id, "k")
    await house.close(event_id)
    with pytest.raises(errors.IntegrityError, match=error):
        house.rows(statement)


async def test_a_payout_stays(house: Any) -> None:
    event_id = await house.open()
    await house.place(house.person(), event_id, "k")
    house.post_fills()
    await house.close(event_id)
    await house.hear(event_id, [0, 1_000_000])
    await house.settle(event_id)
    for statement in ("update payout set moved_units = 0", "delete from payout"):
        with pytest.raises(errors.IntegrityError, match="is refused"):
            house.rows(statement)
    with pytest.raises(errors.IntegrityError, match="payout_pkey"):
        house.rows("insert into payout select * from payout")


async def test_the_assets_are_those_of_the_library(house: Any) -> None:
    for code in ASSETS:
        house.rows("select %(code)s::asset_code", code=code)
    with pytest.raises(errors.CheckViolation):
        house.rows("select 'DOGE'::asset_code")


def test_the_first_migration_repeats_the_kit() -> None:
    tables = (ROOT / "libs/kit/oraculum_kit/sql/tables.sql").read_text(encoding="utf-8")
    assert tables in min(MIGRATIONS.glob("*.sql")).read_text(encoding="utf-8")
