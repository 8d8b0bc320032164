"""The accounts that a password may be for: who proved the address, and who claims it.

Guesses are counted so that no claim of a guesser's own helps them. A device counts for the accounts that know it; the
others are compared only as long as neither the address nor the network that the guess comes from is blocked. And a sign-in forgets the attempts that were counted
against its own account alone, or against an address that is proved to be its own: who signs in to a claim of theirs now
and then has no more guesses at the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from oraculum_auth.passwords import Passwords
from oraculum_auth.records import Credentials, Origin
from oraculum_auth.repository import Accounts
from oraculum_auth.throttle import Subject, Throttle, TooManyAttempts, named_device
from oraculum_kit.db import Database

# As many hashes are always compared, made up where there is none: an address that nobody has takes as long as a wrong
# password.
COMPARED: Final = 2


@dataclass(frozen=True, slots=True)
class Guess:
    """An attempt that was counted: for whose password, and against what."""

    claims: Sequence[Credentials]
    # Each with the accounts that are guarded by it.
    counted: Sequence[tuple[Subject, Sequence[Credentials]]]
    # Where it came from, if that was counted too.
    network: Subject | None = None

    def forgiven(self, owner: Credentials) -> list[Subject]:
        """What is forgotten when the owner of one of them signs in."""
        return [
            subject for subject, guarded in self.counted if owner.email_verified or list(guarded) == [owner]
        ]


class Claims:
    """Finds out for which of its accounts somebody knows the password of."""

    def __init__(
        self, database: Database, accounts: Accounts, throttle: Throttle, passwords: Passwords
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._throttle = throttle
        self._passwords = passwords

    async def attempt(self, email: str, origin: Origin) -> Guess:
        """Count an attempt that is about to be made; refuse it while it has to wait."""
        device_id = named_device(origin.device_id)
        network = self._throttle.network(origin.address)
        account = self._throttle.account(email)
        async with self._database.connection() as connection:
            claims = await self._accounts.claims(connection, self._accounts.email_index(email), device_id)
            knowing = [
                one for one in claims if await self._throttle.knows(connection, one.user_id, device_id)
            ]
        if len(claims) > COMPARED:
            # Beside whoever proved the address the one that knows the device, or else the newest.
            claims = [claims[0], next((one for one in claims[1:] if one in knowing), claims[-1])]
            knowing = [one for one in knowing if one in claims]
        if not knowing:
            await self._throttle.attempt([account, network])
            return Guess(claims, [(account, claims)], network)
        device = self._throttle.device(knowing[0].user_id, origin.device_id)
        await self._throttle.attempt([device])
        if len(knowing) == len(claims):
            return Guess(claims, [(device, claims)])
        # Whoever claims an address first has a device that is known to their claim: the other claims are guarded as if
        # nothing were known, and only those that know the device are asked past a bound.
        try:
            await self._throttle.attempt([account, network])
        except TooManyAttempts:
            return Guess(knowing, [(device, knowing)])
        return Guess(claims, [(device, knowing), (account, claims)], network)

    async def matching(self, guess: Guess, password: str) -> Credentials | None:
        """Whose password it is. No connection is held meanwhile: it takes as long as many statements."""
        hashes = [one.password_hash for one in guess.claims]
        missing = [None] * (COMPARED - len(hashes))
        which = await self._passwords.which([*hashes, *missing], password)
        if which is None:
            return None
        # At once, and not when they are let in: a code that is still missing is no wrong guess.
        await self._throttle.was_right(guess.network)
        return guess.claims[which]
