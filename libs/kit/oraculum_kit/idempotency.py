"""Every command once: the answer is stored in the command's own transaction and given again for the same key.

    return await idempotency.once(
        self._database, request, CreateDepositResponse, lambda connection: self._create_deposit(connection, request)
    )

The same key with the same content gives the stored answer for a day, a refusal included; with other content it is a
conflict. A refusal undoes the command's work and is stored all the same: the work runs in a savepoint, so one
transaction can roll it back and still commit the answer. Two requests with one key take turns: the second waits for
the first one's commit at the row that the first has claimed.

What says nothing about the command (the server was busy, a peer was away, a defect) is not stored: ask again.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from google.protobuf.message import Message
from grpc import StatusCode

from oraculum_kit import metrics, replay, wire
from oraculum_kit.caller import current_caller
from oraculum_kit.db import Connection, Database, queries
from oraculum_kit.errors import Aborted, InvalidArgument, ServiceError, Unavailable
from oraculum_kit.headers import IDEMPOTENCY_KEY_LENGTH_MAX
from oraculum_kit.ids import derived

M = TypeVar("M", bound=Message)


# Answers about the command itself. The others tell of the moment, and the next moment may answer otherwise.
REFUSALS: Final = frozenset(
    {
        StatusCode.INVALID_ARGUMENT,
        StatusCode.UNAUTHENTICATED,
        StatusCode.PERMISSION_DENIED,
        StatusCode.NOT_FOUND,
        StatusCode.ALREADY_EXISTS,
        StatusCode.FAILED_PRECONDITION,
        StatusCode.ABORTED,
    }
)

_OK: Final[int] = StatusCode.OK.value[0]
_SQL: Final = queries(__package__, "sql/idempotency.sql")

_EXECUTED: Final = metrics.IDEMPOTENT.labels("executed")
_REFUSED: Final = metrics.IDEMPOTENT.labels("refused")
_REPLAYED: Final = metrics.IDEMPOTENT.labels("replayed")
_CONFLICTED: Final = metrics.IDEMPOTENT.labels("conflicted")


class IdempotencyConflict(Aborted):
    """This idempotency key was used before for another request."""

    reason = "IDEMPOTENCY_CONFLICT"


class IdempotencyKeyRequired(InvalidArgument):
    """A command carries an idempotency key of 1 to 128 characters."""

    reason = "IDEMPOTENCY_KEY_REQUIRED"


@dataclass(frozen=True, slots=True)
class Command:
    """What makes two requests the same command, and what makes their content the same."""

    id: UUID
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer that was given before."""

    id: UUID
    request_hash: bytes
    status: int
    response: bytes

    def answer(self, command: Command, respond: type[M]) -> M:
        """Give the answer again: return it, raise the refusal, or raise the conflict. Call it in the request's task."""
        if self.request_hash != command.request_hash:
            _CONFLICTED.inc()
            raise IdempotencyConflict
        _REPLAYED.inc()
        replay.mark()
        if self.status != _OK:
            raise wire.error_from_bytes(self.response)
        return respond.FromString(self.response)


def command(request: Message, *, key: str | None = None) -> Command:
    """The command that the present request asks for; the key is the caller's unless given."""
    caller = current_caller()
    chosen = caller.idempotency_key if key is None else key
    if not chosen or len(chosen) > IDEMPOTENCY_KEY_LENGTH_MAX:
        raise IdempotencyKeyRequired
    # The request's type stands for the method: each has its own, and it does not change with the route.
    method = type(request).DESCRIPTOR.full_name
    content = request.SerializeToString(deterministic=True)
    return Command(derived(caller.identity, method, chosen), hashlib.sha256(content).digest())


async def once(
    database: Database,
    request: Message,
    respond: type[M],
    handle: Callable[[Connection], Awaitable[M]],
    *,
    key: str | None = None,
) -> M:
    """Run a command in its own transaction, or give the answer that it was given before."""
    this = command(request, key=key)
    async with database.transaction() as connection:
        if await _SQL.claim.value(connection, id=this.id, request_hash=this.request_hash) is None:
            (stored,) = await find_many(connection, [this])
            if stored is None:
                # It was a day old at the first look and cleaned up before the second.
                raise Unavailable(retry_after_seconds=0)
            return stored.answer(this, respond)
        try:
            async with connection.transaction():
                answer: M | ServiceError = await handle(connection)
        except ServiceError as error:
            if error.code not in REFUSALS:
                raise
            answer = error
        status, response = _packed(answer)
        await _SQL.answer.run(connection, id=this.id, status=status, response=response)
    # Only now: raised inside the block, the refusal would have rolled itself back.
    if isinstance(answer, ServiceError):
        _REFUSED.inc()
        raise answer
    _EXECUTED.inc()
    return answer


async def in_parts(
    database: Database, request: Message, respond: type[M], handle: Callable[[], Awaitable[M]]
) -> M:
    """Carry out a command that has many transactions of its own, or give the answer that it was given before.

    It may be done again: where the process dies before its answer is kept, where two ask at once, where it came without a
    key. A refusal is not kept.
    """
    if not current_caller().idempotency_key:
        return await handle()
    this = command(request)
    async with database.connection() as connection:
        (stored,) = await find_many(connection, [this])
    if stored is not None:
        return stored.answer(this, respond)
    answer = await handle()
    async with database.transaction() as connection:
        await store_many(connection, [(this, answer)])
    _EXECUTED.inc()
    return answer


async def find_many(connection: Connection, commands: Sequence[Command]) -> list[Stored | None]:
    """The stored answers of many commands, in their order; None where there is none yet."""
    found = await _SQL.find_many.all(connection, Stored, ids=[this.id for this in commands])
    by_id = {stored.id: stored for stored in found}
    return [by_id.get(this.id) for this in commands]


async def store_many(
    connection: Connection, answers: Sequence[tuple[Command, Message | ServiceError]]
) -> list[bool]:
    """Store many answers in one statement, in the transaction of what they tell of.

    False means that an answer was there before, perhaps from another replica a moment ago: the caller takes that
    command's work out and looks its answer up. Within one batch each command comes once.
    """
    packed = [_packed(answer) for _, answer in answers]
    stored = await _SQL.store_many.tuples(
        connection,
        ids=[this.id for this, _ in answers],
        request_hashes=[this.request_hash for this, _ in answers],
        statuses=[status for status, _ in packed],
        responses=[response for _, response in packed],
    )
    new = {row[0] for row in stored}
    return [this.id in new for this, _ in answers]


async def forget_old(connection: Connection, *, batch: int = 5000) -> int:
    """Remove answers older than a day, a bounded number at a time; call again while it removes as many as it may."""
    return await _SQL.forget.run(connection, batch=batch)


def _packed(answer: Message | ServiceError) -> tuple[int, bytes]:
    if isinstance(answer, ServiceError):
        return answer.code.value[0], wire.error_to_bytes(answer)
    return _OK, answer.SerializeToString()
