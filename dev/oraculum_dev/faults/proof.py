"""What must be true after any fault, asked through the public API, of the database and of the broker."""

from collections import Counter
from decimal import Decimal
from typing import Any

from oraculum_dev.demo.api import Api, StoryError
from oraculum_dev.demo.person import until
from oraculum_dev.faults.inside import at_rest, broken_laws
from oraculum_dev.faults.lag import Broker, consumers_caught_up, lags
from oraculum_dev.fixtures.crowd import ASSET, DEPOSIT, Bettor, Crowd, every_page
from oraculum_dev.fixtures.suites import Suite

# What an order is told as that never was in the market.
REFUSED = frozenset({"rejected", "failed"})
SWEPT_SECONDS = 60.0
PAID_SECONDS = 60.0


async def prove(suite: Suite, *crowds: Crowd) -> None:
    """Settle what nobody told the end of, wait until all is at rest, and compare every book with what was said."""
    for crowd in crowds:
        await crowd.settle()
    await at_rest(suite)
    await consumers_caught_up(suite)
    for crowd in crowds:
        for bettor in crowd.bettors:
            await bettor.look_back()
            await every_bet_once(bettor)
            await positions_are_the_fold(bettor)
            await money_adds_up(bettor)
        for event_id in crowd.event_ids:
            await trades_have_no_gap(crowd.api, event_id)
    await ledger_balances(crowds[0].api)


async def paid_out(suite: Suite, crowd: Crowd) -> None:
    """Wait until no bet of anybody is open any more: their event has ended. In vain, say where the money stands still."""

    async def open_bets() -> int:
        pages = [await bettor.person.get("/predictions", status="confirmed") for bettor in crowd.bettors]
        return sum(len(page["data"]) for page in pages)

    try:
        await until("everybody to be paid", open_bets, lambda count: not count, PAID_SECONDS)
    except StoryError as error:
        broken, behind = await broken_laws(suite), await lags(Broker.of(suite))
        raise AssertionError(f"{error}\nbroken laws: {broken}\ngroups behind: {behind}") from error


async def every_bet_once(bettor: Bettor) -> None:
    """What was accepted is there once, and beyond it there is nothing."""
    rows = [row for row in await every_page(bettor.person, "/predictions") if row["status"] not in REFUSED]
    accepted = Counter(told["id"] for told in bettor.accepted.values())
    agree("one answer for each bet", [], [id_ for id_, times in accepted.items() if times > 1])
    agree("the bets that were accepted", accepted, Counter(row["id"] for row in rows))
    for row in rows:
        for name, value in bettor.expected(row["id"]).items():
            agree(f"the {name} of bet {row['id']}", Decimal(value), Decimal(row[name]))


async def positions_are_the_fold(bettor: Bettor) -> None:
    """What each holds is what the accepted bets add up to."""
    rows = (await bettor.person.get(f"/positions/{bettor.event_id}"))["data"]
    shown = {row["outcome"]: Decimal(row["shares"]) for row in rows if Decimal(row["shares"])}
    held = {outcome: shares for outcome, shares in bettor.held.items() if shares}
    agree(f"the positions of {bettor.person.name}", held, shown)


async def money_adds_up(bettor: Bettor) -> None:
    """No hold stays behind, and what is missing is what the accepted bets took, less what the event paid."""
    balance = await bettor.person.settled_balance(ASSET)
    rows = await every_page(bettor.person, "/wallet/transactions")
    name = bettor.person.name
    agree(
        f"the entries of {name}", balance.available, sum((Decimal(row["amount"]) for row in rows), Decimal(0))
    )
    agree(f"the balance of {name}", DEPOSIT - bettor.spent + bettor.due, balance.available)


async def trades_have_no_gap(api: Api, event_id: str) -> None:
    """The market's own history is numbered from one without a hole."""
    numbers: list[int] = []
    cursor = ""
    while True:
        page = await api.get(f"/events/{event_id}/trades", limit=100, cursor=cursor)
        numbers += [row["sequence"] for row in page["data"]]
        cursor = page["meta"]["next_cursor"] or ""
        if not cursor:
            break
    agree(f"the trades of {event_id}", list(range(len(numbers), 0, -1)), numbers)


async def ledger_balances(api: Api) -> None:
    """Debits equal credits, and once the sweep has been there nothing is pending."""

    async def look() -> list[dict[str, Any]]:
        return list((await api.get("/admin/ledger"))["sums"])

    def rests(sums: list[dict[str, Any]]) -> bool:
        return not any(Decimal(one["debits_pending"]) or Decimal(one["credits_pending"]) for one in sums)

    for one in await until("pending transfers to end", look, rests, SWEPT_SECONDS):
        agree(f"debits and credits of {one['asset']}", one["debits_posted"], one["credits_posted"])
    proof = await api.get("/admin/ledger")
    agree("laws of the ledger that are broken", [], proof["violations"])


def agree(what: str, expected: object, seen: object) -> None:
    """Fail, by name, where what is seen is not what it must be."""
    if expected != seen:
        raise AssertionError(f"{what}: expected {expected}, seen {seen}")
