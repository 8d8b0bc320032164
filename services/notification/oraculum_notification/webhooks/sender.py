"""Sending what waits, in order for each subscription, whatever the number of replicas.

A subscription is taken for a turn under a lease; its messages go out one after the other, and the cursor moves behind
each that was taken. Whoever dies between sending and moving the cursor leaves the message where it was: when the lease
ends it is sent again, under the same id. A message that was not taken holds up those behind it, and no others: turns are
short, and subscriptions that fail or are slow share hands of their own.
"""

import asyncio
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Final

import structlog

from oraculum_kit.background import run_gracefully
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.ids import uuid7
from oraculum_kit.listening import listen, wait_for_notification
from oraculum_kit.metrics import UNHANDLED, begin_at_zero
from oraculum_kit.retries import Backoff, is_transient
from oraculum_notification import metrics
from oraculum_notification.webhooks.envelope import body_of, headers_of
from oraculum_notification.webhooks.posting import GONE, Poster, Result
from oraculum_notification.webhooks.proving import Prover
from oraculum_notification.webhooks.public import Public
from oraculum_notification.webhooks.records import Turn, Waiting
from oraculum_notification.webhooks.repository import Feeding, Sending
from oraculum_notification.webhooks.signing import Secrets, mark
from oraculum_notification.webhooks.telling import OwnersTeller

_log = structlog.stdlib.get_logger(__name__)

begin_at_zero(UNHANDLED, ["webhooks"])

FAILING: Final = "failing"
SECRET_LOST: Final = "secret_lost"  # noqa: S105  a word, and no secret
_LOOK_SECONDS: Final = 5.0
_GRACE_SECONDS: Final = 15.0
_MESSAGES_AT_ONCE: Final = 20
_SLOW_SECONDS: Final = 2.0
# What is due although we just took what is: another transaction holds its row for a moment.
_AGAIN_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much is done at once, and for how long it is tried."""

    # Hands for those that answer well, and for those that fail or are slow.
    hands: int = 32
    troubled_hands: int = 16
    lease_seconds: float = 60.0
    # One that has much to hear lets others come in between.
    turn_seconds: float = 20.0
    backoff: Backoff = field(default_factory=lambda: Backoff(first_seconds=5.0, longest_seconds=3600.0))
    # Three days: a weekend that nobody works.
    give_up_seconds: float = 72 * 3600.0
    # But as often as this at least: while we are away ourselves nobody fails.
    give_up_attempts: int = 20


class Sender:
    """Sends. Run it beside the server."""

    def __init__(
        self, database: Database, poster: Poster, secrets: Secrets, clock: Clock, pace: Pace | None = None
    ) -> None:
        self._database = database
        self._poster = poster
        self._secrets = secrets
        self._clock = clock
        self._pace = pace or Pace()
        self._prover = Prover(database, poster, clock, self._pace.backoff)
        self._rows = Sending()
        self._feeding = Feeding()
        # Hands, and what they are at, by whether it is for the troubled.
        self._hands = {False: self._pace.hands, True: self._pace.troubled_hands}
        self._working: dict[bool, set[asyncio.Task[None]]] = {False: set(), True: set()}
        self._ended = asyncio.Event()
        self._owners = OwnersTeller(database)
        self._public = Public(database)
        # When owners were told and figures were taken; a subscription that is given up here does not wait for that.
        self._looked_at = float("-inf")

    async def run(self) -> None:
        """Send until cancelled; then let those attempts that run come to their end."""
        await run_gracefully("webhooks", self._work, grace_seconds=_GRACE_SECONDS)

    async def _work(self, stop: asyncio.Event) -> None:
        try:
            async with self._database.direct() as listener:
                await listen(listener, await self._feeding.topic(listener))
                while not stop.is_set():
                    if await self._public.catch_up():
                        # There may be more: hands are given what there is now, and then the next portion follows.
                        self._ended.set()
                    await self._begin(stop)
                    await self._look()
                    await self._wait(listener, stop)
        finally:
            await self._finish()

    async def _begin(self, stop: asyncio.Event) -> None:
        """Take what is due, as far as there are hands."""
        for troubled, working in self._working.items():
            free = self._hands[troubled] - len(working)
            if free <= 0:
                continue
            async with self._database.transaction() as connection:
                turns = await self._rows.claim(
                    connection,
                    uuid7(),
                    lease_seconds=self._pace.lease_seconds,
                    troubled=troubled,
                    row_count=free,
                )
            for turn in turns:
                self._start(turn, stop, troubled=troubled)

    def _start(self, turn: Turn, stop: asyncio.Event, *, troubled: bool) -> None:
        task = asyncio.ensure_future(self._take_turn(turn, stop))
        self._working[troubled].add(task)

        def ended(_: asyncio.Task[None]) -> None:
            self._working[troubled].discard(task)
            self._ended.set()
            if not task.cancelled() and (error := task.exception()) is not None:
                _broke(turn, error)

        task.add_done_callback(ended)

    async def _look(self) -> None:
        """Tell owners what was given up, and take figures, now and then."""
        if monotonic() - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = monotonic()
        await self._public.give_up()
        await self._owners.tell()
        async with self._database.connection() as connection:
            waiting, overdue_seconds = await self._rows.measure(connection)
        metrics.WEBHOOKS_WAITING.set(waiting)
        metrics.WEBHOOKS_OVERDUE.set(overdue_seconds)

    async def _wait(self, listener: Connection, stop: asyncio.Event) -> None:
        """Until there is something to do: what is due and finds a hand, a notification, a turn's end."""
        free = [
            troubled for troubled, working in self._working.items() if len(working) < self._hands[troubled]
        ]
        async with self._database.connection() as connection:
            seconds = await self._rows.seconds_until_due(connection, free)
        due_in = _LOOK_SECONDS if seconds is None else min(_LOOK_SECONDS, max(seconds, _AGAIN_SECONDS))
        await wait_for_notification(listener, due_in, stop, self._ended)
        self._ended.clear()

    async def _finish(self) -> None:
        tasks = [task for working in self._working.values() for task in working]
        if not tasks:
            return
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            raise

    async def _take_turn(self, turn: Turn, stop: asyncio.Event) -> None:
        secret = self._secrets.of(turn.subscription_id)
        if mark(secret) != turn.secret_mark:
            # Our key was replaced: what its owner would check with is not what we would sign with.
            await self._give_up(turn, SECRET_LOST)
            return
        if turn.unproved:
            word = await self._prover.ask(turn, secret, slow_seconds=_SLOW_SECONDS)
            metrics.WEBHOOK_ATTEMPTS.labels(_label(word)).inc()
            return
        ends_at = monotonic() + self._pace.turn_seconds
        while messages := await self._waiting(turn):
            for message in messages:
                if stop.is_set() or monotonic() > ends_at:
                    await self._release(turn)
                    return
                if not await self._deliver(turn, message, secret):
                    return
                # What fails from here on fails for the first time.
                turn = replace(turn, attempts=0)
        await self._release(turn)

    async def _deliver(self, turn: Turn, message: Waiting, secret: str) -> bool:
        """Send one message; whether the next one may follow at once."""
        body = body_of(message)
        headers = headers_of(message, secret, body, self._clock.now())
        result = await self._poster.post(turn.url, headers, body)
        metrics.WEBHOOK_ATTEMPTS.labels(_label(result.word)).inc()
        metrics.WEBHOOK_SECONDS.observe(result.seconds)
        slow = result.seconds > _SLOW_SECONDS
        if not result.delivered:
            await self._failed(turn, result, slow=slow)
            return False
        async with self._database.connection() as connection:
            ours = await self._rows.note_delivered(
                connection, turn, message.sequence, slow=slow, lease_seconds=self._pace.lease_seconds
            )
        if ours and slow:
            await self._release(turn)
        return ours and not slow

    async def _failed(self, turn: Turn, result: Result, *, slow: bool) -> None:
        _log.info(
            "webhook.not_taken",
            subscription=str(turn.subscription_id),
            result=result.word,
            attempt=turn.attempts + 1,
        )
        seconds = self._pace.backoff.seconds(turn.attempts + 1)
        async with self._database.connection() as connection:
            failing = await self._rows.note_failed(connection, turn, result.word, slow=slow, seconds=seconds)
        if failing is None:
            return
        if result.word == GONE:
            await self._give_up(turn, "gone")
        elif failing > self._pace.give_up_seconds and turn.attempts + 1 >= self._pace.give_up_attempts:
            await self._give_up(turn, FAILING)

    async def _give_up(self, turn: Turn, reason: str) -> None:
        async with self._database.connection() as connection:
            await self._feeding.disable(connection, [turn.subscription_id], reason)
        metrics.WEBHOOKS_DISABLED.labels(reason).inc()
        self._looked_at = float("-inf")

    async def _waiting(self, turn: Turn) -> list[Waiting]:
        async with self._database.connection() as connection:
            return await self._rows.waiting(connection, turn, _MESSAGES_AT_ONCE)

    async def _release(self, turn: Turn) -> None:
        async with self._database.connection() as connection:
            await self._rows.release(connection, turn)


def _broke(turn: Turn, error: BaseException) -> None:
    """Say that a turn ended as no turn should; its lease ends too, and somebody takes it up again."""
    if is_transient(error):
        _log.warning("webhook.interrupted", subscription=str(turn.subscription_id), error=repr(error))
        return
    UNHANDLED.labels("webhooks").inc()
    _log.error("webhook.broke", subscription=str(turn.subscription_id), exc_info=error)


def _label(word: str) -> str:
    """A result as a label: receivers choose their statuses, and must not choose how many series there are."""
    return f"{word[: len('status_') + 1]}xx" if word.startswith("status_") else word
