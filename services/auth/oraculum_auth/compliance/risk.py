"""How risky a person is held to be, as a pure function of what was found."""

from dataclasses import dataclass
from typing import Final

LOW: Final = "low"
MEDIUM: Final = "medium"
HIGH: Final = "high"

_MEDIUM_AT: Final = 30
_HIGH_AT: Final = 70
_YOUNG: Final = 21


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found of a person."""

    listed: bool = False
    # Points of the country's rule.
    country_risk: int = 0
    # Where the address is differs from where the person says that they live.
    elsewhere: bool = False
    hidden: bool = False
    age: int = _YOUNG
    rejected_before: bool = False
    # Whether they were refused for their age or their state, and say something else now.
    refused_before: bool = False
    # Whether another account of theirs is barred, does not play for a time, or has limits.
    restricted: bool = False

    @property
    def wants_administrator(self) -> bool:
        """Whether a provider's word is not enough."""
        return self.listed or self.elsewhere or self.hidden or self.refused_before or self.restricted


def rating(found: Findings) -> str:
    """low, medium or high."""
    points = (
        100 * found.listed
        + found.country_risk
        + 30 * found.elsewhere
        + 30 * found.hidden
        + 10 * (found.age < _YOUNG)
        + 40 * found.rejected_before
        + 40 * found.refused_before
        + 40 * found.restricted
    )
    return HIGH if points >= _HIGH_AT else MEDIUM if points >= _MEDIUM_AT else LOW
