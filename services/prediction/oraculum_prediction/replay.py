"""`oraculum verify-receipt` and `oraculum replay-market`: compute again what was traded, and compare to the bit.

A receipt needs nothing but itself. A market is rebuilt from its fills alone: each order is traded again on the state that the
ones before it have led to, and shares, money, fees and the fingerprint of the state must be those that were written.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.db import Connection, Database, DatabaseConfig
from oraculum_money import INT64_MAX, Shares
from oraculum_prediction import subsidies
from oraculum_prediction.acting import FORMULA_VERSION_SET, verify_sets
from oraculum_prediction.pricing import LmsrState, MakerState, MarketState, Mechanism, ParimutuelState
from oraculum_prediction.pricing.canonical import state_from_document
from oraculum_prediction.pricing.mechanisms import without_sets
from oraculum_prediction.pricing.receipts import state_after, verify_receipt
from oraculum_prediction.receipts import ReplayMismatch, liquid, opened, receipts, traded_again
from oraculum_prediction.repository import markets, reading
from oraculum_prediction.repository.markets import MarketRow
from oraculum_prediction.repository.reading import Explained
from oraculum_prediction.subsidies import FORMULA_VERSION_SUBSIDY, verify_subsidy

_PAGE: Final = 2_000

# What computes a receipt again; those of trades are all of one form.
_CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any]], list[str]]]] = {
    FORMULA_VERSION_SET: verify_sets,
    FORMULA_VERSION_SUBSIDY: verify_subsidy,
}


def verify(document: Mapping[str, Any]) -> list[str]:
    """Compute a receipt again; the members that come out differently."""
    check = _CHECKS.get(document["formula"], verify_receipt)
    # What the API adds beside the receipt itself.
    return check({name: document[name] for name in document if name not in {"fill_id", "sequence"}})


async def replay(connection: Connection, event_id: UUID, up_to: int = INT64_MAX) -> tuple[int, MakerState]:
    """Rebuild a market from its fills; how many there were, and the state. `ReplayMismatch` at the first that differs."""
    market = await markets.market(connection, event_id)
    if market is None:
        raise ReplayMismatch(f"there is no market {event_id}")
    state, last = await _first(connection, market), 0
    while True:
        rows = await reading.to_replay(connection, event_id, after=last, up_to=up_to, row_count=_PAGE)
        for row in rows:
            if row.sequence != last + 1:
                raise ReplayMismatch(f"fill {last + 1} is missing")
            state, last = _after(state, row), row.sequence
        if len(rows) < _PAGE:
            break
    if last == market.sequence and state.state_hash != market.state_hash:
        raise ReplayMismatch("the market stands in another state than its last fill left")
    return last, state


async def _first(connection: Connection, market: MarketRow) -> MakerState:
    """The market as it opened. Fills of pools all have receipts, and the first one begins with it."""
    if Mechanism(market.mechanism) is Mechanism.LMSR:
        return opened(await liquid(connection, market, 0), (Shares(0),) * len(market.sold))
    rows = await reading.to_replay(connection, market.event_id, after=0, up_to=1, row_count=1)
    if not rows:
        return market.state()
    if rows[0].document is None:
        raise ReplayMismatch("the first fill has no receipt")
    state = state_from_document(json.loads(rows[0].document)["state"])
    if isinstance(state, ParimutuelState) or any(state.sold) or list(state.prices) != market.opening_prices:
        raise ReplayMismatch("the first receipt does not begin with the market as it opened")
    return state


def _after(state: MakerState, row: Explained) -> MakerState:
    if row.group_first is None and isinstance(state, LmsrState):
        _, again = traded_again(state, row)
        after = again.state
    elif row.document is not None:
        wrong = verify(json.loads(row.document))
        document = json.loads(row.document)
        if wrong or document["state_before"] != state.state_hash.hex():
            raise ReplayMismatch(
                f"the receipt of fill {row.sequence} is wrong in {wrong or ['state_before']}"
            )
        after = _moved(state, document)
    else:
        # A later one of its group: the first has led to the state that all stay in.
        after = state
    if isinstance(after, ParimutuelState) or after.state_hash != row.state_after:
        raise ReplayMismatch(f"after fill {row.sequence} the market is in another state than was written")
    if list(after.prices) != list(row.prices):
        raise ReplayMismatch(f"after fill {row.sequence} the prices are others than were written")
    return after


def _moved(state: MakerState, document: Mapping[str, Any]) -> MarketState:
    """The state after a group: what was bought less what was sold, whoever did; or after a subsidy."""
    if document["formula"] == FORMULA_VERSION_SUBSIDY:
        return subsidies.after(document)
    if document["formula"] == FORMULA_VERSION_SET:
        return without_sets(state, Shares(int(document["sets"])))
    if not isinstance(state, LmsrState):
        # What lies in pools depends on more than the shares: it is traded again.
        return state_after(document)
    sold = list(state.sold)
    for fill in document["fills"]:
        sign = 1 if fill["side"] == "buy" else -1
        sold[fill["outcome"]] = Shares(sold[fill["outcome"]] + sign * int(fill["shares"]))
    return LmsrState(state.liquidity, state.prior, tuple(sold), state.fee, state.price_max)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when everything comes out as it was written."""
    options = _parser().parse_args(arguments)
    try:
        return asyncio.run(_replayed(options)) if options.command == "market" else _verified(options.receipt)
    except (ConfigurationError, OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oraculum_prediction.replay", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    receipt = commands.add_parser("receipt", help="compute a receipt again")
    receipt.add_argument(
        "receipt", help="a file, - for standard input, or the id of an order in the database"
    )
    market = commands.add_parser("market", help="rebuild a market from its fills")
    market.add_argument("event_id", type=UUID)
    market.add_argument("--to", type=int, default=INT64_MAX, metavar="SEQUENCE", help="stop after this fill")
    return parser


def _verified(where: str) -> int:
    documents = _documents(where)
    for document in documents:
        wrong = verify(document)
        sys.stdout.write(
            f"{document['formula']} {document['state_before'][:12]} -> {document['state_after'][:12]}: "
            + (f"WRONG in {', '.join(wrong)}" if wrong else "right")
            + "\n"
        )
        if wrong:
            return 1
    return 0


def _documents(where: str) -> list[Mapping[str, Any]]:
    try:
        order_id = UUID(where)
    except ValueError:
        text = sys.stdin.read() if where == "-" else Path(where).read_text(encoding="utf-8")
        read = json.loads(text)
        found: list[Mapping[str, Any]] = read.get("data", [read])
        return found
    return asyncio.run(_fetched(order_id))


async def _fetched(order_id: UUID) -> list[Mapping[str, Any]]:
    async with Database(database_config()) as database, database.connection() as connection:
        found = await receipts(connection, order_id)
    if not found:
        raise ReplayMismatch(f"no fill of order {order_id} is known")
    return [json.loads(each) if isinstance(each, str) else each for _, each in found]


async def _replayed(options: argparse.Namespace) -> int:
    async with Database(database_config()) as database, database.connection() as connection:
        last, state = await replay(connection, options.event_id, options.to)
    sys.stdout.write(f"{last} fills, state {state.state_hash.hex()}, sold {list(state.sold)}: as written\n")
    return 0


def database_config() -> DatabaseConfig:
    """Where the database of this command is, by its environment."""
    with Environment(os.environ) as environment:  # lint-allow kit-only: this command is a process of its own
        return DatabaseConfig.read(environment)


if __name__ == "__main__":
    sys.exit(main())
