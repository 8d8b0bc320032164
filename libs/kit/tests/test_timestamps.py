"""Times keep their instant and are never made up."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from oraculum_kit.timestamps import from_wire, to_wire, to_wire_optional

NOON = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)


def test_a_time_comes_back_to_the_microsecond() -> None:
    assert from_wire(to_wire(NOON)) == NOON


def test_another_zone_is_the_same_instant() -> None:
    assert from_wire(to_wire(NOON.astimezone(timezone(timedelta(hours=5, minutes=30))))) == NOON


def test_no_time_stays_no_time() -> None:
    assert to_wire_optional(None) is None


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        to_wire(NOON.replace(tzinfo=None))
