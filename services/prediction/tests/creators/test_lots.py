"""Lock-ups per purchase."""

from datetime import UTC, datetime, timedelta

import pytest

from oraculum_prediction.creators.lots import Lot, StillLocked, sellable, taken

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOTS = (Lot(5, NOON), Lot(3, NOON + HOUR), Lot(2, NOON - HOUR))


def test_only_what_is_free_can_be_sold() -> None:
    assert [2, 7, 10] == [sellable(LOTS, NOON + shift * HOUR) for shift in (-1, 0, 1)]


def test_the_oldest_free_lot_goes_first() -> None:
    assert (Lot(3, NOON + HOUR), Lot(1, NOON - HOUR)) == taken(LOTS, 6, NOON)


def test_a_small_later_purchase_locks_nothing_else() -> None:
    later = (*LOTS, Lot(1, NOON + 100 * HOUR))
    assert sellable(LOTS, NOON) == sellable(later, NOON)


def test_more_than_is_free_is_refused() -> None:
    with pytest.raises(StillLocked, match="1 shares more"):
        taken(LOTS, 8, NOON)


def test_a_lot_is_never_empty() -> None:
    with pytest.raises(ValueError, match="one share or more"):
        Lot(0, NOON)
