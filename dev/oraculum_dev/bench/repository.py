"""What the checks after a load ask of the suite's database, as its superuser."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from oraculum_dev.project import SERVICES, schema_of

# What the running venues add at this very moment is no backlog.
FRESH_SECONDS = 1.0


class Books:
    """The books of all services."""

    def __init__(self, superuser_url: str) -> None:
        self._url = superuser_url
        self._open: psycopg.Connection | None = None

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Ask over one connection: opening one for each look would take milliseconds from what is measured meanwhile."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            self._open = connection
            try:
                yield
            finally:
                self._open = None

    def outboxes(self) -> dict[str, int]:
        """By service, facts that wait to be told."""
        statement = sql.SQL(
            "select count(*) from {}.outbox where occurred_at < clock_timestamp() - make_interval(secs => %s)"
        )
        counts = {
            service: self._rows(statement.format(sql.Identifier(schema_of(service))), [FRESH_SECONDS])[0][0]
            for service in SERVICES
        }
        return {service: count for service, count in counts.items() if count}

    def a_password_hash(self) -> str:
        """The newest hash of a password, which names what it cost."""
        statement = """
            select password_hash from auth.account where password_hash is not null order by created_at desc limit 1
        """
        return str(self._rows(statement)[0][0])

    def unapplied(self) -> int:
        """How many fills wallet has not applied yet, whether or not it has joined its group so far."""
        statement = """
            select coalesce(sum(m.sequence - coalesce(p.sequence, 0)), 0)
            from prediction.market m
            left join wallet.fill_progress p using (event_id)
        """
        return int(self._rows(statement)[0][0])

    def unbalanced(self) -> list[tuple[str, int, int]]:
        """Assets whose debits are not their credits, by how much, and what of them is pending."""
        return self._rows(
            """
            select asset, sum(debits_posted) - sum(credits_posted), sum(debits_pending) + sum(credits_pending)
            from wallet.account
            group by asset
            having sum(debits_posted) <> sum(credits_posted) or sum(debits_pending) + sum(credits_pending) <> 0
            """
        )

    def incidents(self) -> list[tuple[str, int]]:
        """Open incidents by kind."""
        return self._rows("select kind, count(*) from wallet.incident where closed_at is null group by kind")

    def filled(self, order_ids: Sequence[UUID]) -> int:
        """How many of these orders have a fill."""
        statement = "select count(distinct order_id) from prediction.trade_order join prediction.fill using (order_id)"
        return int(self._rows(f"{statement} where order_id = any(%s)", [list(order_ids)])[0][0])

    def posted_at(self, order_ids: Sequence[UUID]) -> dict[UUID, float]:
        """When the money of these orders was moved."""
        return dict(
            self._rows(
                """
                select reference_id, extract(epoch from min(posted_at))::float8
                from wallet.transfer
                where phase = 3 and reference_id = any(%s)
                group by reference_id
                """,
                [list(order_ids)],
            )
        )

    def positions(self, event_ids: Sequence[UUID]) -> int:
        """How many positions people hold in these events."""
        statement = "select count(*) from prediction.position where shares > 0 and event_id = any(%s)"
        return int(self._rows(statement, [list(event_ids)])[0][0])

    def unsettled(self, event_ids: Sequence[UUID]) -> int:
        """How many of these events are not settled yet."""
        statement = "select count(*) from prediction.market where settled_at is null and event_id = any(%s)"
        return int(self._rows(statement, [list(event_ids)])[0][0])

    def settled_at(self, event_ids: Sequence[UUID]) -> list[float]:
        """When those of these events that are settled were."""
        statement = """
            select extract(epoch from settled_at)::float8
            from prediction.market
            where settled_at is not null and event_id = any(%s)
        """
        return [row[0] for row in self._rows(statement, [list(event_ids)])]

    def _rows(self, statement: Any, parameters: Sequence[object] = ()) -> list[Any]:
        if self._open is not None:
            return self._open.execute(statement, parameters or None).fetchall()
        with psycopg.connect(self._url) as connection:
            return connection.execute(statement, parameters or None).fetchall()
