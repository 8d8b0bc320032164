"""What the database refuses, whoever asks: each test tries to break the books by plain SQL, as wallet's own role."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from oraculum_money import ASSETS
from oraculum_wallet.accounts import Account, AccountKind, account
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.repository.ledger import NUMBERS_PER_BLOCK
from oraculum_wallet.transfers import Phase, Transfer, TransferKind

ROOT = Path(__file__).parents[3]
MIGRATIONS = ROOT / "services/wallet/migrations"

INSERT = """
insert into transfer (
    number, posted_at, units, asked_units, released_units, debit_balance_units, credit_balance_units, phase, kind,
    debit_kind, credit_kind, id, debit_account_id, credit_account_id, pending_id, asset
) values (
    1, clock_timestamp(), %(units)s, %(asked_units)s, %(released_units)s, 0, 0, %(phase)s, %(kind)s,
    %(debit_kind)s, %(credit_kind)s, %(id)s, %(debit)s, %(credit)s, %(pending_id)s, %(asset)s
)
"""


class Sql:
    """A connection as wallet's own role, and rows of `transfer` in few words."""

    def __init__(self, url: str, user: Account, escrow: Account, hold: Transfer) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.user, self.escrow, self.hold = user, escrow, hold

    def __call__(self, statement: str, **parameters: Any) -> Any:
        return self.connection.execute(statement.encode(), parameters)

    def insert(self, **change: Any) -> None:
        row = {
            "id": uuid4(),
            "phase": Phase.POSTED,
            "kind": TransferKind.BET,
            "units": 10,
            "asked_units": None,
            "released_units": 0,
            "debit": self.user.id,
            "debit_kind": AccountKind.USER,
            "credit": self.escrow.id,
            "credit_kind": AccountKind.EVENT_ESCROW,
            "pending_id": None,
            "asset": "USDC",
            **change,
        }
        self(INSERT, **row)

    def end(self, phase: Phase, units: int, **change: Any) -> None:
        self.insert(phase=phase, units=units, **{"released_units": 30, "pending_id": self.hold.id, **change})

    def counters(self) -> list[tuple[Any, ...]]:
        rows = self(
            "select id, debits_pending, debits_posted, credits_pending, credits_posted from account order by id"
        )
        return list(rows.fetchall())


@pytest.fixture
async def sql(wallet_url: str, ledger: Ledger, make: Any) -> AsyncIterator[Sql]:
    """A user with 100 units, of which 30 are held for an event."""
    user, escrow = make.user(), make.escrow()
    hold = make.hold(user, escrow, 30)
    assert all(answer.succeeded for answer in await ledger.create([make.deposit(user, 100), hold]))
    opened = Sql(wallet_url, user, escrow, hold)
    with opened.connection:
        yield opened


@pytest.fixture
def unmoved(sql: Sql) -> Iterator[None]:
    """Whatever the test tried: no counter is another one afterwards."""
    before = sql.counters()
    yield
    assert before == sql.counters()


@pytest.mark.usefixtures("unmoved")
class TestRefusals:
    @pytest.mark.parametrize(
        "statement",
        [
            "update account set credits_posted = credits_posted + 1",
            "update account set credits_posted = credits_posted + 1, debits_posted = debits_posted + 1",
            "update account set owner_id = 'somebody'",
            "delete from account",
            "truncate account",
            "update transfer set units = units + 1",
            "delete from transfer",
            "truncate transfer",
            "delete from pending_transfer",
            "update pending_transfer set units = 1",
            "insert into pending_transfer select * from pending_transfer",
            "insert into account (id, kind, owner_id, asset, credits_posted) values (gen_random_uuid(), 1, 'x', 'USDC', 5)",
        ],
    )
    def test_money_moves_by_transfers_only(self, sql: Sql, statement: str) -> None:
        with pytest.raises(errors.IntegrityConstraintViolation, match="is refused"):
            sql(statement)

    def test_an_overdraft(self, sql: Sql) -> None:
        with pytest.raises(errors.CheckViolation, match="account_not_overdrawn"):
            sql.insert(units=71)

    def test_an_overdraft_of_many_rows_together(self, sql: Sql) -> None:
        def both() -> None:
            with sql.connection.transaction():
                sql.insert(units=40)
                sql.insert(units=40)

        with pytest.raises(errors.CheckViolation, match="account_not_overdrawn"):
            both()

    def test_a_hold_beyond_what_is_free(self, sql: Sql) -> None:
        with pytest.raises(errors.CheckViolation, match="account_not_overdrawn"):
            sql.insert(phase=Phase.PENDING, units=71)

    def test_an_asset_that_the_accounts_do_not_have(self, sql: Sql) -> None:
        with pytest.raises(errors.IntegrityConstraintViolation, match="2 accounts that do not exist"):
            sql.insert(asset="USD")

    def test_an_account_that_does_not_exist(self, sql: Sql) -> None:
        with pytest.raises(errors.IntegrityConstraintViolation, match="1 accounts that do not exist"):
            sql.insert(credit=uuid4())

    def test_an_account_of_another_kind(self, sql: Sql) -> None:
        with pytest.raises(errors.IntegrityConstraintViolation, match="1 accounts that do not exist"):
            sql.insert(debit_kind=AccountKind.RAIL)

    def test_a_post_of_more_than_was_pending(self, sql: Sql) -> None:
        with pytest.raises(errors.CheckViolation, match="transfer_makes_sense"):
            sql.end(Phase.POST_PENDING, 31)

    def test_a_release_of_more_than_was_pending(self, sql: Sql) -> None:
        with pytest.raises(errors.IntegrityConstraintViolation, match="1 of 1 transfers end a pending"):
            sql.end(Phase.POST_PENDING, 31, released_units=31)

    def test_a_void_between_other_accounts(self, sql: Sql) -> None:
        with pytest.raises(errors.IntegrityConstraintViolation, match="1 of 1 transfers end a pending"):
            sql.end(
                Phase.VOID_PENDING, 0, debit=sql.escrow.id, debit_kind=3, credit=sql.user.id, credit_kind=1
            )

    def test_a_void_of_what_is_not_pending(self, sql: Sql) -> None:
        with pytest.raises(errors.IntegrityConstraintViolation, match="1 of 1 transfers end a pending"):
            sql.end(Phase.VOID_PENDING, 0, pending_id=uuid4())

    @pytest.mark.parametrize(
        "change",
        [
            {"units": 0},
            {"units": -5},
            {"phase": 5},
            {"phase": Phase.VOID_PENDING, "units": 0},
            {"phase": Phase.POST_PENDING, "released_units": 10},
            {"released_units": 10},
            {"asked_units": 5},
            {"pending_id": uuid4()},
            {"kind": 0},
            {"kind": 19},
        ],
    )
    def test_a_row_that_makes_no_sense(self, sql: Sql, change: dict[str, Any]) -> None:
        with pytest.raises(errors.CheckViolation):
            sql.insert(**change)

    def test_a_transfer_to_itself(self, sql: Sql) -> None:
        with pytest.raises(errors.CheckViolation, match="transfer_moves_between_two"):
            sql.insert(credit=sql.user.id, credit_kind=AccountKind.USER)

    def test_a_second_account_of_the_same_name(self, sql: Sql) -> None:
        with pytest.raises(errors.UniqueViolation, match="account_is_one"):
            sql(
                "insert into account (id, kind, owner_id, asset) select gen_random_uuid(), kind, owner_id, asset from account"
            )

    def test_an_asset_that_nobody_knows(self, sql: Sql) -> None:
        with pytest.raises(errors.CheckViolation):
            sql("insert into account (id, kind, owner_id, asset) values (gen_random_uuid(), 1, 'x', 'DOGE')")

    def test_a_transfer_id_used_before(self, sql: Sql) -> None:
        with pytest.raises(errors.UniqueViolation, match="transfer_pkey"):
            sql.insert(id=sql.hold.id)


def test_a_pending_transfer_ends_once(sql: Sql) -> None:
    sql.end(Phase.VOID_PENDING, 0)
    with pytest.raises(psycopg.IntegrityError):
        sql.end(Phase.VOID_PENDING, 0)
    with pytest.raises(psycopg.IntegrityError):
        sql.end(Phase.POST_PENDING, 30)


def test_applied_fills_are_not_forgotten(sql: Sql) -> None:
    sql("insert into fill_progress (event_id, sequence) values (gen_random_uuid(), 5)")
    with pytest.raises(errors.IntegrityConstraintViolation, match="has applied fill 5"):
        sql("update fill_progress set sequence = 4")


def test_the_assets_are_those_of_the_library(sql: Sql) -> None:
    definition = sql(
        "select pg_get_constraintdef(oid) from pg_constraint where contypid = 'asset_code'::regtype"
    )
    ((text,),) = definition.fetchall()
    assert all(f"'{code}'" in text for code in ASSETS)
    assert text.count("::text") - text.count("]::text") >= len(ASSETS)
    for code in ASSETS:
        sql("select %(code)s::asset_code", code=code)


def test_a_block_of_numbers_is_as_long_as_the_code_thinks(sql: Sql) -> None:
    ((increment,),) = sql(
        "select increment_by from pg_sequences where sequencename = 'transfer_number'"
    ).fetchall()
    assert increment == NUMBERS_PER_BLOCK


def test_account_ids_are_what_the_code_derives(sql: Sql) -> None:
    for id_, kind, owner_id, asset in sql("select id::text, kind, owner_id, asset from account").fetchall():
        assert account(AccountKind(kind), owner_id, asset).id == id_


def test_the_sweep_finds_the_oldest_holds_by_an_index(sql: Sql) -> None:
    """Millions are pending when the broker was away for an hour."""
    sql("set enable_sort = off")
    sql("set enable_seqscan = off")
    plan = sql(
        "explain select id from pending_transfer where posted_at < now() and (posted_at, id) > (%(t)s, %(i)s)"
        " order by posted_at, id limit 1000",
        t="2000-01-01T00:00:00Z",
        i="00000000-0000-0000-0000-000000000000",
    ).fetchall()
    assert "pending_transfer_oldest" in str(plan)
    assert "Sort" not in str(plan)


def test_the_first_migration_repeats_the_kit() -> None:
    tables = (ROOT / "libs/kit/oraculum_kit/sql/tables.sql").read_text(encoding="utf-8")
    first = min(MIGRATIONS.glob("*.sql"))
    assert tables in first.read_text(encoding="utf-8")
