"""`oraculum keys rotate`: turns the ring of data keys and wraps every person's key anew, while the service runs.

A running auth notices the new ring within a second. Where the ring is a mounted secret, change the secret and run
`rewrap`. Keys that wrap nothing any more are taken off the ring by `--forget`: no backup older than that can be read
without them, so keep them for as long as the backups.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from oraculum_auth.repository.people_keys import PeopleKeys
from oraculum_auth.vault import Vault
from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.db import Database, DatabaseConfig
from oraculum_kit.keyring import KeyRingError, RingFile

# Twice what a running process needs to notice.
NOTICE_SECONDS: Final = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="oraculum keys", description=__doc__)
    parser.add_argument("command", choices=["rotate", "rewrap"])
    parser.add_argument("--forget", action="store_true", help="take the old keys off the ring")
    options = parser.parse_args(arguments)
    try:
        return asyncio.run(_turn(new_key=options.command == "rotate", forget=options.forget))
    except (ConfigurationError, KeyRingError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201  a person reads this
        return 1


async def _turn(*, new_key: bool, forget: bool) -> int:
    with Environment(os.environ) as environment:
        config = DatabaseConfig.read(environment)
        path = Path(environment.text("DATA_KEYS_FILE"))
    file = RingFile(path)
    if new_key:
        file.write(file().turned())
        await asyncio.sleep(NOTICE_SECONDS)
    vault = Vault(file)
    async with Database(config) as database:
        wrapped = await rewrap(database, vault)
    print(f"{wrapped} keys of people are wrapped by key {vault.active_key_id} now")  # noqa: T201
    if forget:
        ring = file()
        for old in [name for name in ring.keys if name != ring.active]:
            ring = ring.without(old)
        file.write(ring)
        print("no other key is on the ring")  # noqa: T201
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
