"""Answers of sign-ins, by their idempotency keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oraculum_kit.db import Connection, queries

_answers = queries("oraculum_auth", "sql/answers.sql")


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that was given."""

    request_index: bytes
    user_id: UUID
    answer_sealed: bytes


class Answers:
    """Claimed, kept, found, forgotten."""

    async def claim(
        self, connection: Connection, answer_id: UUID, request_index: bytes, now: datetime
    ) -> bool:
        """Take a key; False when it was taken before."""
        return bool(
            await _answers.claim_answer.run(
                connection, answer_id=answer_id, request_index=request_index, now=now
            )
        )

    async def keep(self, connection: Connection, answer_id: UUID, user_id: UUID, sealed: bytes) -> None:
        """Put the answer where the key was taken."""
        await _answers.keep_answer.run(connection, answer_id=answer_id, user_id=user_id, answer_sealed=sealed)

    async def find(self, connection: Connection, answer_id: UUID) -> StoredAnswer | None:
        """The answer that was given."""
        return await _answers.answer.one(connection, StoredAnswer, answer_id=answer_id)

    async def forget(self, connection: Connection, before: datetime) -> None:
        """Remove answers that were given before then."""
        await _answers.forget_answers.run(connection, before=before)
