"""A sign-in that is sent again with its key gets the answer that it was given.

A wallet's message and a code of a second factor serve once: without this, whoever loses the answer on its way has to
begin anew. The tokens lie sealed with the person's key. What was asked is compared by a keyed hash, since a plain one of
a password could be guessed. Refusals are not kept: a right password after a wrong one is no conflict. Whoever sends another
password with a key that was used is told that it is another one, so that is counted like any guess, and against the key.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum_auth.claims import Guess
from oraculum_auth.errors import UserNotFound
from oraculum_auth.records import SignedIn, Tokens
from oraculum_auth.repository import Accounts
from oraculum_auth.repository.answers import Answers, StoredAnswer
from oraculum_auth.throttle import Throttle
from oraculum_auth.vault import Vault
from oraculum_kit import replay
from oraculum_kit.caller import current_caller
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ServiceError, Unavailable
from oraculum_kit.idempotency import IdempotencyConflict
from oraculum_kit.ids import derived

_FIELD: Final = "sign-in answer"


class _AnsweredMeanwhileError(Exception):
    """The same request, sent twice at once, was answered first."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that has a key."""

    answer_id: UUID
    request_index: bytes


Enter = Callable[[Claim | None], Awaitable[SignedIn]]
Attempt = Callable[[], Awaitable[Guess]]


class Repeats:
    """Keeps answers and gives them again."""

    def __init__(
        self, database: Database, accounts: Accounts, vault: Vault, throttle: Throttle, clock: Clock
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._vault = vault
        self._throttle = throttle
        self._clock = clock
        self._answers = Answers()

    async def once(
        self, way: str, who: str, content: str, enter: Enter, attempt: Attempt | None = None
    ) -> SignedIn:
        """Sign in, or give the answer that this request was given. `enter` calls `claim` first and `keep` last.

        `attempt` counts a guess at what the content holds, and refuses it while it has to wait.
        """
        key = current_caller().idempotency_key
        if not key:
            return await enter(None)
        claim = Claim(
            derived("sign-in", way, who, key), self._vault.index("sign-in", f"{way}\0{who}\0{content}")
        )
        stored = await self._find(claim)
        if stored is not None:
            return await self._again(claim, stored, attempt)
        try:
            return await enter(claim)
        except _AnsweredMeanwhileError:
            stored = await self._find(claim)
        except ServiceError:
            # What serves once may have been used by this very request, answered between our look for it and now.
            stored = await self._find(claim)
            if stored is None:
                raise
        if stored is None:
            raise Unavailable(retry_after_seconds=0)
        return await self._again(claim, stored, attempt)

    async def claim(self, connection: Connection, claim: Claim | None) -> None:
        """Take the key before anything is used up; whoever comes second waits here for the first one's commit."""
        if claim is None:
            return
        if not await self._answers.claim(connection, claim.answer_id, claim.request_index, self._clock.now()):
            raise _AnsweredMeanwhileError

    async def keep(self, connection: Connection, claim: Claim | None, answer: SignedIn) -> SignedIn:
        """Keep the answer in the transaction that makes it true."""
        if claim is None:
            return answer
        user_id = answer.account.user_id
        key = await self._accounts.key(connection, user_id)
        if key is None:
            raise UserNotFound(user_id=user_id)
        sealed = self._vault.seal(key, _FIELD, _written(answer, self._clock.now()))
        await self._answers.keep(connection, claim.answer_id, user_id, sealed)
        return answer

    async def _find(self, claim: Claim) -> StoredAnswer | None:
        async with self._database.connection() as connection:
            return await self._answers.find(connection, claim.answer_id)

    async def _again(self, claim: Claim, stored: StoredAnswer, attempt: Attempt | None) -> SignedIn:
        if attempt is not None:
            # Before anything is compared: past the bound the right password learns no more than a wrong one. Against the
            # key alone, so that others who guess at the account keep nobody from the answer that is theirs.
            await self._throttle.attempt([self._throttle.repeat(claim.answer_id)])
        if stored.request_index != claim.request_index:
            if attempt is not None:
                await attempt()
            raise IdempotencyConflict
        if attempt is not None:
            await self._throttle.was_right(forgiven=[self._throttle.repeat(claim.answer_id)])
        async with self._database.connection() as connection:
            account = await self._accounts.by_id(connection, stored.user_id)
            key = await self._accounts.key(connection, stored.user_id)
            if account is None or key is None:
                raise UserNotFound(user_id=stored.user_id)
            wallets = await self._accounts.wallets(connection, [stored.user_id])
        replay.mark()
        kept = json.loads(self._vault.open(key, _FIELD, stored.answer_sealed))
        now = self._clock.now().timestamp()
        tokens = Tokens(
            access_token=kept["access_token"],
            access_expires_in_seconds=max(0, int(kept["access_expires_at"] - now)),
            refresh_token=kept["refresh_token"],
            refresh_expires_in_seconds=max(0, int(kept["refresh_expires_at"] - now)),
            session_id=UUID(kept["session_id"]),
        )
        return SignedIn(account, wallets, tokens, kept["created"])


def _written(answer: SignedIn, now: datetime) -> str:
    tokens = answer.tokens
    return json.dumps(
        {
            "access_token": tokens.access_token,
            "access_expires_at": now.timestamp() + tokens.access_expires_in_seconds,
            "refresh_token": tokens.refresh_token,
            "refresh_expires_at": now.timestamp() + tokens.refresh_expires_in_seconds,
            "session_id": str(tokens.session_id),
            "created": answer.created,
        }
    )
