"""What an operator does to auth from beside it, with its environment: `python -m oraculum_auth.admin`.

`create` makes an administrator where there is none who could. Whoever can reach auth's database may do it, and nobody
else can: it speaks to no service. The account is the one that proved the e-mail or signed in with the wallet before; in
production its rights begin once it has a second factor.

`audit verify` computes every hash of the audit log anew and prints where each chain stands, and what was dropped of it because
its time was up (`AUDIT_RETENTION_YEARS`): a beginning that is missing for another reason is a problem. Compare the heads with those
that were noted before, somewhere that the database's administrators cannot reach: the log alone cannot tell that
somebody wrote all of it anew.

`keys rotate` turns the ring of data keys and wraps every person's key anew, while auth runs: it notices the new ring
within a second. Where the ring is a mounted secret, change the secret and run `keys rewrap`. `--forget` waits for what began
before and takes keys that wrap nothing any more off the ring; no older backup can be read without them.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from oraculum_auth import keys
from oraculum_auth.accounts import AccountBook
from oraculum_auth.audit_log import AuditLog
from oraculum_auth.challenges import Chain, canonical_address
from oraculum_auth.config import retention_years
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
    """Run the command; 0 when what was asked for is done, or holds."""
    options = _parser().parse_args(arguments)
    try:
        return asyncio.run(_run(options))
    except (
        ConfigurationError,
        KeyRingError,
        OSError,
        ServiceError,
        keys.TransactionsStandError,
    ) as error:
        print(error, file=sys.stderr)  # noqa: T201  a person reads this
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oraculum_auth.admin",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    create = commands.add_parser("create", help="make an account an administrator's")
    who = create.add_mutually_exclusive_group(required=True)
    who.add_argument("--email", help="the account that proved this e-mail address")
    who.add_argument("--evm", metavar="ADDRESS", help="the account of this EVM wallet")
    who.add_argument("--solana", metavar="ADDRESS", help="the account of this Solana wallet")
    audit = commands.add_parser("audit", help="the audit log")
    audit.add_argument("action", choices=["verify"])
    ring = commands.add_parser("keys", help="the keys of personal data")
    ring.add_argument("action", choices=["rotate", "rewrap"])
    ring.add_argument("--forget", action="store_true", help="take the old keys off the ring")
    return parser


async def _run(options: argparse.Namespace) -> int:
    with Environment(os.environ) as environment:
        config = DatabaseConfig.read(environment)
        ring = environment.text("DATA_KEYS_FILE")
        retention = retention_years(environment)
    async with Database(config) as database:
        match options.command:
            case "create":
                return await _create(database, RingFile(Path(ring)), options)
            case "audit":
                return await _verify(database, retention)
            case _:
                return await _turn(database, RingFile(Path(ring)), options)


async def _create(database: Database, ring: RingFile, options: argparse.Namespace) -> int:
    accounts = Accounts(Vault(ring))
    user_id = await _find(database, accounts, options)
    if user_id is None:
        print(_UNKNOWN, file=sys.stderr)  # noqa: T201
        return 1
    book = AccountBook(database, accounts, SystemClock())
    account, _ = await book.describe(user_id)
    await book.set_roles(user_id, [*account.roles, "admin"], None)
    print(f"{account.display_name} ({user_id}) is an administrator.")  # noqa: T201
    if not account.totp_enabled:
        print("In production the rights begin once the account has a second factor.")  # noqa: T201
    return 0


async def _verify(database: Database, retention: Mapping[str, int]) -> int:
    verdicts = await AuditLog(database, SystemClock(), retention).verify()
    for verdict in verdicts:
        state = verdict.problem or "proved"
        if verdict.dropped and not verdict.problem:
            state += f" behind entry {verdict.dropped}, up to which it was dropped"
        print(f"{verdict.audit_class:<12}{verdict.entries:>12}  {verdict.head.hex()}  {state}")  # noqa: T201
    return int(any(verdict.problem for verdict in verdicts))


async def _turn(database: Database, ring: RingFile, options: argparse.Namespace) -> int:
    if options.action == "rotate":
        ring.write(ring().turned())
        await asyncio.sleep(keys.NOTICE_SECONDS)
    vault = Vault(ring)
    wrapped = await (keys.rewrap_all if options.forget else keys.rewrap)(database, vault)
    print(f"{wrapped} keys of people are wrapped by key {vault.active_key_id} now")  # noqa: T201
    if options.forget:
        ring.write(keys.only_active(ring()))
        print("no other key is on the ring")  # noqa: T201
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
