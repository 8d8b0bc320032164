"""What a migration may do to a database that serves."""

import pytest

from oraculum_dev.linters import migrations
from oraculum_dev.linters.planted import PlantedCheckout
from oraculum_dev.project import ROOT

FOLDER = "services/wallet/migrations"
GOOD = """
-- migrate:up
-- What holds money.
set lock_timeout = '5s';

create table account (
    id uuid primary key,
    owner text not null,
    opened_at timestamptz not null
);
create index account_owner on account (owner);

-- migrate:down
"""

CONCURRENT = """
-- migrate:up transaction:false
-- What statements are listed by.
create index concurrently account_opened on account (opened_at);

-- migrate:down
"""


@pytest.fixture
def checkout(checkout: PlantedCheckout) -> PlantedCheckout:
    """A checkout with our own settings of squawk."""
    checkout.plant(".squawk.toml", (ROOT / ".squawk.toml").read_text("utf-8"))
    return checkout


class TestForm:
    def test_a_good_migration_is_good(self, checkout: PlantedCheckout) -> None:
        """An index on a table that the same file makes blocks nobody."""
        checkout.plant(f"{FOLDER}/20260101000000_create_account.sql", GOOD)

        assert [] == checkout.messages(migrations.check)

    def test_waits_briefly_for_locks(self, checkout: PlantedCheckout) -> None:
        """Whatever stands before `set lock_timeout` waits without limit."""
        text = GOOD.replace("set lock_timeout = '5s';", "select 1;\nset lock_timeout = '5s';")
        checkout.plant(f"{FOLDER}/20260101000000_create_account.sql", text)

        assert ["the first statement sets lock_timeout: set lock_timeout = '5s'"] == checkout.messages(
            migrations.check
        )

    def test_only_goes_forward(self, checkout: PlantedCheckout) -> None:
        """A way back that nobody ever walked is a trap."""
        path = f"{FOLDER}/20260101000000_create_account.sql"
        checkout.plant(path, f"{GOOD}drop table account;  -- !\n")

        assert [(path, 13)] == checkout.found(migrations.check)

    def test_says_which_section_it_is(self, checkout: PlantedCheckout) -> None:
        """Without the mark dbmate refuses the file."""
        checkout.plant(f"{FOLDER}/20260101000000_create_account.sql", "set lock_timeout = '5s';")

        assert ["a migration begins with `-- migrate:up`"] == checkout.messages(migrations.check)


class TestNames:
    def test_have_a_time_of_14_digits(self, checkout: PlantedCheckout) -> None:
        """The leading digits are the version: of `20260101T1030` dbmate would see the day only."""
        path = f"{FOLDER}/20260101T1030_create_account.sql"
        checkout.plant(path, GOOD)

        assert [(path, 1)] == checkout.found(migrations.check)

    def test_are_unique_within_a_service(self, checkout: PlantedCheckout) -> None:
        """Of two files with one version the second is never run; two services may share one."""
        checkout.plant(f"{FOLDER}/20260101000000_create_account.sql", GOOD)
        checkout.plant(f"{FOLDER}/20260101000000_create_hold.sql", GOOD)
        checkout.plant("services/event/migrations/20260101000000_create_event.sql", GOOD)

        assert [(f"{FOLDER}/20260101000000_create_hold.sql", 1)] == checkout.found(migrations.check)


class TestSquawk:
    def test_is_asked(self, checkout: PlantedCheckout) -> None:
        """A column that drops the time zone is found by squawk and told with its line."""
        path = f"{FOLDER}/20260101000000_create_account.sql"
        checkout.plant(path, GOOD.replace("timestamptz", "timestamp"))

        assert [(path, 8)] == checkout.found(migrations.check)

    def test_knows_which_migrations_run_outside_a_transaction(self, checkout: PlantedCheckout) -> None:
        """An index on a table in use is made concurrently, which only such a migration can do."""
        checkout.plant(f"{FOLDER}/20260101000000_create_account.sql", GOOD)
        checkout.plant(f"{FOLDER}/20260102000000_index_account.sql", CONCURRENT)
        assert [] == checkout.messages(migrations.check)

        wrapped = CONCURRENT.replace(" transaction:false", "\nset lock_timeout = '5s';")
        checkout.plant(f"{FOLDER}/20260102000000_index_account.sql", wrapped)
        assert [] != checkout.messages(migrations.check)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("create index", "set lock_timeout = '5s';\ncreate index"),
            ("concurrently account", "concurrently if not exists account"),
            (" concurrently", ""),
        ],
    )
    def test_alone_stands_one_statement_that_works_concurrently(
        self, checkout: PlantedCheckout, before: str, after: str
    ) -> None:
        """Two are a transaction to PostgreSQL, and an index that was left half made must not pass for one."""
        checkout.plant(f"{FOLDER}/20260102000000_index_account.sql", CONCURRENT.replace(before, after))

        alone = "a migration with transaction:false is one statement that works concurrently"
        assert alone in checkout.messages(migrations.check)

    def test_follows_our_settings(self, checkout: PlantedCheckout) -> None:
        """The settings at the root leave out what is not ours."""
        checkout.plant(f"{FOLDER}/20260101000000_create_account.sql", GOOD)
        checkout.plant(".squawk.toml", "")

        [complaint] = checkout.messages(migrations.check)
        assert complaint.startswith("require-statement-timeout: ")
