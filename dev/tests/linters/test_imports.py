"""Who may import whom."""

from oraculum_dev.linters import imports
from oraculum_dev.linters.planted import PlantedCheckout


class TestService:
    def test_knows_itself_the_libraries_and_the_contracts(self, checkout: PlantedCheckout) -> None:
        """A service may import what is its own and what everybody shares."""
        checkout.plant(
            "services/market-data/oraculum_market_data/quotes.py",
            """
            import asyncio
            from oraculum_kit.errors import NotFound
            from oraculum_money import Price
            from oraculum.wallet.v1 import wallet_service_pb2
            from oraculum_market_data import repository
            from . import config
            from .venues import kalshi
            """,
        )

        assert [] == checkout.found(imports.check)

    def test_imports_no_other_service_however_it_is_written(self, checkout: PlantedCheckout) -> None:
        """Another service is out of reach, for types only, by alias, inside a function and by name too."""
        checkout.plant(
            "services/event/oraculum_event/resolution.py",
            """
            import importlib
            import runpy as run
            from importlib import import_module as load
            from typing import TYPE_CHECKING

            import oraculum_wallet.ledger  # !
            import oraculum_prediction as p  # !
            from oraculum_gateway import routes  # !
            from oraculum_dev.demo import story  # !
            from ...oraculum_auth import tokens  # !

            if TYPE_CHECKING:
                from oraculum_notification.inbox import Inbox  # !

            def later() -> None:
                from oraculum_market_data import quotes  # !
                importlib.import_module("oraculum_wallet.ledger")  # !
                load(".ledger", package="oraculum_wallet")  # !
                __import__("oraculum_wallet")  # !
                run.run_module("oraculum_wallet")  # !
            """,
        )

        assert checkout.marked() == checkout.found(imports.check)

    def test_imports_nothing_that_cannot_be_read(self, checkout: PlantedCheckout) -> None:
        """A computed name could be anything, and so could whatever a changed path leads to."""
        checkout.plant(
            "services/event/oraculum_event/plugins.py",
            """
            import importlib
            import sys

            def load(name: str) -> None:
                importlib.import_module(name)  # !
                importlib.import_module("oraculum_" + name)  # !
                sys.path.insert(0, "../wallet")  # !
            """,
        )

        assert checkout.marked() == checkout.found(imports.check)

    def test_depends_on_no_other_service(self, checkout: PlantedCheckout) -> None:
        """What cannot be imported is not installed beside it either."""
        checkout.plant(
            "services/event/pyproject.toml",
            """
            [project]
            name = "oraculum-event"
            dependencies = [
              "oraculum-protos",
              "oraculum-kit",
              "httpx",
              "oraculum-wallet>=1", # !
            ]
            """,
        )

        assert checkout.marked() == checkout.found(imports.check)

    def test_tests_may_use_the_fixtures(self, checkout: PlantedCheckout) -> None:
        """The real servers come from dev; another service does not come with them."""
        checkout.plant(
            "services/event/tests/test_resolution.py",
            """
            from oraculum_dev.testing import free_port
            from oraculum_event import resolution
            from oraculum_wallet import ledger  # !
            """,
        )

        assert checkout.marked() == checkout.found(imports.check)


class TestOtherParts:
    def test_the_kit_knows_nothing_of_ours(self, checkout: PlantedCheckout) -> None:
        """A domain word in the kit would bind every process to that domain; Google's messages have none."""
        checkout.plant(
            "libs/kit/oraculum_kit/server.py",
            """
            from google.rpc import status_pb2
            from oraculum_kit import errors
            from oraculum.wallet.v1 import wallet_service_pb2  # !
            import oraculum.event.v1.event_service_pb2  # !
            from oraculum_money import Units  # !
            """,
        )

        assert checkout.marked() == checkout.found(imports.check)

    def test_nobody_imports_a_service(self, checkout: PlantedCheckout) -> None:
        """The gateway, dev and money stay outside the services."""
        checkout.plant("gateway/oraculum_gateway/app.py", "import oraculum_auth.tokens  # !\n")
        checkout.plant("dev/oraculum_dev/demo.py", "import oraculum_kit\nimport oraculum_event  # !\n")
        checkout.plant("libs/money/oraculum_money/prices.py", "import oraculum_kit  # !\n")

        assert checkout.marked() == checkout.found(imports.check)

    def test_what_crosses_services_may_see_all(self, checkout: PlantedCheckout) -> None:
        """The tests of the whole house belong to no part of it."""
        checkout.plant("tests/test_schemas.py", "import oraculum_auth\nimport oraculum_wallet\n")

        assert [] == checkout.found(imports.check)

    def test_programs_are_not_imports(self, checkout: PlantedCheckout) -> None:
        """The runner starts services by their names, which are roles in the database as well."""
        checkout.plant("dev/oraculum_dev/run.py", 'COMMAND = ["python", "-m", "oraculum_wallet"]\n')

        assert [] == checkout.found(imports.check)
