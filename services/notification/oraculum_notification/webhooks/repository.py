"""What webhooks ask of the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_notification.webhooks.records import Disabled, Hearer, Subscription, Turn, Waiting

_sql: Final = queries(__package__, "sql/webhooks.sql")

# Hands that are at one person's subscriptions at once, whatever their number.
OWNERS_TURNS_MAX: Final = 2


class Subscriptions:
    """Whose programs are told what, and where."""

    async def insert(self, connection: Connection, made: Subscription, secret_mark: bytes) -> None:
        """Make one."""
        await _sql.insert_subscription.run(
            connection,
            subscription_id=made.subscription_id,
            user_id=made.user_id,
            url=made.url,
            kinds=list(made.kinds),
            secret_mark=secret_mark,
            created_at=made.created_at,
            unproved_since=made.unproved_since,
        )

    async def count_asking(
        self, connection: Connection, user_id: UUID, within: timedelta
    ) -> tuple[int, float]:
        """Count that a person has an address asked: how often by now, and after how many seconds it counts anew."""
        ((asked, seconds),) = await _sql.count_asking.tuples(
            connection, user_id=user_id, seconds=within.total_seconds()
        )
        return int(asked), float(seconds)

    async def forget_asking(self, connection: Connection, within: timedelta) -> None:
        """Drop what counts no more."""
        await _sql.forget_asking.run(connection, seconds=within.total_seconds())

    async def hold(self, connection: Connection, user_id: UUID, subscription_id: UUID) -> Subscription | None:
        """One of a person's, held until the transaction ends."""
        return await _sql.hold_subscription.one(
            connection, Subscription, subscription_id=subscription_id, user_id=user_id
        )

    async def ask_again(self, connection: Connection, subscription_id: UUID) -> None:
        """Let its address be asked now, as if for the first time."""
        await _sql.ask_again.run(connection, subscription_id=subscription_id)

    async def of(self, connection: Connection, user_id: UUID) -> list[Subscription]:
        """A person's, newest first."""
        return await _sql.subscriptions_of.all(connection, Subscription, user_id=user_id)

    async def delete(self, connection: Connection, subscription_id: UUID, user_id: UUID) -> bool:
        """End one of a person's; whether there was one."""
        return bool(
            await _sql.delete_subscription.run(connection, subscription_id=subscription_id, user_id=user_id)
        )

    async def delete_all(self, connection: Connection, user_ids: Collection[UUID]) -> None:
        """End all of some people's."""
        await _sql.delete_all.run(connection, user_ids=list(user_ids))

    async def hold_made_before(self, connection: Connection, user_id: UUID, moment: datetime) -> list[UUID]:
        """What a person's account had at a moment and is still told, held until the transaction ends."""
        rows = await _sql.hold_made_before.tuples(connection, user_id=user_id, moment=moment)
        return [subscription_id for (subscription_id,) in rows]


class Feeding:
    """What subscriptions are given to tell."""

    async def hold(
        self,
        connection: Connection,
        *,
        owners: Collection[UUID],
        own_kinds: Collection[str],
    ) -> list[Hearer]:
        """Who may want to hear of this, held until the transaction ends."""
        return await _sql.hold_hearers.all(
            connection,
            Hearer,
            owners=list(owners),
            own_kinds=list(own_kinds),
        )

    async def give(
        self, connection: Connection, messages: Sequence[Waiting], sequences: Mapping[UUID, int]
    ) -> None:
        """Keep messages, let their subscriptions stand at these sequences, and wake whoever sends."""
        await _sql.insert_messages.run(
            connection,
            subscription_ids=[one.subscription_id for one in messages],
            sequences=[one.sequence for one in messages],
            message_ids=[one.message_id for one in messages],
            kinds=[one.kind for one in messages],
            data=[one.data for one in messages],
            times=[one.occurred_at for one in messages],
        )
        await _sql.advance.run(
            connection, subscription_ids=list(sequences), sequences=list(sequences.values())
        )
        await self.wake(connection)

    async def wake(self, connection: Connection) -> None:
        """Wake whoever sends when this transaction commits."""
        await _sql.wake.value(connection, topic=await self.topic(connection))

    async def catch_up(self, connection: Connection, channel: str, **bounds: object) -> int:
        """Give a portion of what a channel says to some of those that are behind; how many were."""
        return await _sql.catch_up.run(connection, channel=channel, **bounds)

    async def left_behind(self, connection: Connection, seconds: float) -> list[UUID]:
        """Those that have not been given yet what was said so long ago."""
        rows = await _sql.left_behind.tuples(connection, seconds=seconds)
        return [subscription_id for (subscription_id,) in rows]

    async def disable(self, connection: Connection, subscription_ids: Collection[UUID], reason: str) -> None:
        """Send nothing more to these."""
        await _sql.disable.run(connection, subscription_ids=list(subscription_ids), reason=reason)

    async def topic(self, connection: Connection) -> str:
        """What to listen to."""
        return str(await _sql.topic.value(connection))


class Proving:
    """What came of asking addresses."""

    async def note_proved(self, connection: Connection, turn: Turn, *, slow: bool) -> bool:
        """It wants to be told; False where the lease was lost."""
        return bool(
            await _sql.note_proved.run(
                connection, subscription_id=turn.subscription_id, lease=turn.lease, slow=slow
            )
        )

    async def note_unproved(
        self, connection: Connection, turn: Turn, result: str, *, seconds: float | None
    ) -> None:
        """Let it be asked again so much later, or not by itself; now where its owner wished so meanwhile."""
        await _sql.note_unproved.run(
            connection,
            subscription_id=turn.subscription_id,
            lease=turn.lease,
            attempts=turn.attempts,
            result=result,
            seconds=seconds,
        )

    async def kinds_of(self, connection: Connection, subscription_id: UUID) -> list[str]:
        """What it asked for."""
        return list(await _sql.kinds_of.value(connection, subscription_id=subscription_id))

    async def begin_hearing(
        self, connection: Connection, subscription_id: UUID, channels: Sequence[str]
    ) -> None:
        """Let one hear of what these channels say from now on."""
        await _sql.begin_hearing.run(connection, subscription_id=subscription_id, channels=list(channels))


class Sending:
    """Turns of sending, and how they ended."""

    async def claim(
        self, connection: Connection, lease: UUID, *, lease_seconds: float, troubled: bool, row_count: int
    ) -> list[Turn]:
        """Take subscriptions that are due, in a transaction."""
        await _sql.claim_alone.tuples(connection)
        rows = await _sql.claim.tuples(
            connection,
            lease=lease,
            lease_seconds=lease_seconds,
            troubled=troubled,
            owners_turns=OWNERS_TURNS_MAX,
            row_count=row_count,
        )
        return [Turn(lease, *row) for row in rows]

    async def seconds_until_due(self, connection: Connection, lanes: Sequence[bool]) -> float | None:
        """How long until something is due among those that fare well or not; None where nothing waits."""
        seconds: float | None = await _sql.seconds_until_due.value(
            connection, lanes=list(lanes), owners_turns=OWNERS_TURNS_MAX
        )
        return seconds

    async def waiting(self, connection: Connection, turn: Turn, row_count: int) -> list[Waiting]:
        """What is to be sent next; nothing where the lease is lost."""
        rows = await _sql.waiting_messages.tuples(
            connection, subscription_id=turn.subscription_id, lease=turn.lease, row_count=row_count
        )
        return [Waiting(turn.subscription_id, *row) for row in rows]

    async def note_delivered(
        self, connection: Connection, turn: Turn, sequence: int, *, slow: bool, lease_seconds: float
    ) -> bool:
        """Move the cursor; False where the lease was lost, and another one will send the message again."""
        dropped = await _sql.note_delivered.run(
            connection,
            subscription_id=turn.subscription_id,
            lease=turn.lease,
            sequence=sequence,
            slow=slow,
            result="delivered",
            lease_seconds=lease_seconds,
        )
        return bool(dropped)

    async def note_failed(
        self, connection: Connection, turn: Turn, result: str, *, slow: bool, seconds: float
    ) -> float | None:
        """Let it wait for its next attempt; for how long it has failed, None where the lease was lost."""
        failing: float | None = await _sql.note_failed.value(
            connection,
            subscription_id=turn.subscription_id,
            lease=turn.lease,
            result=result,
            slow=slow,
            seconds=seconds,
        )
        return failing

    async def release(self, connection: Connection, turn: Turn) -> None:
        """Give it back."""
        await _sql.release.run(connection, subscription_id=turn.subscription_id, lease=turn.lease)

    async def untold(self, connection: Connection) -> list[Disabled]:
        """Those that were disabled while their owners do not know."""
        return await _sql.untold.all(connection, Disabled)

    async def note_told(self, connection: Connection, subscription_ids: Sequence[UUID]) -> None:
        """Their owners know."""
        await _sql.note_told.run(connection, subscription_ids=list(subscription_ids))

    async def measure(self, connection: Connection) -> tuple[int, float]:
        """How many messages wait, and for how long what is due has been waiting."""
        ((waiting, overdue_seconds),) = await _sql.measure.tuples(connection)
        return int(waiting), max(0.0, float(overdue_seconds))
