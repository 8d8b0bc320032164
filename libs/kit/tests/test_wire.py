"""Errors across the wire."""

import grpc
import grpc.aio
import pytest

from oraculum_kit import errors, wire
from oraculum_kit.errors import FAMILIES, InvalidArgument, ServiceError, Unavailable, Violation


class MarketLockedOfTest(errors.FailedPrecondition):
    """The market takes no more orders."""

    reason = "MARKET_LOCKED_OF_TEST"

    def __init__(self, market_id: str) -> None:
        super().__init__(market_id=market_id)


def there_and_back(error: ServiceError) -> ServiceError:
    return wire.error_from_bytes(wire.error_to_bytes(error))


class TestRoundTrip:
    @pytest.mark.parametrize("family", FAMILIES)
    def test_family_arrives_as_itself(self, family: type[ServiceError]) -> None:
        arrived = there_and_back(family("Said so.", id=7))
        assert (type(arrived), arrived.message, arrived.metadata) == (family, "Said so.", {"id": "7"})

    def test_known_reason_arrives_as_its_class_without_running_its_constructor(self) -> None:
        arrived = there_and_back(MarketLockedOfTest("m1"))
        assert type(arrived) is MarketLockedOfTest
        assert arrived.metadata == {"market_id": "m1"}

    def test_unknown_reason_arrives_as_its_family_with_the_reason_kept(self) -> None:
        stranger = errors.NotFound()
        stranger.reason = "DEPOSIT_NOT_FOUND_ELSEWHERE"
        arrived = there_and_back(stranger)
        assert type(arrived) is errors.NotFound
        assert arrived.reason == "DEPOSIT_NOT_FOUND_ELSEWHERE"

    def test_reason_with_another_code_than_ours_is_not_our_class(self) -> None:
        """Two services may come to disagree about a reason; the code decides what the caller must do."""
        liar = errors.Unavailable()
        liar.reason = MarketLockedOfTest.reason
        assert type(there_and_back(liar)) is Unavailable

    def test_violations_arrive(self) -> None:
        violations = (Violation("amount", "must be positive"), Violation("side", "is missing"))
        assert there_and_back(InvalidArgument(violations=violations)).violations == violations

    def test_violations_are_bounded(self) -> None:
        """A trailer that is too large would turn the refusal into a connection error."""
        violations = [Violation(f"rows[{number}]", "bad") for number in range(1000)]
        assert len(there_and_back(InvalidArgument(violations=violations)).violations) == wire.VIOLATIONS_MAX

    def test_retry_arrives_to_the_millisecond(self) -> None:
        assert there_and_back(Unavailable(retry_after_seconds=1.25)).retry_after_seconds == 1.25


class TestFromRpcError:
    def test_foreign_text_stays_behind(self) -> None:
        error = grpc.aio.AioRpcError(
            grpc.StatusCode.UNAVAILABLE,
            grpc.aio.Metadata(),
            grpc.aio.Metadata(),
            details="failed to connect to ipv4:10.0.0.7:5000",
        )
        arrived = wire.from_rpc_error(error)
        assert type(arrived) is Unavailable
        assert "10.0.0.7" not in arrived.message

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            (grpc.StatusCode.DEADLINE_EXCEEDED, errors.DeadlineExceeded),
            (grpc.StatusCode.CANCELLED, errors.Unavailable),
            (grpc.StatusCode.UNKNOWN, errors.Internal),
            (grpc.StatusCode.UNIMPLEMENTED, errors.Internal),
            (grpc.StatusCode.OUT_OF_RANGE, errors.InvalidArgument),
        ],
    )
    def test_every_code_has_a_family(self, code: grpc.StatusCode, expected: type[ServiceError]) -> None:
        error = grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata())
        assert type(wire.from_rpc_error(error)) is expected

    def test_details_of_somebody_else_are_not_believed(self) -> None:
        """A proxy may use the same trailer for words of its own."""
        packed = wire.to_status(errors.NotFound("At 10.0.0.7 there is nothing."))
        del packed.details[:]
        trailers = grpc.aio.Metadata((wire.STATUS_DETAILS_KEY, packed.SerializeToString()))
        error = grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), trailers)
        assert wire.from_rpc_error(error).message == "There is no such thing."

    def test_details_that_contradict_the_code_are_not_believed(self) -> None:
        packed = wire.error_to_bytes(errors.NotFound("Nothing."))
        trailers = grpc.aio.Metadata((wire.STATUS_DETAILS_KEY, packed))
        error = grpc.aio.AioRpcError(grpc.StatusCode.INTERNAL, grpc.aio.Metadata(), trailers)
        assert type(wire.from_rpc_error(error)) is errors.Internal
