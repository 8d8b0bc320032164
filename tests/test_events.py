"""An event's life through the whole suite: paid for by its author, disputed with a bond, decided, and settled at last."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from oraculum_dev.demo.api import Api, RefusedError
from oraculum_dev.demo.person import Person
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.faults.scene import make_operator
from oraculum_dev.fixtures.own_events import own_event, until_it_trades
from oraculum_dev.fixtures.suites import Suite
from oraculum_kit.clock import SystemClock

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_SECONDS = 60
BOND, FEE = Decimal(10), Decimal(1)


@dataclass
class Scene:
    """An administrator, somebody who bets and disputes, and an author who is verified."""

    suite: Suite
    admin: Person
    punter: Person
    author: Person


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(suite: Suite) -> AsyncIterator[Scene]:
    api = Api(suite.url)
    admin = Person("admin", await make_operator(suite), api)
    punter, author = Person("punter", EvmWallet(), api), Person("author", EvmWallet(), api)
    for person in (admin, punter, author):
        await person.sign_in()
    await admin.command(f"/admin/users/{author.user_id}/tier", {"tier": "verified"})
    await author.sign_in()
    for person in (punter, author):
        await person.command("/wallet/deposits", {"rail": "demo", "amount": "100.00", "asset": "USDC"})
        await person.settled_balance("USDC")
    yield Scene(suite, admin, punter, author)
    await api.close()


async def until_it_is(person: Person, event_id: str, status: str) -> dict[str, Any]:
    seen: dict[str, Any] = await person.until(
        f"event {event_id} to be {status}",
        lambda: person.get(f"/events/{event_id}"),
        lambda event: event["status"] == status,
        PATIENCE_SECONDS,
    )
    return seen


async def until_it_has(person: Person, available: Decimal, held: Decimal) -> None:
    await person.until(
        f"{available} free and {held} held",
        lambda: person.balance("USDC"),
        lambda balance: (balance.available, balance.held) == (available, held),
        PATIENCE_SECONDS,
    )


async def test_an_author_pays_for_their_event_and_is_told_what_it_lacks(scene: Scene) -> None:
    """A draft is free; published it costs the fee and the subsidy, and with too little it costs nothing."""
    end_time = (SystemClock().now().astimezone(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    body = {"title": "Will my draft be paid?", "category": "custom", "end_time": end_time, "draft": True}
    author = scene.author
    draft = (await author.command("/events", {**body, "subsidy": "120"})).body
    assert (draft["status"], draft["unpublished"]) == ("draft", True)
    with pytest.raises(RefusedError) as refused:
        await author.command(f"/events/{draft['id']}/publish", {})
    assert refused.value.code == "creation_not_paid"
    await until_it_has(author, Decimal(100), Decimal(0))
    with pytest.raises(RefusedError) as refused:
        await scene.punter.get(f"/drafts/{draft['id']}")
    assert refused.value.status == 404
    await author.api.ask(
        "PUT", f"/events/{draft['id']}", token=author.token, body={"subsidy": "60"}, key="smaller"
    )
    await author.command(f"/events/{draft['id']}/publish", {})
    await until_it_trades(author, draft["id"], PATIENCE_SECONDS)
    await until_it_has(author, Decimal(100) - 60 - FEE, Decimal(0))


async def test_a_wrong_result_is_disputed_and_the_right_one_paid(scene: Scene) -> None:
    """The bond is held, nobody is paid meanwhile, and another result is proposed, which stands by itself."""
    punter, admin = scene.punter, scene.admin
    event_id = await own_event(admin, "Will the first result be right?", challenge_seconds=3600)
    await until_it_trades(admin, event_id, PATIENCE_SECONDS)
    bet = {"event_id": event_id, "outcome": 0, "side": "buy", "amount": "10.00"}
    shares = Decimal((await punter.command("/predictions", bet)).body["shares"])
    before = (await punter.settled_balance("USDC")).available
    proposed = (await admin.command(f"/events/{event_id}/resolve", {"outcome": 1})).body
    assert (proposed["status"], proposed["resolution"]) == ("resolving", None)
    reason = {"reason": "It was NO, as everybody could see."}
    dispute = (await punter.command(f"/events/{event_id}/disputes", reason)).body
    assert (dispute["status"], Decimal(dispute["bond"])) == ("open", BOND)
    await until_it_has(punter, before - BOND, BOND)
    with psycopg.connect(scene.suite.superuser_url) as connection:
        connection.execute("update event.event set challenge_seconds = 1 where event_id = %s", [event_id])
    decided = (
        await admin.command(
            f"/admin/disputes/{dispute['id']}/decide",
            {"decision": "uphold", "note": "It was NO.", "outcome": 0},
        )
    ).body
    assert decided["status"] == "upheld"
    resolved = await until_it_is(punter, event_id, "resolved")
    assert [Decimal(price) for price in resolved["resolution"]["payouts"]] == [1, 0]
    await until_it_has(punter, before + shares, Decimal(0))


async def test_a_rejected_dispute_costs_its_bond(scene: Scene) -> None:
    """And the result stands."""
    punter, admin = scene.punter, scene.admin
    event_id = await own_event(admin, "Will the dispute be rejected?", challenge_seconds=3600)
    await until_it_trades(admin, event_id, PATIENCE_SECONDS)
    before = (await punter.settled_balance("USDC")).available
    await admin.command(f"/events/{event_id}/resolve", {"outcome": 1})
    reason = {"reason": "I would have liked it to be NO."}
    dispute = (await punter.command(f"/events/{event_id}/disputes", reason)).body
    with psycopg.connect(scene.suite.superuser_url) as connection:
        connection.execute(
            "update event.proposal set challenge_ends_at = proposed_at + interval '1 ms' where event_id = %s",
            [event_id],
        )
    decision = {"decision": "reject", "note": "It was YES."}
    await admin.command(f"/admin/disputes/{dispute['id']}/decide", decision)
    await until_it_is(punter, event_id, "resolved")
    await until_it_has(punter, before - BOND, Decimal(0))
    assert (await admin.get("/admin/disputes", event_id=event_id))["data"][0]["status"] == "rejected"


async def test_rules_are_tried_on_what_the_venues_have(scene: Scene) -> None:
    """By event, which asks market-data; nothing is opened."""
    rule = {"name": "everything", "open_max": 5, "category": "custom"}
    answer = await scene.admin.command(
        "/admin/crawler-rules:dry-run", {"rules": {"rules": [rule]}, "limit": 50}
    )
    assert answer.body["markets"] == len(answer.body["data"]) > 0
    assert answer.body["opens"] <= 5
    assert all(row["opens"] or row["reasons"] for row in answer.body["data"])
