"""Times keep their instant and are never made up."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from oraculum_kit.timestamps import from_wire, to_wire, to_wire_optional

NOON = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)


def test_a_time_comes_back_to_the_microsecond() -> None:
    assert from_wire(to_wire(NOON)) == NOON


@pytest.mark.parametrize(
    "time",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_every_time_of_the_calendar_comes_back(time: datetime) -> None:
    assert (time, UTC) == (from_wire(to_wire(time)), from_wire(to_wire(time)).tzinfo)


def test_what_is_finer_than_a_microsecond_is_cut_off() -> None:
    assert NOON == from_wire(Timestamp(seconds=to_wire(NOON).seconds, nanos=123_456_999))


@pytest.mark.parametrize(
    "timestamp",
    [
        Timestamp(seconds=-62_135_596_801),
        Timestamp(seconds=253_402_300_800),
        Timestamp(seconds=2**63 - 1),
        Timestamp(nanos=-1),
        Timestamp(nanos=1_000_000_000),
    ],
)
def test_what_no_calendar_has_is_refused(timestamp: Timestamp) -> None:
    """Whoever calls us may have written any number."""
    with pytest.raises(ValueError, match="no time"):
        from_wire(timestamp)


def test_another_zone_is_the_same_instant() -> None:
    assert from_wire(to_wire(NOON.astimezone(timezone(timedelta(hours=5, minutes=30))))) == NOON


def test_no_time_stays_no_time() -> None:
    assert to_wire_optional(None) is None


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        to_wire(NOON.replace(tzinfo=None))
