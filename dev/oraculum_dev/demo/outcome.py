"""The last act: the lock, the venue's result, the payout, and books that balance."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from oraculum_dev.demo.api import RefusedError
from oraculum_dev.demo.live import Message
from oraculum_dev.demo.person import Balance, until
from oraculum_dev.demo.stage import ASSET, DEPOSIT, NO, YES, Stage, seconds_until

LOCK_SECONDS = 45.0
RESULT_SECONDS = 120.0
PAY_SECONDS = 60.0


async def bet_too_late(stage: Stage) -> None:
    """After the lock nobody bets any more, and trying costs nothing."""
    tell = stage.telling
    tell.chapter("The event locks")
    for person in stage.people:
        await person.settled_balance(ASSET, PAY_SECONDS)
    left = max(0.0, seconds_until(stage.event["locks_at"]))
    tell.say(f"{left:.0f} s until the lock")
    # The database's clock decides, and it may be a little behind ours.
    await asyncio.sleep(left + 0.2)
    before = await stage.bela.balance(ASSET)
    try:
        body = {"event_id": stage.event_id, "outcome": NO, "side": "buy", "amount": "5.00"}
        await stage.bela.command("/predictions", body)
        refusal, problem = "a bet", {}
    except RefusedError as error:
        refusal, problem = f"{error.status} {error.code}", dict(error.problem)
    tell.fact(
        "a bet after the lock is refused: 409 market_not_open", refusal == "409 market_not_open", refusal
    )
    wanted = {"type", "title", "status", "code", "detail", "errors", "request_id", "timestamp", "path"}
    tell.fact("the refusal is a whole problem document", problem.keys() == wanted, problem)
    after = await stage.bela.balance(ASSET)
    tell.fact("the refusal moved nothing", before == after, f"{before} and {after}")
    for person, live in zip(stage.people, stage.lives, strict=True):
        await live.hear("the lock", _step(stage, "event.locked"), LOCK_SECONDS)
        tell.fact(f"{person.name} sees the lock on the socket", held=True)


async def be_resolved(stage: Stage) -> None:
    """The venue says how it came out, and so does our event."""
    tell, venue = stage.telling, stage.event["venue"]
    tell.chapter(f"{venue['venue']} says how it came out")
    for person, live in zip(stage.people, stage.lives, strict=True):
        await live.hear("the result", _step(stage, "event.resolved"), RESULT_SECONDS)
        tell.fact(f"{person.name} sees the result on the socket", held=True)
    stage.event = await stage.api.get(f"/events/{stage.event_id}")
    tell.fact("the event is resolved", stage.event["status"] == "resolved", stage.event["status"])
    payouts = [Decimal(price) for price in stage.event["resolution"]["payouts"]]
    market = await stage.api.get(f"/markets/{venue['venue']}/{venue['market_id']}")
    said = [Decimal(price) for price in (market["resolution"] or {}).get("payouts", [])]
    stage.won = YES if payouts[YES] == 1 else NO
    tell.fact(
        f"the venue's result is the event's: {'YES' if stage.won else 'NO'} won",
        said == payouts and sorted(payouts) == [0, 1],
        f"{said} there, {payouts} here",
    )


async def be_paid(stage: Stage) -> None:
    """The winner gets one for each share, the loser nothing; both hear of it."""
    tell = stage.telling
    tell.chapter("The winner is paid")
    for person, live in zip(stage.people, stage.lives, strict=True):
        due = _due(stage, person.name)
        settled = await live.hear(
            f"{person.name}'s settlement", _mine(stage, f"user.{person.user_id}"), PAY_SECONDS
        )
        told = Decimal(settled.data["payout"])
        tell.fact(f"{person.name} sees a payout of {due} {ASSET} on the socket", told == due, settled.data)
        position = await person.until(
            "the position settled",
            partial(person.get, f"/positions/{stage.event_id}"),
            lambda seen: bool(seen["data"]) and all(row["payout"] is not None for row in seen["data"]),
            PAY_SECONDS,
        )
        paid = sum((Decimal(row["payout"]) for row in position["data"]), Decimal(0))
        tell.fact(f"{person.name}'s position says so too", paid == due, position["data"])
        inbox = await person.until(
            "the notice in the inbox",
            partial(person.get, "/notifications", limit=50),
            lambda seen: any(_about(stage, row) for row in seen["data"]),
            PAY_SECONDS,
        )
        notice = next(row for row in inbox["data"] if _about(stage, row))
        won = f"You won {due} {ASSET}" if due else "No win this time"
        tell.fact(f"{person.name}'s inbox says: {won}", _same_words(notice["title"], won), notice["title"])
    loser = stage.bela if stage.won == YES else stage.ada
    tell.fact(f"{loser.name} lost, and gets nothing", _due(stage, loser.name) == 0, loser.name)


async def balance_the_books(stage: Stage) -> None:
    """What each has is what they brought, spent and got, to the unit; and all debits equal all credits."""
    tell = stage.telling
    tell.chapter("The books balance")
    for person in stage.people:
        spent = sum((bet.net for bet in stage.bets if bet.person is person), Decimal(0))
        due = _due(stage, person.name)
        expected = DEPOSIT - spent + due
        balance = await person.until(
            f"{expected} {ASSET} in the balance",
            partial(person.balance, ASSET),
            partial(_rests_at, expected),
            PAY_SECONDS,
        )
        tell.fact(
            f"{person.name} has {DEPOSIT} less {spent} and {due} more, {expected} {ASSET} to the unit",
            balance.available == expected,
            balance,
        )
        rows = (await person.get("/wallet/transactions", limit=100))["data"]
        moved = sum((Decimal(row["amount"]) for row in rows), Decimal(0))
        tell.fact(f"the {len(rows)} entries of {person.name}'s books add up to that", moved == expected, rows)
    for person, live in zip(stage.people, stage.lives, strict=True):
        tell.fact(
            f"{person.name}'s socket missed no sequence number in {len(live.heard)} messages",
            not live.gaps,
            live.gaps,
        )
    ledger = await until(
        "the ledger to have nothing pending",
        lambda: stage.api.get("/admin/ledger"),
        lambda seen: seen["balanced"],
        PAY_SECONDS,
    )
    sums = ledger["sums"]
    tell.fact(
        "debits equal credits: " + ", ".join(f"{one['debits_posted']} {one['asset']}" for one in sums),
        bool(sums) and all(one["debits_posted"] == one["credits_posted"] for one in sums),
        sums,
    )
    tell.fact("the ledger finds no law broken", ledger["balanced"] and not ledger["violations"], ledger)


def _due(stage: Stage, name: str) -> Decimal:
    """What the winning shares of a person pay: one each."""
    held = [
        bet.shares if bet.side == "buy" else -bet.shares
        for bet in stage.bets
        if bet.person.name == name and bet.outcome == stage.won
    ]
    return sum(held, Decimal(0))


def _rests_at(expected: Decimal, seen: Balance) -> bool:
    return seen.at_rest and seen.available == expected


def _step(stage: Stage, kind: str) -> Callable[[Message], bool]:
    def holds(message: Message) -> bool:
        return message.channel == f"event.{stage.event_id}" and message.kind == kind

    return holds


def _mine(stage: Stage, channel: str) -> Callable[[Message], bool]:
    def holds(message: Message) -> bool:
        return (
            message.channel == channel
            and message.kind == "prediction.settled"
            and message.data["event_id"] == stage.event_id
        )

    return holds


def _about(stage: Stage, notice: dict[str, Any]) -> bool:
    return bool(notice["kind"] == "prediction.settled") and notice["data"].get("event_id") == stage.event_id


def _same_words(seen: str, wanted: str) -> bool:
    """Whether two sentences differ in nothing but the zeros at the end of a number."""
    return [_plain(word) for word in seen.split()] == [_plain(word) for word in wanted.split()]


def _plain(word: str) -> str:
    return f"{Decimal(word).normalize():f}" if word.replace(".", "", 1).isdecimal() else word
