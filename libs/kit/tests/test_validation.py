"""Every bad field of a request is named, and all of them at once."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.error_details_pb2 import RetryInfo

from oraculum_kit.errors import InvalidArgument
from oraculum_kit.validation import Violations


def fields(check: Violations) -> list[str]:
    with pytest.raises(InvalidArgument) as refused:
        check.finish()
    return [violation.field for violation in refused.value.violations]


def test_all_bad_fields_are_named_at_once() -> None:
    check = Violations()
    check.uuid("a", "nonsense")
    check.text("b", "x", minimum=2, maximum=3)
    check.text("c", "nul\0", maximum=9)
    check.integer("d", 4, minimum=1, maximum=3)
    assert fields(check) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "text",
    ["", "{01890000-0000-7000-8000-000000000001}", "0189000000007000800000000000000100", "g" * 36, "-" * 36],
)
def test_an_id_has_one_form(text: str) -> None:
    check = Violations()
    check.uuid("id", text)
    assert fields(check) == ["id"]


def test_good_fields_come_through() -> None:
    check = Violations()
    text = "01890000-0000-7000-8000-000000000001"
    assert str(check.uuid("id", text)) == text
    assert check.text("t", "  ä  ", minimum=1, maximum=1) == "ä"
    check.finish()


def test_an_absent_time_is_absent() -> None:
    check = Violations()
    assert check.time("retry_delay", RetryInfo()) is None
    check.finish()


def test_an_impossible_time_is_refused() -> None:
    from oraculum_kit.validation import _EPOCH

    class Holder:
        """Stands for a message with one time in it."""

        starts_at = Timestamp(seconds=10**15)

        def HasField(self, name: str) -> bool:  # noqa: N802  protobuf's own name
            return name == "starts_at"

    check = Violations()
    assert check.time("starts_at", Holder()) == _EPOCH
    assert fields(check) == ["starts_at"]
