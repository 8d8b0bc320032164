"""Turning the ring of data keys while the service runs: every person's key is wrapped anew.

A key that was wrapped by the old one may still be on its way: its transaction began before, and commits behind our last
look. So before the old keys are forgotten, every transaction of before has ended, and we have looked once more.
"""

import asyncio
from time import monotonic
from typing import Final

from oraculum_auth.repository.people_keys import PeopleKeys
from oraculum_auth.vault import Vault
from oraculum_kit.db import Database
from oraculum_kit.keyring import KeyRing

# Twice what a running process needs to notice a new ring.
NOTICE_SECONDS: Final = 2.0
_SETTLED_SECONDS_MAX: Final = 60.0
_LOOK_SECONDS: Final = 0.1


class TransactionsStandError(Exception):
    """Transactions of auth that began before the ring was turned have not ended: nothing is forgotten, try again later."""


async def rewrap(database: Database, vault: Vault) -> int:
    """Wrap every person's key by the active one; how many it were. A few at a time, so that nobody waits long."""
    keys, count = PeopleKeys(), 0
    while True:
        async with database.transaction() as connection:
            old = await keys.lock_others(connection, vault.active_key_id)
            if not old:
                return count
            await keys.replace(connection, [vault.rewrapped(key) for key in old])
            count += len(old)


async def rewrap_all(database: Database, vault: Vault) -> int:
    """The same, with what was on its way when this began; how many it were. Behind it the old keys wrap nothing."""
    keys = PeopleKeys()
    async with database.connection() as connection:
        began_at = await keys.now(connection)
    count = await rewrap(database, vault)
    give_up_at = monotonic() + _SETTLED_SECONDS_MAX
    while True:
        # Each look is a transaction of its own: what it sees of others does not change while it lasts.
        async with database.transaction() as connection:
            if not await keys.older_transactions(connection, began_at):
                break
        if monotonic() > give_up_at:
            raise TransactionsStandError(TransactionsStandError.__doc__)
        await asyncio.sleep(_LOOK_SECONDS)
    return count + await rewrap(database, vault)


def only_active(ring: KeyRing) -> KeyRing:
    """The ring without the keys that wrap nothing any more."""
    for old in [name for name in ring.keys if name != ring.active]:
        ring = ring.without(old)
    return ring
