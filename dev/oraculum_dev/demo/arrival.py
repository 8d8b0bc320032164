"""The first act: they sign in, get money, and see an event that the crawler opened."""

from decimal import Decimal
from functools import partial
from itertools import pairwise

from oraculum_dev.demo.api import RefusedError, new_key
from oraculum_dev.demo.stage import ASSET, DEPOSIT, NO, YES, Stage, seconds_until


async def sign_in(stage: Stage) -> None:
    """Two people come in, each by signing a message with their wallet."""
    tell = stage.telling
    tell.chapter("Two people sign in with their wallets")
    for person in stage.people:
        await person.sign_in()
        wallets = [(wallet["chain"], wallet["address"]) for wallet in person.account["wallets"]]
        tell.fact(
            f"{person.name} signs in with {_an(person.wallet.chain)} wallet, {person.wallet.address}",
            wallets == [(person.wallet.chain, person.wallet.address)],
            wallets,
        )
        me = await person.get("/users/me")
        tell.fact(f"the token says who {person.name} is", me["id"] == person.user_id, me)
    tell.fact("they are two different accounts", stage.ada.user_id != stage.bela.user_id, stage.ada.user_id)
    try:
        await stage.api.get("/wallet/balances")
        refusal = "balances without a token"
    except RefusedError as error:
        refusal = f"{error.status} {error.code}"
    tell.fact("without a token nobody sees a balance (401)", refusal == "401 unauthenticated", refusal)


async def get_money(stage: Stage) -> None:
    """Both bring in money; asked twice with one key it comes once."""
    tell, key = stage.telling, new_key()
    tell.chapter("They get money")
    body = {"rail": "demo", "amount": str(DEPOSIT), "asset": ASSET}
    first = await stage.ada.command("/wallet/deposits", body, key)
    again = await stage.ada.command("/wallet/deposits", body, key)
    await stage.bela.command("/wallet/deposits", body)
    tell.fact(
        "asked for twice with the same key, Ada's deposit is the same one",
        first.body["id"] == again.body["id"] and again.headers.get("idempotency-replayed") == "true",
        f"{first.body['id']} and {again.body['id']}",
    )
    try:
        await stage.ada.command("/wallet/deposits", body | {"amount": "999.00"}, key)
        refusal = "a second deposit"
    except RefusedError as error:
        refusal = f"{error.status} {error.code}"
    tell.fact("the same key with another amount is refused", refusal == "409 idempotency_conflict", refusal)
    for person in stage.people:
        found = await person.until(
            "the deposit", partial(person.balance, ASSET), lambda seen: seen.available > 0, 30
        )
        tell.fact(f"{person.name} has {DEPOSIT} {ASSET}", found.available == DEPOSIT, found)


async def see_an_event(stage: Stage) -> None:
    """They find an event that the crawler opened from a venue's market, and compare the two."""
    tell = stage.telling
    tell.chapter("They see an event that the crawler opened from a venue's market")
    stage.event = event = await stage.find_event()
    venue = event["venue"]
    tell.say(f"“{event['title']}” locks in {seconds_until(event['locks_at']):.0f} s")
    for live in stage.lives:
        await live.follow(f"event.{stage.event_id}")
    market = await stage.api.get(f"/markets/{venue['venue']}/{venue['market_id']}")
    tell.fact(
        f"it comes from the market {venue['market_id'][:24]} of {venue['venue']}",
        market["title"] == event["title"] and [one["id"] for one in market["outcomes"]] == [NO, YES],
        market,
    )
    same = await stage.api.get("/events", venue=venue["venue"], market_id=venue["market_id"])
    tell.fact("that market has opened one event and no second one", len(same["data"]) == 1, same["data"])
    stage.opening = prices = [Decimal(outcome["price"]) for outcome in event["outcomes"]]
    tell.fact(f"its prices, NO {prices[NO]} and YES {prices[YES]}, add up to one", sum(prices) == 1, prices)
    odds = [Decimal(outcome["odds"]) for outcome in event["outcomes"]]
    tell.fact(
        "its odds are one divided by the price",
        all(abs(odd * price - 1) < Decimal("0.01") for odd, price in zip(odds, prices, strict=True)),
        odds,
    )
    found = await stage.api.get("/events", q=event["title"], limit=50)
    tell.fact(
        "searching for its title finds it",
        any(row["id"] == stage.event_id for row in found["data"]),
        [row["title"] for row in found["data"]],
    )
    listed = [row["created_at"] for row in (await stage.api.get("/events", sort="created_at:desc"))["data"]]
    tell.fact("the newest events are listed first", all(a >= b for a, b in pairwise(listed)), listed)


def _an(chain: str) -> str:
    return "an EVM" if chain == "evm" else "a Solana"
