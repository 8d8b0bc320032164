"""What people set themselves: kept, put in force at its time, and told to every service that moves money or takes bets.

Each change is told whole and with a revision, in the transaction that makes it. What holds from a later time on is put in
force by a job: until then the stricter rule stands, so a job that is late errs on the side of the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oraculum.audit.v1 import audit_pb2
from oraculum_auth import events
from oraculum_auth.play.limits import Exclusion, Kind, Limit, Pause, Time, next_midnight
from oraculum_auth.play.repository import PlayRows, State
from oraculum_auth.repository.accounts import hold_account, lock_account
from oraculum_auth.repository.people import People
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.jobs import Job
from oraculum_kit.jobs import Kind as JobKind

_APPLY: Final = "play_apply"
_CARRY: Final = "play_carry_over"
_NEVER: Final = State(0, Pause(), None, None)


@dataclass(frozen=True, slots=True)
class Rules:
    """All that holds for a person, and what will."""

    limits: dict[Kind, Limit]
    state: State

    def at(self, now: datetime) -> "Rules":
        """What holds by now; a day's time that is used up ends the day."""
        limits = {kind: limit.at(now) for kind, limit in self.limits.items()}
        state = replace(self.state, pause=self.state.pause.at(now))
        if state.time_out_until is not None and state.time_out_until <= now:
            state = replace(state, time_out_until=None)
        up_at = Rules(limits, state).time_is_up_at(now)
        if up_at is not None and up_at <= now:
            state = replace(state, time_out_until=next_midnight(now))
        return Rules(limits, state)

    def next_change_at(self, now: datetime) -> datetime | None:
        """When something will hold that does not yet, and nobody's doing."""
        times = [limit.pending_at for limit in self.limits.values() if limit.pending_at is not None]
        out = self.state.time_out_until
        up_at = self.time_is_up_at(now) if out is None or out <= now else None
        if up_at is not None:
            times.append(up_at)
        return min(times, default=None)

    def excluded(self, now: datetime) -> tuple[str, datetime | None]:
        """Why and until when the person does not play now."""
        pause, out = self.state.pause.at(now), self.state.time_out_until
        if pause.until is not None:
            return pause.exclusion.value, pause.until
        return ("time_limit", out) if out is not None and out > now else ("", None)

    def time_is_up_at(self, now: datetime) -> datetime | None:
        """When the time that was given out uses the day's limit up; None where it does not, or the day is over."""
        limit = self.limits.get(Kind.TIME_DAY, Limit()).value
        time = self.state.time
        if limit is None or time is None or time.day_start + timedelta(days=1) <= now:
            return None
        over_seconds = time.seconds - limit * 60
        return time.covered_until - timedelta(seconds=over_seconds) if over_seconds >= 0 else None


class PlayBook:
    """Keeps and tells."""

    def __init__(self, database: Database, clock: Clock, raise_delay: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._raise_delay = raise_delay
        self._rows = PlayRows()
        self._people = People()

    @property
    def kinds(self) -> list[JobKind]:
        """The jobs: what puts in force what is pending, and what carries an exclusion over to other accounts."""
        return [JobKind(_APPLY, self._apply_later), JobKind(_CARRY, self._carry_later)]

    async def rules(self, user_id: UUID) -> Rules:
        """What holds for a person."""
        async with self._database.connection() as connection:
            return (await self._read(connection, user_id)).at(self._clock.now())

    async def change(
        self,
        user_id: UUID,
        changes: Mapping[Kind, int | None],
        exclusion: tuple[Exclusion, int] | None,
    ) -> Rules:
        """Change limits, begin or lengthen a time without play."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            await hold_account(connection, user_id)
            rules = (await self._read(connection, user_id)).at(now)
            limits = dict(rules.limits)
            for kind, value in changes.items():
                limits[kind] = limits.get(kind, Limit()).changed(value, now, self._raise_delay)
            state = rules.state
            if exclusion is not None:
                state = replace(state, pause=state.pause.lengthened(*exclusion, now))
            # Twice, because a lower limit may have been passed already.
            after = await self._put(connection, user_id, Rules(limits, state).at(now))
            details = {kind.value: "none" if value is None else str(value) for kind, value in changes.items()}
            if exclusion is not None:
                await self.share(connection, user_id)
                details |= {"exclusion": exclusion[0].value, "days": str(exclusion[1])}
            await events.audit(
                connection,
                "play.rules_changed",
                user_id,
                now=now,
                audit_class=audit_pb2.AUDIT_CLASS_COMPLIANCE,
                details=details,
            )
            return after

    async def share(self, connection: Connection, user_id: UUID) -> None:
        """Let a time without play hold for all accounts that were approved as one person's, under the lock of this one."""
        for other_id in await self._people.same_as(connection, user_id, self._clock.now()):
            await self._carry_over(connection, other_id, user_id)
            # Under its own lock: two taken here might wait for each other.
            payload = {"from_id": str(user_id), "user_id": str(other_id)}
            await jobs.schedule(connection, _CARRY, payload, unique_key=f"{user_id}/{other_id}")

    async def note_token(self, connection: Connection, user_id: UUID, life: timedelta) -> None:
        """Count the time of a token that is given out, in the transaction that gives it; only where it is limited."""
        if not await self._rows.has_time_limit(connection, user_id):
            return
        now = self._clock.now()
        await hold_account(connection, user_id)
        rules = await self._read(connection, user_id)
        time = (rules.state.time or Time(now, 0, now)).with_token(now, life)
        state = replace(rules.state, time=time)
        await self._rows.put_state(connection, user_id, state)
        await self._schedule(connection, user_id, Rules(rules.limits, state))

    async def _read(self, connection: Connection, user_id: UUID) -> Rules:
        limits = await self._rows.limits(connection, user_id)
        return Rules(limits, await self._rows.state(connection, user_id) or _NEVER)

    async def _put(self, connection: Connection, user_id: UUID, rules: Rules) -> Rules:
        """Keep the rules, tell them, and have whatever is pending put in force at its time."""
        now = self._clock.now()
        rules = Rules(rules.limits, replace(rules.state, revision=rules.state.revision + 1))
        await self._rows.put_limits(connection, user_id, rules.limits)
        await self._rows.put_state(connection, user_id, rules.state)
        exclusion, until = rules.excluded(now)
        values = {kind.value: limit.value for kind, limit in rules.limits.items() if limit.value is not None}
        await events.play_rules_changed(
            connection,
            user_id,
            revision=rules.state.revision,
            values=values,
            exclusion=exclusion,
            until=until,
            now=now,
        )
        await self._schedule(connection, user_id, rules)
        return rules

    async def _schedule(self, connection: Connection, user_id: UUID, rules: Rules) -> None:
        at = rules.next_change_at(self._clock.now())
        if at is not None:
            key = str(user_id)
            await jobs.schedule(connection, _APPLY, {"user_id": key}, run_at=at, unique_key=key, replace=True)

    async def _carry_over(self, connection: Connection, from_id: UUID, user_id: UUID) -> None:
        """Let the time without play of one account hold for another, under the other's lock; it only grows."""
        now = self._clock.now()
        pause = (await self._read(connection, from_id)).at(now).state.pause
        rules = (await self._read(connection, user_id)).at(now)
        longer = rules.state.pause.at_least(pause)
        if longer == rules.state.pause:
            return
        await self._put(connection, user_id, Rules(rules.limits, replace(rules.state, pause=longer)))
        await events.audit(
            connection,
            "play.exclusion_carried_over",
            user_id,
            now=now,
            audit_class=audit_pb2.AUDIT_CLASS_COMPLIANCE,
            details={"exclusion": longer.exclusion.value, "from": str(from_id)},
        )

    async def _carry_later(self, job: Job) -> None:
        from_id, user_id = UUID(job.payload["from_id"]), UUID(job.payload["user_id"])
        async with self._database.transaction() as connection:
            # Asked again: an approval may have been taken back, and a job may be of a time that asked for none.
            if await lock_account(connection, user_id) and from_id in await self._people.same_as(
                connection, user_id, self._clock.now()
            ):
                await self._carry_over(connection, from_id, user_id)

    async def _apply_later(self, job: Job) -> None:
        user_id = UUID(job.payload["user_id"])
        now = self._clock.now()
        async with self._database.transaction() as connection:
            if not await lock_account(connection, user_id):
                return
            before = await self._read(connection, user_id)
            after = before.at(now)
            if after != before:
                await self._put(connection, user_id, after)
            else:
                await self._schedule(connection, user_id, after)
