"""How long things are and what they are called."""

import pytest

from oraculum_dev.linters import shape
from oraculum_dev.linters.planted import PlantedCheckout


class TestLength:
    @pytest.mark.parametrize(
        "path",
        ["services/wallet/oraculum_wallet/ledger.py", "services/wallet/oraculum_wallet/sql/ledger.sql"],
    )
    def test_of_a_file_stops_at_400(self, checkout: PlantedCheckout, path: str) -> None:
        """400 lines are too many to like and just few enough to pass."""
        checkout.plant(path, "\n".join(["#"] * 400) + "\n")
        assert [] == checkout.found(shape.check)

        checkout.plant(path, "\n".join(["#"] * 401) + "\n")
        assert [(path, 1)] == checkout.found(shape.check)

    @pytest.mark.parametrize(
        "path",
        [
            "protos/oraculum/wallet/v1/wallet_service_pb2.py",
            "services/wallet/schema.sql",
            "requirements/all.txt",
        ],
    )
    def test_of_what_is_generated_is_as_it_comes(self, checkout: PlantedCheckout, path: str) -> None:
        """Nobody wrote it and nobody can make it shorter."""
        checkout.plant(path, "#\n" * 1000)

        assert [] == checkout.found(shape.check)

    def test_of_a_function_stops_at_70(self, checkout: PlantedCheckout) -> None:
        """Methods and inner functions count alike; decorators do not count."""
        body = ["        pass"] * 69
        allowed = ["class A:", "    @cached", "    def allowed(self):", *body]
        too_long = ["    async def too_long(self):  # !", *body, "        pass"]
        checkout.plant("gateway/oraculum_gateway/app.py", "\n".join([*allowed, *too_long]))

        assert checkout.marked() == checkout.found(shape.check)


class TestNames:
    @pytest.mark.parametrize(
        "path",
        [
            "services/wallet/oraculum_wallet/utils.py",
            "services/wallet/oraculum_wallet/string_helpers.py",
            "services/wallet/oraculum_wallet/common/amounts.py",
            "services/wallet/tests/misc.py",
            "gateway/oraculum_gateway/connection_manager.py",
        ],
    )
    def test_of_drawers_are_found(self, checkout: PlantedCheckout, path: str) -> None:
        """A name that everything fits says nothing, as a module, as a package and as a part of either."""
        checkout.plant(path, '"""A drawer."""\n')

        assert [(path, 1)] == checkout.found(shape.check)

    def test_of_things_are_innocent(self, checkout: PlantedCheckout) -> None:
        """A word that only contains one of them is another word."""
        checkout.plant("services/wallet/oraculum_wallet/commonwealth.py", '"""A word."""\n')
        checkout.plant("services/wallet/oraculum_wallet/managing_director.py", '"""A word."""\n')

        assert [] == checkout.found(shape.check)
