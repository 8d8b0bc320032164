"""Escape comments excuse what they name, with a reason, and nothing else."""

from oraculum_dev.linters.planted import PlantedCheckout
from oraculum_dev.linters.run import findings

MODULE = "services/wallet/oraculum_wallet/ledger.py"


def complaints(checkout: PlantedCheckout, text: str) -> list[tuple[int, str]]:
    """Lines and rules of what all rules together find in one planted module."""
    checkout.plant(MODULE, text)
    return [(finding.line, finding.rule) for finding in findings(checkout.root)]


class TestEscape:
    def test_excuses_its_line(self, checkout: PlantedCheckout) -> None:
        """At the end of a line, or alone on the line before."""
        assert [] == complaints(
            checkout,
            """
            a = amount / 2  # lint-allow amounts: drawn on a chart only
            # lint-allow amounts: drawn on a chart only
            b = amount / 2
            """,
        )

    def test_excuses_no_other_line_and_no_other_rule(self, checkout: PlantedCheckout) -> None:
        """What was excused once is not excused everywhere."""
        assert [(2, "amounts"), (3, "amounts"), (3, "escape")] == complaints(
            checkout,
            """
            a = amount / 2  # lint-allow amounts: drawn on a chart only
            b = amount / 2
            c = amount / 2  # lint-allow sql: this is no statement
            """,
        )

    def test_needs_a_reason_and_a_rule_that_exists(self, checkout: PlantedCheckout) -> None:
        """A single word is no reason."""
        assert [(1, "escape"), (2, "escape"), (3, "amounts"), (3, "escape")] == complaints(
            checkout,
            """
            a = amount / 2  # lint-allow amounts
            b = amount / 2  # lint-allow amounts: because
            c = amount / 2  # lint-allow money: drawn on a chart only
            """,
        )

    def test_goes_when_it_is_no_longer_needed(self, checkout: PlantedCheckout) -> None:
        """An escape that excuses nothing is a finding."""
        assert [(1, "escape")] == complaints(checkout, "a = 1  # lint-allow amounts: drawn on a chart only\n")

    def test_may_be_explained(self, checkout: PlantedCheckout) -> None:
        """In a docstring or in prose it is an example."""
        checkout.plant("CONTRIBUTING.md", "Write `# lint-allow amounts: why`.\n")
        assert [] == complaints(checkout, '"""Escape: `# lint-allow sql: why`."""\n')

    def test_works_in_other_languages(self, checkout: PlantedCheckout) -> None:
        """SQL has its own comments."""
        checkout.plant(
            "services/wallet/oraculum_wallet/ledger.sql",
            "select 1;  -- lint-allow sql: read by the documentation only\n",
        )

        assert [] == findings(checkout.root)
