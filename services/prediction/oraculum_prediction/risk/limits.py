"""The limits of people, as pure functions: what was used, what a purchase would add, and the rule that it would break.

Limits stand against purchases. Selling makes everything smaller that is limited here, so nobody is ever kept from it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from oraculum_money import Units, asset, format_units


class Rule(StrEnum):
    """Each limit by the name that refusals, alerts and the list of limits give it."""

    ORDER = "order"
    MARKET = "market"
    CATEGORY = "category"
    DAY_STAKE = "day_stake"
    WEEK_STAKE = "week_stake"
    DAY_LOSS = "day_loss"
    WEEK_LOSS = "week_loss"
    ORDERS_PER_MINUTE = "orders_per_minute"


class Limits(NamedTuple):
    """What one person may do in one asset, in its smallest unit."""

    order_units: Units
    market_units: Units
    category_units: Units
    day_stake_units: Units
    week_stake_units: Units
    day_loss_units: Units
    week_loss_units: Units
    # Not money: how many in a minute of the clock.
    minute_orders: int


class Use(NamedTuple):
    """What one person has used, in one asset: of everything, or of one category."""

    # What the held shares cost.
    open_units: Units
    # What resting purchases may still cost.
    resting_units: Units
    day_stake_units: Units
    week_stake_units: Units
    day_sold_units: Units
    day_result_units: Units
    week_result_units: Units
    minute_orders: int
    week_orders: int

    def plus(self, other: "Use") -> "Use":
        """Both together."""
        return Use(
            Units(self.open_units + other.open_units),
            Units(self.resting_units + other.resting_units),
            Units(self.day_stake_units + other.day_stake_units),
            Units(self.week_stake_units + other.week_stake_units),
            Units(self.day_sold_units + other.day_sold_units),
            Units(self.day_result_units + other.day_result_units),
            Units(self.week_result_units + other.week_result_units),
            self.minute_orders + other.minute_orders,
            self.week_orders + other.week_orders,
        )

    def minus(self, other: "Use") -> "Use":
        """The one without the other."""
        return Use._make(map(int.__sub__, self, other))

    @property
    def at_stake_units(self) -> Units:
        """What can be lost at most."""
        return Units(self.open_units + self.resting_units)

    @property
    def day_loss_units(self) -> Units:
        """What was lost today, after what was won."""
        return Units(max(0, -self.day_result_units))

    @property
    def week_loss_units(self) -> Units:
        """What was lost since Monday, after what was won."""
        return Units(max(0, -self.week_result_units))


NO_USE: Final = Use(Units(0), Units(0), Units(0), Units(0), Units(0), Units(0), Units(0), 0, 0)


class Purchase(NamedTuple):
    """A purchase as limits see it."""

    # The most that it can cost, fee and rest included.
    cost_units: Units
    # At stake in the same market before it, resting purchases included.
    market_units: Units
    category: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a purchase would break."""

    rule: Rule
    limit: int
    # What could still be done without breaking it.
    left: int
    asset: str

    @property
    def sentence(self) -> str:
        """The rule, the limit, what is left and what to do."""
        what, remedy = _WORDS[self.rule]
        if self.rule is Rule.ORDERS_PER_MINUTE:
            return f"{what} {self.limit}; {self.left} are left. {remedy}"
        money = asset(self.asset)
        limit = f"{format_units(Units(self.limit), money)} {self.asset}"
        return f"{what} {limit}; {format_units(Units(self.left), money)} {self.asset} is left. {remedy}"


_WORDS: Final = {
    Rule.ORDER: ("One order may cost at most", "Ask for less."),
    Rule.MARKET: ("The most you may have at stake in one market is", "Ask for less, or sell here first."),
    Rule.CATEGORY: (
        "The most you may have at stake in one category is",
        "Ask for less, or sell in this category first.",
    ),
    Rule.DAY_STAKE: ("The most you may stake in a day is", "Ask for less, or wait for midnight UTC."),
    Rule.WEEK_STAKE: ("The most you may stake in a week is", "Ask for less, or wait for Monday, UTC."),
    Rule.DAY_LOSS: (
        "Nothing can be bought for the rest of a day in which you have lost",
        "Wait for midnight UTC; you can sell at any time.",
    ),
    Rule.WEEK_LOSS: (
        "Nothing can be bought for the rest of a week in which you have lost",
        "Wait for Monday, UTC; you can sell at any time.",
    ),
    Rule.ORDERS_PER_MINUTE: ("The most orders in a minute is", "Wait for the next minute."),
}


def check(
    purchase: Purchase, person: Use, category_units: Units, limits: Limits, asset_code: str
) -> Breach | None:
    """The first rule that this purchase would break, the narrowest first; None when it keeps them all.

    `category_units` is what the person has at stake in its category before it.
    """
    cost = purchase.cost_units
    resting = person.resting_units
    kept = (
        cost <= limits.order_units
        and purchase.market_units + cost <= limits.market_units
        and category_units + cost <= limits.category_units
        and person.day_stake_units + resting + cost <= limits.day_stake_units
        and person.week_stake_units + resting + cost <= limits.week_stake_units
        and -person.day_result_units < limits.day_loss_units
        and -person.week_result_units < limits.week_loss_units
    )
    # Most orders keep all of them; only for the others it matters which.
    return None if kept else _breach(purchase, person, category_units, limits, asset_code)


def _breach(
    purchase: Purchase, person: Use, category_units: Units, limits: Limits, asset_code: str
) -> Breach | None:
    cost = purchase.cost_units
    for rule, limit, used in (
        (Rule.ORDER, limits.order_units, 0),
        (Rule.MARKET, limits.market_units, purchase.market_units),
        (Rule.CATEGORY, limits.category_units, category_units),
        (Rule.DAY_STAKE, limits.day_stake_units, person.day_stake_units + person.resting_units),
        (Rule.WEEK_STAKE, limits.week_stake_units, person.week_stake_units + person.resting_units),
    ):
        if used + cost > limit:
            return Breach(rule, limit, max(0, limit - used), asset_code)
    for rule, limit, lost in (
        (Rule.DAY_LOSS, limits.day_loss_units, person.day_loss_units),
        (Rule.WEEK_LOSS, limits.week_loss_units, person.week_loss_units),
    ):
        if lost >= limit:
            return Breach(rule, limit, 0, asset_code)
    return None


def too_fast(person: Use, limits: Limits, asset_code: str) -> Breach | None:
    """Whether one order more would be more than twice what the minute allows: up to there it only looks odd."""
    ceiling = 2 * limits.minute_orders
    if person.minute_orders < ceiling:
        return None
    return Breach(Rule.ORDERS_PER_MINUTE, ceiling, 0, asset_code)


def buys(change: Use) -> bool:
    """Whether money was put at stake with it."""
    return change.day_stake_units + change.resting_units > 0


def keeps(change: Use, after: Use, limits: Limits, *, scope: str) -> bool:
    """Whether what was used may stand after a change: only what the change made larger can be too large.

    Asked of figures that others have changed too since the orders were checked. It is strict: what it lets pass could
    have been decided in any order.
    """
    if scope:
        return change.at_stake_units <= 0 or after.at_stake_units <= limits.category_units
    hurried = change.minute_orders > 0 and after.minute_orders > 2 * limits.minute_orders
    return not hurried and (
        not buys(change)
        or (
            after.day_stake_units + after.resting_units <= limits.day_stake_units
            and after.week_stake_units + after.resting_units <= limits.week_stake_units
            and after.day_loss_units < limits.day_loss_units
            and after.week_loss_units < limits.week_loss_units
        )
    )


def bought(cost_units: Units, resting_units: Units = Units(0)) -> Use:
    """What a purchase uses: what was paid, and what may yet be for the part that rests."""
    return NO_USE._replace(
        open_units=cost_units,
        resting_units=resting_units,
        day_stake_units=cost_units,
        week_stake_units=cost_units,
        minute_orders=1,
        week_orders=1,
    )


def sold(proceeds_units: Units, cost_units: Units) -> Use:
    """What a sale gives back: what the sold shares had cost, and what was won or lost by it."""
    result = Units(proceeds_units - cost_units)
    return NO_USE._replace(
        open_units=Units(-cost_units),
        day_sold_units=proceeds_units,
        day_result_units=result,
        week_result_units=result,
        minute_orders=1,
        week_orders=1,
    )


def met(cost_units: Units, drawn_units: Units) -> Use:
    """What a resting purchase that was met uses: it was checked when it was accepted, and rests by so much less."""
    return NO_USE._replace(
        open_units=cost_units,
        resting_units=Units(-drawn_units),
        day_stake_units=cost_units,
        week_stake_units=cost_units,
    )


def ended(left_units: Units) -> Use:
    """What a resting purchase gives back that ends."""
    return NO_USE._replace(resting_units=Units(-left_units))
