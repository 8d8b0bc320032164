"""Second factors, and attempts that are counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from oraculum_kit.db import Connection, queries

_factors = queries("oraculum_auth", "sql/factors.sql")


@dataclass(frozen=True, slots=True)
class StoredTotp:
    """A second factor as the database keeps it."""

    user_id: UUID
    secret_sealed: bytes
    last_step: int
    confirmed_at: datetime | None


class Factors:
    """Authenticators' secrets and recovery codes."""

    async def totp(self, connection: Connection, user_id: UUID) -> StoredTotp | None:
        """The second factor of a person, confirmed or not."""
        return await _factors.totp.one(connection, StoredTotp, user_id=user_id)

    async def is_confirmed(self, connection: Connection, user_id: UUID) -> bool:
        """Whether a person's sign-in wants a second factor."""
        return bool(await _factors.totp_confirmed.value(connection, user_id=user_id))

    async def propose(
        self, connection: Connection, user_id: UUID, secret_sealed: bytes, now: datetime
    ) -> bool:
        """Keep a secret until it is confirmed; False when one is in force."""
        return bool(
            await _factors.propose_totp.run(connection, user_id=user_id, secret_sealed=secret_sealed, now=now)
        )

    async def use_step(self, connection: Connection, user_id: UUID, step: int, now: datetime) -> bool:
        """Accept the code of a time step, which confirms the secret; only one caller can."""
        return bool(await _factors.use_step.run(connection, user_id=user_id, step=step, now=now))

    async def remove(self, connection: Connection, user_id: UUID) -> bool:
        """Take the second factor and its recovery codes away."""
        return bool(await _factors.remove_totp.run(connection, user_id=user_id))

    async def replace_recovery_codes(
        self, connection: Connection, user_id: UUID, code_indexes: Sequence[bytes]
    ) -> None:
        """Keep these recovery codes and no others."""
        await _factors.forget_recovery_codes.run(connection, user_id=user_id)
        await _factors.insert_recovery_codes.run(connection, user_id=user_id, code_indexes=list(code_indexes))

    async def use_recovery_code(self, connection: Connection, user_id: UUID, code_index: bytes) -> bool:
        """Use a recovery code up; only one caller can."""
        return bool(await _factors.use_recovery_code.run(connection, user_id=user_id, code_index=code_index))

    async def mark(
        self, connection: Connection, user_id: UUID, session_id: UUID | None, *, shown: bool
    ) -> None:
        """Note for one session, or for all of a person's, whether the second factor was shown."""
        await _factors.mark_second_factor.run(connection, user_id=user_id, session_id=session_id, shown=shown)


class Attempts:
    """Attempts to sign in since the last that succeeded."""

    async def count(
        self, connection: Connection, subject: bytes, now: datetime, *, free: int, wait_max: int
    ) -> bool:
        """Count an attempt that is about to be made; False while its subject is blocked."""
        counted = await _factors.attempt.value(
            connection, subject=subject, now=now, free=free, wait_max=wait_max
        )
        return counted is not None

    async def count_from_network(
        self, connection: Connection, subject: bytes, now: datetime, *, burst: int, each: timedelta
    ) -> bool:
        """Count an attempt that is about to be made; False while its network is blocked."""
        counted = await _factors.attempt_from_network.value(
            connection, subject=subject, now=now, burst=burst, each=each
        )
        return counted is not None

    async def give_back(self, connection: Connection, subject: bytes, *, each: timedelta) -> None:
        """Take an attempt from a network back."""
        await _factors.give_back.run(connection, subject=subject, each=each)

    async def blocked_until(self, connection: Connection, subject: bytes) -> datetime | None:
        """Until when a subject is blocked."""
        until: datetime | None = await _factors.blocked_until.value(connection, subject=subject)
        return until

    async def forgive(self, connection: Connection, subjects: Sequence[bytes]) -> None:
        """Forget the attempts of some subjects."""
        await _factors.forgive.run(connection, subjects=list(subjects))

    async def forget(self, connection: Connection, before: datetime) -> None:
        """Remove what was last attempted before then."""
        await _factors.forget_attempts.run(connection, before=before)

    async def device_is_known(self, connection: Connection, user_id: UUID, device_id: str) -> bool:
        """Whether this person signed in from this device before."""
        return bool(await _factors.device_is_known.value(connection, user_id=user_id, device_id=device_id))
