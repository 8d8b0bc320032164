"""Manifold's words and units, translated."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from oraculum_market_data import moments
from oraculum_market_data.figures import Price, finite, price_of
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept
from oraculum_market_data.venues.manifold.wire import Moment

YES: Final = "YES"
NO: Final = "NO"
NO_INDEX: Final = 0
YES_INDEX: Final = 1
CANCEL: Final = "CANCEL"
PARTIAL: Final = "MKT"
SEVERAL: Final = "CHOOSE_MULTIPLE"
UNIT: Final = "MANA"

# Probabilities are computed in floats: one market on record stands at 1.000000000000004.
_NOISE: Final = Decimal("1e-9")


def probability(value: Decimal, field: str) -> Price:
    """A probability; one that passes 0 or 1 by no more than the noise of a float is kept with its noise."""
    checked = finite(value, field)
    if -_NOISE <= checked <= 1 + _NOISE:
        return Price(checked)
    return price_of(checked, field)


def optional_probability(value: Decimal | None, field: str) -> Price | None:
    """A probability that may be absent."""
    return None if value is None else probability(value, field)


def time_of(value: Moment, field: str) -> datetime:
    """A time that a record cannot do without."""
    if isinstance(value, int):
        return moments.from_milliseconds(value, field)
    read = moments.instant(value or "", field)
    if read is None:
        raise Refused(field, "missing")
    return read


def kept_time(kept: Kept, name: str, value: Moment) -> datetime | None:
    """A time that describes a market."""
    return kept.time(name, value) if isinstance(value, str) else kept.epoch(name, value)
