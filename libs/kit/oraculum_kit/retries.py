"""When to try again: which failures pass by themselves, and how long to wait between attempts."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psycopg
import redis.exceptions
from confluent_kafka import KafkaException

from oraculum_kit.errors import DeadlineExceeded, ResourceExhausted, ServiceError, Unavailable

# Somebody we need is away, or busy, or ended our transaction in favour of another (a deadlock and a serialization
# failure are OperationalErrors). The message at hand has no part in it, so it is never blamed for it.
_TRANSIENT: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    # The code is ahead of the migrations, or of the grants: a matter of minutes and of an alert.
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.InsufficientPrivilege,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    Unavailable,
    DeadlineExceeded,
    ResourceExhausted,
    KafkaException,
    ConnectionError,
    TimeoutError,
)


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later without anybody changing it."""
    if isinstance(error, ServiceError):
        # A family's subclass may say something final ("the venue has been switched off"), but a code does not lie.
        return isinstance(error, Unavailable | DeadlineExceeded | ResourceExhausted)
    if isinstance(error, BaseExceptionGroup):
        return all(is_transient(inner) for inner in error.exceptions)
    return isinstance(error, _TRANSIENT)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double up to a bound, each shortened by chance so that a crowd does not come back at once."""

    first_seconds: float = 0.1
    longest_seconds: float = 5.0

    def seconds(self, attempt: int) -> float:
        """How long to wait after the attempt of this number; the first is 1."""
        longest = min(self.longest_seconds, self.first_seconds * 2.0 ** min(attempt - 1, 30))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  no secret depends on it

    def __iter__(self) -> Iterator[float]:
        attempt = 0
        while True:
            attempt += 1
            yield self.seconds(attempt)
