"""All that takes events from step to step, wired once."""

from dataclasses import dataclass

from oraculum_event.config import Terms
from oraculum_event.confirmations import Confirmations
from oraculum_event.deadlines import Deadlines
from oraculum_event.disputes import Disputes
from oraculum_event.editing import Editing
from oraculum_event.lifecycle import Lifecycle
from oraculum_event.markets import Markets
from oraculum_event.opening import Opening
from oraculum_event.payers import Payers
from oraculum_event.results import Results
from oraculum_event.rules import Rules
from oraculum_event.stakes import Stakes
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.jobs import Kind


@dataclass(frozen=True, slots=True)
class Steps:
    """Each part of an event's life."""

    lifecycle: Lifecycle
    results: Results
    confirmations: Confirmations
    deadlines: Deadlines
    opening: Opening
    editing: Editing
    disputes: Disputes

    def kinds(self) -> list[Kind]:
        """The jobs of all of them."""
        return [
            *self.lifecycle.kinds(),
            *self.results.kinds(),
            *self.deadlines.kinds(),
            *self.opening.kinds(),
            *self.disputes.kinds(),
        ]


def wire(
    database: Database, markets: Markets, stakes: Stakes, clock: Clock, *, terms: Terms, rules: Rules
) -> Steps:
    """Wire the parts together."""
    lifecycle = Lifecycle(database, markets, clock)
    results = Results(database, lifecycle, markets, clock, rules)
    deadlines = Deadlines(database, lifecycle, results, clock, terms.deadline_after)
    return Steps(
        lifecycle=lifecycle,
        results=results,
        confirmations=Confirmations(lifecycle, results, deadlines, clock),
        deadlines=deadlines,
        opening=Opening(
            database, lifecycle, results, deadlines, markets, stakes, Payers(terms.identity), clock
        ),
        editing=Editing(lifecycle, clock, terms),
        disputes=Disputes(database, lifecycle, results, stakes, clock),
    )
