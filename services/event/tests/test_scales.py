"""Scalar events: what may be a range, and what a number in it pays, exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_event.records import Scale
from oraculum_event.scales import ONE, payout, read_scale, read_value
from oraculum_kit.validation import Violations

DEGREES = Scale(Decimal(-10), Decimal(40), Decimal("0.1"), "°C")


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**9), st.integers(-(10**10), 10**10))
def test_low_and_high_share_one_whole_unit(lower: int, width: int, value: int) -> None:
    """Nothing is lost, nobody is owed more than there is, and more is never worth less to HIGH."""
    scale = Scale(Decimal(lower), Decimal(lower + width), Decimal(1), "points")
    low, high = payout(scale, Decimal(value))
    assert low + high == ONE
    assert 0 <= high <= ONE
    assert high <= payout(scale, Decimal(value + 1))[1]


@pytest.mark.parametrize(
    ("value", "high"),
    [("-10", 0), ("40", ONE), ("15", 500_000), ("-273", 0), ("99.9", ONE), ("0", 200_000), ("14.9", 498_000)],
)
def test_a_number_pays_by_where_it_lies(value: str, high: int) -> None:
    """Beyond an end it counts as that end."""
    assert payout(DEGREES, Decimal(value)) == [ONE - high, high]


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        (("0", "10", "1", "m"), []),
        (("10", "0", "1", "m"), ["scale.upper"]),
        (("0", "10", "3", "m"), ["scale.step"]),
        (("0", "10", "0", "m"), ["scale.step"]),
        (("x", "1e9", "NaN", ""), ["scale.lower", "scale.upper", "scale.step", "scale.unit"]),
        (("0", "9" * 31, "1", "m"), ["scale.upper"]),
        (("0", "1", "0.0000000000001", "m"), ["scale.step"]),
        (("0", "9" * 30, "0.000000000007", "m"), ["scale.step"]),
    ],
)
def test_every_bad_part_of_a_range_is_named(parts: tuple[str, str, str, str], fields: list[str]) -> None:
    """A range has two ends, a step that divides it, and a unit."""
    check = Violations()
    read_scale(*parts, check)
    assert [violation.field for violation in check._found] == fields


@pytest.mark.parametrize(("text", "sound"), [("20.1", True), ("99", True), ("20.15", False), ("warm", False)])
def test_a_result_lies_on_the_steps(text: str, sound: bool) -> None:  # noqa: FBT001
    """A number that could not have been measured is no result."""
    check = Violations()
    read_value(text, DEGREES, check)
    assert [violation.field for violation in check._found] == ([] if sound else ["value"])
