"""Who may pay for an event: nobody whom the rules let put no money into a market.

An author's subsidy is gone for good, and whoever trades may take it out: it is asked what prediction asks of who adds to
the subsidy of a market that is open. Of a free amount nothing would ever be used up, so where checks are asked for, an
author's must be approved.
"""

from uuid import UUID

from oraculum_event.errors import AuthorExcluded
from oraculum_event.repository import People
from oraculum_kit.caller import current_caller
from oraculum_kit.db import Connection
from oraculum_kit.errors import ServiceError
from oraculum_kit.identity import NOBODY, Identity, IdentityRules


class Payers:
    """Holds authors to the rules, in the transaction that writes down what they shall pay."""

    def __init__(self, rules: IdentityRules) -> None:
        self._rules = rules
        self._people = People()

    async def refuses(self, connection: Connection, author_id: UUID) -> ServiceError | None:
        """Why somebody may not pay for an event, if they may not.

        What their token says counts where they ask themselves; where an administrator publishes what they wrote, what was
        told of them.
        """
        user = current_caller().user
        says = Identity.of(user) if user is not None and user.id == author_id else NOBODY
        person = says.updated(await self._people.told(connection, author_id))
        unknown = self._rules.refuses(person, None)
        if unknown is not None:
            return unknown
        exclusion = await self._people.exclusion(connection, author_id)
        if exclusion is None:
            return None
        return AuthorExcluded(because=exclusion.exclusion, until=exclusion.excluded_until.isoformat())
