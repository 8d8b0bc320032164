"""What must hold in the database once all is quiet, read by somebody who may see every schema at one moment."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

from oraculum_dev.demo.person import until
from oraculum_dev.fixtures.suites import Suite

REST_SECONDS = 90.0
# Of a law that is broken everywhere the first rows tell enough.
ROWS_MAX = 5

# Each finds the rows that break its law. Numbers of kinds and states are the contracts' (accounts.proto, orders).
LAWS: Mapping[str, str] = {
    "nothing is pending": "select id, reference_id, posted_at from wallet.pending_transfer",
    "an escrow holds what prediction reckons": """
        select m.event_id, m.status, m.escrow_units, coalesce(a.credits_posted - a.debits_posted, 0) as held
        from prediction.market m
        left join wallet.account a on a.kind = 3 and a.owner_id = m.event_id::text and a.asset = m.asset
        where coalesce(a.credits_posted - a.debits_posted, 0)
              <> case m.status when 1 then m.escrow_units when 3 then 0 else a.credits_posted - a.debits_posted end
    """,
    "a position is the fold of its fills": """
        select event_id, user_id, outcome, f.shares as folded, p.shares as kept
        from (
            select event_id, user_id, outcome, sum(case side when 1 then shares else -shares end) as shares
            from prediction.fill
            group by event_id, user_id, outcome
        ) f
        full join prediction.position p using (event_id, user_id, outcome)
        where coalesce(f.shares, 0) <> coalesce(p.shares, 0)
    """,
    "fills are numbered without a gap": """
        select m.event_id, m.sequence, count(f) as fills, max(f.sequence) as last_one
        from prediction.market m
        left join prediction.fill f using (event_id)
        group by m.event_id
        having count(f) <> m.sequence or coalesce(max(f.sequence), 0) <> m.sequence
    """,
    "the money of an order moved once": """
        select order_id, due, moved
        from (
            select order_id, sum(case side when 1 then gross_units else -gross_units end) as due
            from prediction.fill
            group by order_id
        ) f
        full join (
            select o.order_id, sum(case t.credit_kind when 3 then t.units else -t.units end) as moved
            from wallet.transfer t
            join prediction.trade_order o on o.order_id = t.reference_id
            where t.phase in (1, 3) and (t.credit_kind = 3) <> (t.debit_kind = 3)
            group by o.order_id
        ) t using (order_id)
        where coalesce(due, 0) <> coalesce(moved, 0)
    """,
    "wallet has applied every fill": """
        select m.event_id, m.sequence, p.sequence as applied
        from prediction.market m
        left join wallet.fill_progress p using (event_id)
        where m.sequence <> coalesce(p.sequence, 0)
    """,
    "a reserve is what its resting order still needs": """
        select order_id, units_left, needed
        from (select order_id, units_left from wallet.order_reserve where units_left > 0) r
        full join (
            select order_id,
                   ceil((coalesce(shares, 0) + open_shares)::numeric * limit_price / 1000000)
                   - ceil(coalesce(shares, 0)::numeric * limit_price / 1000000) as needed
            from prediction.trade_order
            where side = 1 and status in (7, 8)
        ) o using (order_id)
        where coalesce(units_left, 0) <> coalesce(needed, 0)
    """,
    "whoever is due something is paid": """
        select s.event_id, s.revision, s.step, s.heard_at, j.due_at, j.attempts, j.last_error
        from prediction.settlement s
        left join prediction.job j on j.kind = 'settle' and j.unique_key = s.event_id::text
        where s.step < 5
    """,
    "no release waits": "select order_id, event_id, received_at from wallet.release_waiting",
    "no event stands still": "select event_id, halted_at from wallet.fill_progress where halted_at is not null",
    "no fill waits": "select event_id, sequence from wallet.fill_waiting",
    "no incident is open": "select kind, event_id, details from wallet.incident where closed_at is null",
}
# The same tables of the kit in every schema that has them. What is younger is on its way.
EVERYWHERE: Mapping[str, tuple[str, str]] = {
    "every fact is published": (
        "outbox",
        "select topic, key, type, occurred_at from {} where occurred_at < clock_timestamp() - interval '3 s'",
    ),
    "no job has died": ("job", "select kind, last_error from {} where dead_at is not null"),
}


async def connected(suite: Suite, name: str = "oraculum faults") -> psycopg.AsyncConnection[dict[str, Any]]:
    """A session that may see and do everything."""
    return await psycopg.AsyncConnection.connect(
        suite.superuser_url,
        autocommit=True,
        application_name=name,
        row_factory=psycopg.rows.dict_row,
        connect_timeout=5,
    )


async def broken_laws(suite: Suite) -> dict[str, list[dict[str, Any]]]:
    """The laws that do not hold now, with rows that break them."""
    broken: dict[str, list[dict[str, Any]]] = {}
    async with await connected(suite) as connection, connection.transaction():
        await connection.execute("set transaction isolation level repeatable read, read only")
        for law, statement in {**LAWS, **await _everywhere(connection)}.items():
            found = await connection.execute(statement.encode())
            if rows := await found.fetchmany(ROWS_MAX):
                broken[law] = rows
    return broken


async def at_rest(suite: Suite) -> None:
    """Wait until every law holds at one moment; say which one never did."""
    await until("every law to hold", lambda: broken_laws(suite), lambda broken: not broken, REST_SECONDS)


async def _everywhere(connection: psycopg.AsyncConnection[dict[str, Any]]) -> dict[str, str]:
    statements = {}
    for law, (table, statement) in EVERYWHERE.items():
        found = await connection.execute(
            "select table_schema as schema from information_schema.tables where table_name = %s", [table]
        )
        for row in await found.fetchall():
            named = sql.Identifier(row["schema"], table).as_string(connection)
            statements[f"{law} ({row['schema']})"] = statement.format(named)
    return statements
