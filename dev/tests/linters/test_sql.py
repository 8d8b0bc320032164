"""Where SQL may live."""

import pytest

from oraculum_dev.linters import sql
from oraculum_dev.linters.planted import PlantedCheckout

STATEMENTS = """
NEWEST = "select id from event order by id"
ADD = "INSERT INTO account (id) VALUES (%s)"
"""


class TestLiterals:
    def test_statements_are_found_whatever_they_are_for(self, checkout: PlantedCheckout) -> None:
        """Case, line breaks, comments, f-strings and joined pieces hide nothing."""
        checkout.plant(
            "services/wallet/oraculum_wallet/ledger.py",
            """
            A = "select id, owner from account where id = %s"  # !
            B = "SELECT 1 FROM account"  # !
            C = "insert into account (id) values (%s)"  # !
            D = f"update {table} set amount_units = 0"  # !
            E = "delete from account"  # !
            F = (  # the line where the text begins counts
                "with moved as ("  # !
                "  delete from hold returning id) select id from moved"
            )
            G = "-- name: account\\nselect id from account"  # !
            H = "create table account (id uuid)"  # !
            I = "select pg_advisory_lock(1)"  # !
            J = "select " + columns + " from account"  # !
            K = "set local lock_timeout = '5s'"  # !
            L = "grant usage on schema wallet to oraculum_wallet"  # !
            """,
        )

        assert checkout.marked() == checkout.found(sql.check)

    def test_sentences_are_not_statements(self, checkout: PlantedCheckout) -> None:
        """Prose that uses the same words, in a docstring or a message, is innocent."""
        checkout.plant(
            "services/wallet/oraculum_wallet/ledger.py",
            '''
            """Select an account from the ledger.

            select id from account
            """

            A = "Select an outcome from the list"
            B = "update the profile and set a name"
            C = "with great care (as always)"
            D = "deleted from the order book"
            E = "create a market"
            F = "set aside"


            def account() -> None:
                """delete from the map what is old"""
                raise LookupError("the account to insert into is not known")
            ''',
        )

        assert [] == checkout.found(sql.check)


class TestPlaces:
    @pytest.mark.parametrize(
        "path",
        [
            "services/wallet/oraculum_wallet/repository.py",
            "services/wallet/oraculum_wallet/repository/accounts.py",
            "services/wallet/tests/test_ledger.py",
            "tests/test_invariants.py",
            next(iter(sql.MODULES)),
        ],
    )
    def test_repositories_and_tests_may(self, checkout: PlantedCheckout, path: str) -> None:
        """SQL is at home in repositories, in the modules listed with a reason, and tests may look at tables."""
        checkout.plant(path, STATEMENTS)

        assert [] == checkout.found(sql.check)

    @pytest.mark.parametrize(
        "path",
        [
            "services/wallet/oraculum_wallet/servicer.py",
            "services/wallet/oraculum_wallet/repository_of_accounts.py",
            "gateway/oraculum_gateway/routes.py",
            "libs/kit/oraculum_kit/telemetry.py",
            "dev/oraculum_dev/demo.py",
        ],
    )
    def test_others_may_not(self, checkout: PlantedCheckout, path: str) -> None:
        """Every other module asks a repository."""
        checkout.plant(path, STATEMENTS)

        assert [(path, 1), (path, 2)] == checkout.found(sql.check)

    def test_files_of_sql_have_their_folders(self, checkout: PlantedCheckout) -> None:
        """A statement's file lies where a reader looks for it."""
        checkout.plant("services/wallet/oraculum_wallet/sql/ledger.sql", "select 1;")
        checkout.plant("services/wallet/migrations/20260101000000_create.sql", "select 1;")
        checkout.plant("services/wallet/schema.sql", "select 1;")
        checkout.plant("services/wallet/oraculum_wallet/ledger.sql", "select 1;  -- !")

        assert checkout.marked() == checkout.found(sql.check)


class TestExecution:
    def test_only_a_repository_runs_statements(self, checkout: PlantedCheckout) -> None:
        """Whatever is executed on a connection is a finding; what only has the name is none."""
        checkout.plant(
            "services/wallet/oraculum_wallet/sweep.py",
            """
            from oraculum_kit.sql_files import queries

            STATEMENTS = queries(__package__, "sql/sweep.sql")  # !


            async def sweep(connection, command, redis):
                await connection.execute(STATEMENTS.sweep)  # !
                await self._cursor.executemany(text, rows)  # !
                await connection.cursor().execute(text)  # !
                await command.execute("listen outbox")  # !
                await command.execute()
                await redis.execute_command("GET", "key")
            """,
        )

        assert checkout.marked() == checkout.found(sql.check)

    def test_the_kit_loads_its_own_statements(self, checkout: PlantedCheckout) -> None:
        """The kit has no repository: its tables are its modules' own matter."""
        checkout.plant(
            "libs/kit/oraculum_kit/outbox.py",
            """
            from oraculum_kit.sql_files import queries

            STATEMENTS = queries(__package__, "sql/outbox.sql")
            """,
        )

        assert [] == checkout.found(sql.check)
