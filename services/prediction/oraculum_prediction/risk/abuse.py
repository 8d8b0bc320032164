"""What looks odd about an order: points for each sign, summed to a score. Pure.

No single sign but one between people who belong together is proof of anything: an office shares an address, a market maker buys and
sells all day. An order waits for somebody to look at it only where signs come together. The figures are judgements, and
stand here beside each other so that they can be judged.
"""

from dataclasses import dataclass, field
from typing import Final

from oraculum_money import Units
from oraculum_prediction.risk.limits import Limits, Use

# More orders in a minute than the limit of a tier says; past twice the limit they are refused.
SPEED_POINTS: Final = 60
# Many times what the person usually stakes.
SIZE_POINTS: Final = 30
SIZE_TIMES: Final = 20
SIZE_ORDERS_MIN: Final = 20
# Nearly all that was bought today was sold again, over many orders.
ROUND_TRIP_POINTS: Final = 40
ROUND_TRIP_PERCENT: Final = 90
ROUND_TRIP_ORDERS_MIN: Final = 50
# Several accounts behind one device, or many behind one address.
DEVICE_POINTS: Final = 40
DEVICE_PEOPLE_MIN: Final = 3
ADDRESS_POINTS: Final = 10
ADDRESS_PEOPLE_MIN: Final = 20
# Somebody from the same device has traded the other way in this market within the hour; or from the same address, where
# few share it.
COUNTERPARTY_POINTS: Final = 100
NEIGHBOUR_POINTS: Final = 50
NEIGHBOUR_PEOPLE_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Company:
    """Whom an order's device and address were seen with."""

    device_people: int = 1
    address_people: int = 1
    # Somebody from the same device, or from the same little-used address, has traded the other way here.
    device_opposed: bool = False
    address_opposed: bool = False


ALONE: Final = Company()


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why an order waits: points by sign."""

    signals: dict[str, int] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """All of them together."""
        return sum(self.signals.values())


# What nearly every order is.
_USUAL: Final = Suspicion()


def suspicion(cost_units: Units, person: Use, limits: Limits, company: Company = ALONE) -> Suspicion:
    """What is odd about an order; `cost_units` is what a purchase costs, and nothing for a sale."""
    if (
        company is ALONE
        and person.minute_orders < limits.minute_orders
        and not _is_outsize(cost_units, person)
        and not _turns_over(person)
    ):
        return _USUAL
    signs = {
        "speed": SPEED_POINTS if person.minute_orders >= limits.minute_orders else 0,
        "size": SIZE_POINTS if _is_outsize(cost_units, person) else 0,
        "round_trips": ROUND_TRIP_POINTS if _turns_over(person) else 0,
        "shared_device": DEVICE_POINTS if company.device_people >= DEVICE_PEOPLE_MIN else 0,
        "shared_address": ADDRESS_POINTS if company.address_people >= ADDRESS_PEOPLE_MIN else 0,
        "linked_counterparty": _linked(company),
    }
    return Suspicion({name: points for name, points in signs.items() if points})


def _is_outsize(cost_units: Units, person: Use) -> bool:
    if person.week_orders < SIZE_ORDERS_MIN:
        return False
    # Times the average, without dividing.
    return cost_units * person.week_orders > SIZE_TIMES * person.week_stake_units


def _turns_over(person: Use) -> bool:
    if person.week_orders < ROUND_TRIP_ORDERS_MIN:
        return False
    both = person.day_stake_units + person.day_sold_units
    there_and_back = 2 * min(person.day_stake_units, person.day_sold_units)
    return both > 0 and there_and_back * 100 >= ROUND_TRIP_PERCENT * both


def _linked(company: Company) -> int:
    if company.device_opposed:
        return COUNTERPARTY_POINTS
    return NEIGHBOUR_POINTS if company.address_opposed else 0
