"""Which failures are nobody's fault, and how long to wait for them to pass."""

from itertools import islice

import psycopg
import pytest

from oraculum_kit.errors import Aborted, DeadlineExceeded, FailedPrecondition, ResourceExhausted, Unavailable
from oraculum_kit.retries import Backoff, is_transient


class TestIsTransient:
    @pytest.mark.parametrize(
        "error",
        [
            psycopg.OperationalError(),
            psycopg.errors.DeadlockDetected(),
            psycopg.errors.SerializationFailure(),
            psycopg.errors.UndefinedTable(),
            psycopg.InterfaceError(),
            Unavailable(),
            DeadlineExceeded(),
            ResourceExhausted(retry_after_seconds=1),
            ConnectionResetError(),
            TimeoutError(),
            ExceptionGroup("both", [Unavailable(), TimeoutError()]),
        ],
    )
    def test_somebody_is_away(self, error: Exception) -> None:
        assert is_transient(error)

    @pytest.mark.parametrize(
        "error",
        [
            ValueError(),
            psycopg.errors.UniqueViolation(),
            psycopg.errors.CheckViolation(),
            FailedPrecondition(),
            Aborted(),
            ExceptionGroup("one of them", [Unavailable(), ValueError()]),
        ],
    )
    def test_the_work_itself_is_wrong(self, error: Exception) -> None:
        assert not is_transient(error)


class TestBackoff:
    def test_doubles_up_to_its_bound(self) -> None:
        """Each wait lies between half of its step and the whole."""
        waits = list(islice(Backoff(first_seconds=1, longest_seconds=8), 6))
        for wait, step in zip(waits, [1, 2, 4, 8, 8, 8], strict=True):
            assert step / 2 <= wait <= step

    def test_a_thousandth_attempt_overflows_nothing(self) -> None:
        assert Backoff(longest_seconds=5).seconds(10_000) <= 5
