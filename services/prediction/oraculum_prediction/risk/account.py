"""What one person has used in one asset, while a batch adds to it and takes from it."""

from oraculum_money import Units
from oraculum_prediction.risk.limits import Use


class Account:
    """What one person has used in one asset: what was looked up, and what this batch adds."""

    __slots__ = ("base", "categories", "opened", "orders", "resting", "result", "sold", "stake")

    def __init__(self, base: Use) -> None:
        self.base = base
        self.opened = self.resting = self.stake = self.sold = self.result = self.orders = 0
        # What is added to what is at stake, by category.
        self.categories: dict[str, int] = {}

    def add(self, category: str, change: Use, sign: int) -> None:
        """Add a change, or take it back."""
        self.opened += sign * change.open_units
        self.resting += sign * change.resting_units
        self.stake += sign * change.day_stake_units
        self.sold += sign * change.day_sold_units
        self.result += sign * change.day_result_units
        self.orders += sign * change.minute_orders
        at_stake = sign * (change.open_units + change.resting_units)
        if at_stake:
            self.categories[category] = self.categories.get(category, 0) + at_stake

    def use(self) -> Use:
        """All of it together."""
        base = self.base
        return Use(
            Units(base.open_units + self.opened),
            Units(base.resting_units + self.resting),
            Units(base.day_stake_units + self.stake),
            Units(base.week_stake_units + self.stake),
            Units(base.day_sold_units + self.sold),
            Units(base.day_result_units + self.result),
            Units(base.week_result_units + self.result),
            base.minute_orders + self.orders,
            base.week_orders + self.orders,
        )
