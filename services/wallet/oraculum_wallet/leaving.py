"""Fences: while auth asks what somebody has left, their accounts begin nothing.

No deposit, no hold, no reserve, no bond, no charge: what is theirs can only come home, to where the last question finds
it. What was promised before is carried out, as it is for a frozen account: it is their market's, too.

A fence is a number of auth's, and a later one is higher. Raising and lifting may come twice, late, and in the wrong
order: the highest number stands, and one that was lifted stays lifted. So a question whose asker died cannot keep
anybody out, and one that was given up cannot let anybody in behind the next.
"""

from uuid import UUID

from oraculum_kit.db import Connection, Database
from oraculum_money import ASSETS
from oraculum_wallet.accounts import AccountKind, account
from oraculum_wallet.errors import FenceOutdated
from oraculum_wallet.repository import leaving as repository
from oraculum_wallet.repository import ledger


class Fences:
    """Raises and lifts them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, user_id: UUID, fence: int) -> None:
        """Raise a fence: what was begun before has ended its transaction when this is done, and nothing begins behind it."""
        async with self._database.transaction() as connection:
            if not await repository.raise_fence(connection, user_id, fence):
                raise FenceOutdated(user_id=user_id, fence=fence)
            await self._mark(connection, user_id, fenced=True)

    async def lift(self, user_id: UUID, fence: int) -> None:
        """Lift a fence, and keep it from coming later; nothing where a later one stands."""
        async with self._database.transaction() as connection:
            if await repository.lift_fence(connection, user_id, fence):
                await self._mark(connection, user_id, fenced=False)

    async def _mark(self, connection: Connection, user_id: UUID, *, fenced: bool) -> None:
        # All that may be begun takes from one of these or gives to it. One that is not open yet must be: a first deposit
        # would open it behind the fence.
        own = [account(AccountKind.USER, str(user_id), asset) for asset in sorted(ASSETS)]
        if fenced:
            await ledger.open_accounts(connection, own)
        ids = [one.id for one in own]
        await ledger.lock_accounts(connection, ids)
        await repository.mark_accounts(connection, ids, fenced=fenced)
