"""After a restore: what was told under a sequence is not told anew under the same one."""

import psycopg

from oraculum_dev.recovery.repository import leap

WEBHOOK = """
insert into notification.webhook (subscription_id, user_id, url, kinds, secret_mark, sequence, delivered, created_at)
values ('01a1f0c2-0000-7000-8000-000000000001', gen_random_uuid(), 'https://hooks.example/', '{notification}', '\\x00',
  5, 3, now())"""
MESSAGES = """
insert into notification.webhook_message (subscription_id, sequence, message_id, kind, data, occurred_at)
select '01a1f0c2-0000-7000-8000-000000000001', place, gen_random_uuid(), 'notification', '{}', now()
from generate_series(4, 5) as place"""
STANDS = """
select sequence, delivered, array(select m.sequence from notification.webhook_message m order by 1),
  (select c.sequence from notification.channel c)
from notification.webhook"""


async def test_channels_and_webhooks_leap_and_what_waits_goes_along(database_for) -> None:
    """Receivers skip what is not above the last sequence that they took, which may lie above the restored one."""
    url = str(await database_for("notification"))
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for statement in (
            WEBHOOK,
            MESSAGES,
            "insert into notification.channel (name, sequence) values ('events', 7)",
        ):
            await connection.execute(statement.encode())
        await leap(connection)
        cursor = await connection.execute(STANDS.encode())
        assert [(1_000_005, 1_000_003, [1_000_004, 1_000_005], 1_000_007)] == await cursor.fetchall()
