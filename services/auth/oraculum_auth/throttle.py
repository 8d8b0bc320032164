"""How often somebody may try: growing waits that nobody can turn against the owner of an account.

Each attempt is counted before it is made, so a thousand at once are not a thousand guesses. It counts against the
account and against the network that it comes from. A device that signed in to the account before has a count of its own
(OWASP's device cookies) and no other: whoever blocks an account or a network by guessing blocks only devices that the
account has never seen, and their owner gets in by the mail of a password reset. What a network guessed is forgotten by the
hour, and whoever knows their password gets their attempt back, since many people share one. The subjects are kept as keyed hashes, and an address that nobody has is
counted like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final
from uuid import UUID

from oraculum_auth.repository.factors import Attempts
from oraculum_auth.vault import Vault
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ResourceExhausted

WAIT_MAX_SECONDS: Final = 900
# A shorter name than this could be guessed, and would let whoever guesses it pass for the device.
DEVICE_ID_LENGTH_MIN: Final = 16
_FREE: Final = {"account": 5, "device": 10, "factor": 5, "repeat": 5}
# Wrong guesses at any accounts that come from one network: so many at once, and as many in an hour.
_NETWORK_BURST: Final = 50
_NETWORK_EACH: Final = timedelta(hours=1) / _NETWORK_BURST


class TooManyAttempts(ResourceExhausted):
    """There were too many attempts; wait before the next, or ask for a new password by mail."""

    reason = "TOO_MANY_ATTEMPTS"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an attempt counts against."""

    kind: str
    index: bytes


class Throttle:
    """Counts attempts and refuses those that come too soon."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._attempts = Attempts()

    def account(self, email: str) -> Subject:
        """Against what attempts at the accounts of an address count, or at none."""
        return self._subject("account", email)

    def network(self, address: str) -> Subject:
        """Against what all attempts from a place count."""
        return self._subject("network", _network(address))

    def device(self, user_id: UUID, device_id: str) -> Subject:
        """Against what attempts count of a device that the account knows."""
        return self._subject("device", f"{user_id} {device_id}")

    async def knows(self, connection: Connection, user_id: UUID, device_id: str | None) -> bool:
        """Whether a device has signed in to an account before."""
        if device_id is None:
            return False
        return await self._attempts.device_is_known(connection, user_id, device_id)

    def factor(self, user_id: UUID) -> Subject:
        """Against whom codes of a second factor count: six digits are soon guessed."""
        return self._subject("factor", str(user_id))

    def change(self, user_id: UUID) -> Subject:
        """Against whom guesses at the present password count, made by a session of theirs."""
        return self._subject("factor", f"{user_id} password")

    def repeat(self, answer_id: UUID) -> Subject:
        """Against what passwords count that come with the key of an answered sign-in, whoever sends them."""
        return self._subject("repeat", str(answer_id))

    async def attempt(self, subjects: Sequence[Subject]) -> None:
        """Count an attempt that is about to be made; refuse it while one of its subjects is blocked."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            # In one order, so that two attempts never wait for each other.
            for subject in sorted(subjects, key=lambda one: one.index):
                if await self._count(connection, subject, now):
                    continue
                until = await self._attempts.blocked_until(connection, subject.index)
                wait = 1.0 if until is None else (until - now).total_seconds()
                raise TooManyAttempts(retry_after_seconds=max(1.0, wait))

    async def forgive(self, connection: Connection, subjects: Sequence[Subject]) -> None:
        """Forget the attempts, in the transaction of the one that succeeded."""
        await self._attempts.forgive(connection, [one.index for one in subjects])

    async def was_right(self, network: Subject | None = None, forgiven: Sequence[Subject] = ()) -> None:
        """An attempt was no wrong guess: the place that it came from has it back, and some forget all of theirs."""
        if network is None and not forgiven:
            return
        async with self._database.transaction() as connection:
            if network is not None:
                await self._attempts.give_back(connection, network.index, each=_NETWORK_EACH)
            await self.forgive(connection, forgiven)

    async def forgive_account(self, connection: Connection, account: str) -> None:
        """Forget attempts at an account whose owner has read their mail."""
        await self._attempts.forgive(connection, [self.account(account).index])

    async def _count(self, connection: Connection, subject: Subject, now: datetime) -> bool:
        if subject.kind == "network":
            return await self._attempts.count_from_network(
                connection, subject.index, now, burst=_NETWORK_BURST, each=_NETWORK_EACH
            )
        return await self._attempts.count(
            connection, subject.index, now, free=_FREE[subject.kind], wait_max=WAIT_MAX_SECONDS
        )

    def _subject(self, kind: str, value: str) -> Subject:
        return Subject(kind, self._vault.index(f"attempt {kind}", value))


def named_device(device_id: str) -> str | None:
    """What a device calls itself, if nobody guesses it."""
    return device_id if len(device_id) >= DEVICE_ID_LENGTH_MIN else None


def _network(address: str) -> str:
    """What one attacker has of addresses: one in IPv4, a network of 2^64 in IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else str(parsed)
