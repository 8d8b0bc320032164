"""The vocabulary of failures."""

import inspect
import re

import pytest
from grpc import StatusCode

from oraculum_kit import errors
from oraculum_kit.errors import (
    FAMILIES,
    InvalidArgument,
    NotFound,
    ResourceExhausted,
    ServiceError,
    Violation,
)


class InsufficientFundsOfTest(errors.FailedPrecondition):
    """The account has less than the amount
    asked for.

    This paragraph is for engineers.
    """  # noqa: D205  a sentence may need two lines

    reason = "INSUFFICIENT_FUNDS_OF_TEST"


class TestServiceError:
    def test_message_is_the_first_paragraph_of_the_docstring(self) -> None:
        assert str(InsufficientFundsOfTest()) == "The account has less than the amount asked for."

    def test_message_can_be_said_at_the_raise(self) -> None:
        assert NotFound("No market named x.").message == "No market named x."

    def test_metadata_is_text(self) -> None:
        assert InsufficientFundsOfTest(amount=5, account=None).metadata == {"amount": "5", "account": "None"}

    def test_subclass_keeps_the_code_of_its_family(self) -> None:
        assert InsufficientFundsOfTest.code is StatusCode.FAILED_PRECONDITION

    def test_reason_has_one_class(self) -> None:
        """Two classes of one reason would make it chance which of them a caller catches."""
        with pytest.raises(
            TypeError, match="INSUFFICIENT_FUNDS_OF_TEST means InsufficientFundsOfTest already"
        ):
            type("Other", (errors.Aborted,), {"reason": "INSUFFICIENT_FUNDS_OF_TEST"})

    def test_violations_and_retry_belong_to_their_families(self) -> None:
        violation = Violation("amount", "must be positive")
        assert InvalidArgument(violations=[violation]).violations == (violation,)
        assert ResourceExhausted(retry_after_seconds=3).retry_after_seconds == 3
        assert ServiceError().violations == ()
        assert ServiceError().retry_after_seconds is None


class TestTree:
    def test_docstring_draws_the_families_as_they_are(self) -> None:
        drawn = re.findall(r"^[├└]── (\w+)", inspect.getdoc(errors) or "", re.MULTILINE)
        assert drawn == [family.__name__ for family in FAMILIES]

    def test_every_family_has_its_code_and_its_reason(self) -> None:
        assert len({family.code for family in FAMILIES}) == len(FAMILIES)
        assert len({family.reason for family in FAMILIES}) == len(FAMILIES)
