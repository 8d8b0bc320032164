"""What must hold once a load has ended: nothing waits, nothing is missing, and debits equal credits."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from oraculum_dev.bench.backlog import Lags, await_rest
from oraculum_dev.bench.repository import Books
from oraculum_dev.bench.stage import Stage

Made = Sequence[tuple[str, float]]


class Proof:
    """Looks at a suite from behind; each check gives a sentence for every promise that was not kept."""

    def __init__(self, stage: Stage) -> None:
        self._books = Books(stage.suite.superuser_url)
        self._lags = Lags(stage.suite.ports.address("kafka"))

    def rest(self, ended_at: float) -> Iterator[str]:
        """No backlog is left."""
        complaint = await_rest(ended_at, self._books.outboxes, self._lags, self._books.unapplied)
        if complaint:
            yield complaint

    def conservation(self) -> Iterator[str]:
        """Debits equal credits per asset, nothing is pending, and wallet found nothing odd."""
        for asset, difference, pending in self._books.unbalanced():
            yield f"{asset}: debits less credits are {difference} units, {pending} are pending"
        for kind, count in self._books.incidents():
            yield f"{count} incidents of the kind {kind}"

    def found(self, made: Made) -> Iterator[str]:
        """Every order that was accepted stands in the books of prediction and of wallet, once."""
        ids = {UUID(id_) for id_, _ in made}
        for what, count in (
            ("were told once", len(ids)),
            ("are filled", self._books.filled(list(ids))),
            ("are paid", len(self._books.posted_at(list(ids)))),
        ):
            if count != len(made):
                yield f"of {len(made)} orders that were accepted {count} {what}"

    def posted_after(self, made: Made) -> list[float]:
        """How long after its acceptance each order's money was moved; at once where it was moved before."""
        posted = self._books.posted_at([UUID(id_) for id_, _ in made])
        return [max(0.0, posted[UUID(id_)] - told) for id_, told in made if UUID(id_) in posted]
