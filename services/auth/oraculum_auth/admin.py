"""`oraculum admin create`: makes an administrator where there is none who could.

Whoever can reach auth's database may do it, and nobody else can: it speaks to no service. The account is the one that
the e-mail or the wallet signed in with before; a session begun before this has the old roles in its token until it is
refreshed.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from oraculum_auth.accounts import AccountBook
from oraculum_auth.challenges import Chain, canonical_address
from oraculum_auth.form import Form
from oraculum_auth.repository import Accounts
from oraculum_auth.vault import Vault
from oraculum_kit.clock import SystemClock
from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.db import Database, DatabaseConfig
from oraculum_kit.errors import ServiceError
from oraculum_kit.keyring import KeyRingError, RingFile

_UNKNOWN = "There is no such account; sign in with it once, confirm its address, then come again."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when the account is an administrator's now."""
    options = _parser().parse_args(arguments)
    try:
        return asyncio.run(_create(options))
    except (ConfigurationError, KeyRingError, OSError, ServiceError) as error:
        print(error, file=sys.stderr)  # noqa: T201  a person reads this
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oraculum_auth.admin", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    create = commands.add_parser("create", help="make an account an administrator's")
    who = create.add_mutually_exclusive_group(required=True)
    who.add_argument("--email", help="the account that proved this e-mail address")
    who.add_argument("--evm", metavar="ADDRESS", help="the account of this EVM wallet")
    who.add_argument("--solana", metavar="ADDRESS", help="the account of this Solana wallet")
    return parser


async def _create(options: argparse.Namespace) -> int:
    with Environment(os.environ) as environment:
        config = DatabaseConfig.read(environment)
        ring = Path(environment.text("DATA_KEYS_FILE"))
    accounts = Accounts(Vault(RingFile(ring)))
    async with Database(config) as database:
        user_id = await _find(database, accounts, options)
        if user_id is None:
            print(_UNKNOWN, file=sys.stderr)  # noqa: T201
            return 1
        book = AccountBook(database, accounts, SystemClock())
        account, _ = await book.describe(user_id)
        # The audit log names the account itself as the actor: there may be no administrator yet.
        await book.set_roles(user_id, [*account.roles, "admin"], user_id)
    print(f"{account.display_name} ({user_id}) is an administrator.")  # noqa: T201
    return 0


async def _find(database: Database, accounts: Accounts, options: argparse.Namespace) -> UUID | None:
    async with database.connection() as connection:
        if options.email is not None:
            form = Form()
            email = form.email(options.email)
            form.finish()
            # Whoever merely claims the address must not become an administrator by it.
            return await accounts.owner_of_email(connection, accounts.email_index(email))
        chain = Chain.EVM if options.evm is not None else Chain.SOLANA
        address = canonical_address(chain, options.evm or options.solana)
        return await accounts.owner_of_wallet(connection, chain.value, address)


if __name__ == "__main__":
    sys.exit(main())
