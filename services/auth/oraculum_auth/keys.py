"""Turning the ring of data keys while the service runs: every person's key is wrapped anew."""

from typing import Final

from oraculum_auth.repository.people_keys import PeopleKeys
from oraculum_auth.vault import Vault
from oraculum_kit.db import Database
from oraculum_kit.keyring import KeyRing

# Twice what a running process needs to notice a new ring.
NOTICE_SECONDS: Final = 2.0


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


def only_active(ring: KeyRing) -> KeyRing:
    """The ring without the keys that wrap nothing any more."""
    for old in [name for name in ring.keys if name != ring.active]:
        ring = ring.without(old)
    return ring
