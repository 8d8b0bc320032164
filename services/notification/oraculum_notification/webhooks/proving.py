"""Asking an address whether it wants to be told, before it is told anything.

Whoever names an address has not shown that it is theirs: without being asked, a stranger's server would be sent messages
by us. So a subscription begins with a question that is random and told nowhere else; an answer has it and nothing beside
it. A server that gives everybody's words back says no more than a server that is deaf, and a page that answers 200 to
whatever comes says nothing.
"""

import secrets
from datetime import timedelta
from typing import Final

import orjson
import structlog

from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.ids import uuid7
from oraculum_kit.retries import Backoff
from oraculum_notification import metrics
from oraculum_notification.webhooks.envelope import body_of, headers_of
from oraculum_notification.webhooks.posting import Poster, Result
from oraculum_notification.webhooks.public import channels_of
from oraculum_notification.webhooks.records import Turn, Waiting
from oraculum_notification.webhooks.repository import Proving

_log = structlog.stdlib.get_logger(__name__)

QUESTION: Final = "webhook.verify"
NOT_ANSWERED: Final = "challenge_not_answered"
# A receiver may learn its secret a moment after it is asked. Then its owner asks again.
ATTEMPTS: Final = 5
# So often may a person have addresses asked, each of them ATTEMPTS times: we are nobody's way to shout at strangers.
ASKED_MAX: Final = 20
ASKED_WITHIN: Final = timedelta(hours=1)
_CHALLENGE_BYTES: Final = 24


class Prover:
    """Asks."""

    def __init__(self, database: Database, poster: Poster, clock: Clock, backoff: Backoff) -> None:
        self._database = database
        self._poster = poster
        self._clock = clock
        self._backoff = backoff
        self._rows = Proving()

    async def ask(self, turn: Turn, secret: str, *, slow_seconds: float) -> str:
        """Ask once, and note what came of it; it comes back as a word."""
        challenge = secrets.token_urlsafe(_CHALLENGE_BYTES)
        question = Waiting(
            subscription_id=turn.subscription_id,
            # Before the first of all messages.
            sequence=0,
            message_id=uuid7(),
            kind=QUESTION,
            data=orjson.dumps({"challenge": challenge}).decode(),
            occurred_at=self._clock.now(),
        )
        body = body_of(question)
        headers = headers_of(question, secret, body, self._clock.now())
        result = await self._poster.post(turn.url, headers, body)
        word = NOT_ANSWERED if result.delivered and not answers(result.said, challenge) else result.word
        await self._note(turn, result, word, slow=result.seconds > slow_seconds)
        return word

    async def _note(self, turn: Turn, result: Result, word: str, *, slow: bool) -> None:
        if result.delivered and word == result.word:
            async with self._database.transaction() as connection:
                if await self._rows.note_proved(connection, turn, slow=slow):
                    kinds = await self._rows.kinds_of(connection, turn.subscription_id)
                    await self._rows.begin_hearing(connection, turn.subscription_id, channels_of(kinds))
                    metrics.WEBHOOKS_PROVED.inc()
            return
        attempt = turn.attempts + 1
        _log.info("webhook.not_proved", subscription=str(turn.subscription_id), result=word, attempt=attempt)
        seconds = self._backoff.seconds(attempt) if attempt < ATTEMPTS else None
        async with self._database.connection() as connection:
            await self._rows.note_unproved(connection, turn, word, seconds=seconds)


def answers(said: bytes, challenge: str) -> bool:
    """Whether an answer is the challenge, as it is or as the one field of an object, and nothing else."""
    text = said.strip()
    if text == challenge.encode():
        return True
    try:
        return bool(orjson.loads(text) == {"challenge": challenge})
    except orjson.JSONDecodeError:
        return False
