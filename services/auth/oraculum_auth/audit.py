"""`oraculum audit verify`: computes every hash of the audit log anew; 0 when all of them fit.

It prints where each chain stands. Compare the heads with those that were noted before, somewhere that the database's
administrators cannot reach: the log alone cannot tell that somebody wrote all of it anew.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from oraculum_auth.audit_log import AuditLog
from oraculum_kit.clock import SystemClock
from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.db import Database, DatabaseConfig


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="oraculum audit", description=__doc__)
    parser.add_argument("command", choices=["verify"])
    parser.parse_args(arguments)
    try:
        return asyncio.run(_verify())
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201  a person reads this
        return 1


async def _verify() -> int:
    with Environment(os.environ) as environment:
        config = DatabaseConfig.read(environment)
    async with Database(config) as database:
        verdicts = await AuditLog(database, SystemClock(), {}).verify()
    for verdict in verdicts:
        state = verdict.problem or "proved"
        print(f"{verdict.audit_class:<12}{verdict.entries:>12}  {verdict.head.hex()}  {state}")  # noqa: T201
    return int(any(verdict.problem for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
