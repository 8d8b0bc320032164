"""No float meets an amount."""

import pytest

from oraculum_dev.linters import amounts
from oraculum_dev.linters.planted import PlantedCheckout

MODULE = "services/wallet/oraculum_wallet/ledger.py"


class TestArithmetic:
    def test_division_and_floats_are_found(self, checkout: PlantedCheckout) -> None:
        """A float reaches an amount by `/`, by a literal, by float() and by math, in every disguise."""
        checkout.plant(
            MODULE,
            """
            import math
            from math import floor as down

            a = amount_units / 2  # !
            b = order.price / total  # !
            c = (fee_units + 1) / parts  # !
            d = sum(fill.shares for fill in fills) / 2  # !
            e = stakes[0] / 2  # !
            f = 0.98 * stake  # !
            g = balance_units * -0.5  # !
            h = float(max_price)  # !
            i = math.ceil(cost_units * 3)  # !
            j = down(payout)  # !
            k = Units(0.5)  # !
            l = hold(amount_units=1.5)  # !
            m = self.price(outcome) / 2  # !
            n = amount_units > 0.5  # !
            o = 0 < fee < 1.5  # !
            fee = 0.01  # !
            amount_units /= 2  # !
            self.fee_units = 2.0  # !
            """,
        )

        assert checkout.marked() == checkout.found(amounts.check)

    def test_whole_numbers_decimals_and_other_things_are_innocent(self, checkout: PlantedCheckout) -> None:
        """Times, ratios of other things, paths and decimals are none of this rule's business."""
        checkout.plant(
            MODULE,
            """
            import math
            from decimal import Decimal

            a = amount_units // 2
            b = Decimal(price) / Decimal(1_000_000)
            c = mul_div_ceil(shares, price, PRICE_ONE)
            d = elapsed_seconds / 2
            e = Path(__file__).parent / "sql"
            f = timeout_seconds * 0.9
            g = math.ceil(delay_seconds)
            h = amount_text / "x"
            i = priced / 2
            j = len(prices) / 2
            k = float(rate_limit)
            poll_seconds = 1.0
            amount_units = 5
            """,
        )

        assert [] == checkout.found(amounts.check)


class TestAnnotations:
    def test_bare_numbers_are_found(self, checkout: PlantedCheckout) -> None:
        """A field, a parameter and a function named like an amount have an amount's type."""
        checkout.plant(
            MODULE,
            """
            class Hold:
                amount_units: int  # !
                fee_units: int | None = None  # !
                prices: list[float]  # !
                price_millionths: int  # !
                shares: Mapping[int, int]  # !

            def post(stake: float) -> None: ...  # !
            def balance(account: str) -> int: ...  # !
            async def best_price() -> "Price" | float: ...  # !
            """,
        )

        assert checkout.marked() == checkout.found(amounts.check)

    def test_amounts_of_their_own_type_are_innocent(self, checkout: PlantedCheckout) -> None:
        """Amount types, decimals, and texts as JSON carries them."""
        checkout.plant(
            MODULE,
            """
            class Hold:
                amount_units: Units
                shares: Mapping[int, Shares]
                price: Price | None
                amount: str
                cost: Decimal
                sequence: int
                decimals: int
                rate_millionths: int
                timeout_seconds: float

            def post(stake: Units, *, attempts: int) -> None: ...
            def price(outcome: int) -> Price: ...
            def steps_to_price(target: Price) -> int: ...
            """,
        )

        assert [] == checkout.found(amounts.check)


class TestPlaces:
    @pytest.mark.parametrize(
        "path",
        [
            "libs/kit/oraculum_kit/jobs.py",
            "dev/oraculum_dev/bench.py",
            "services/wallet/tests/test_ledger.py",
            "services/auth/oraculum_auth/passwords.py",
        ],
    )
    def test_where_no_money_is_handled_anything_goes(self, checkout: PlantedCheckout, path: str) -> None:
        """The cost of a password hash is no amount."""
        checkout.plant(path, "cost: int = 3\nhalf = cost / 2\n")

        assert [] == checkout.found(amounts.check)

    def test_money_mentions_no_float(self, checkout: PlantedCheckout) -> None:
        """In the library of money itself not even an innocent float is there."""
        checkout.plant(
            "libs/money/oraculum_money/rounding.py",
            """
            import math  # !

            HALF = 0.5  # !

            def parse(value: float) -> int:  # !
                return int(value)
            """,
        )

        assert checkout.marked() == checkout.found(amounts.check)
