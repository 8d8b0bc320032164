"""The act of a program: a key of Ada's signs its requests, and the typed client speaks for it."""

from decimal import Decimal
from typing import Final

from oraculum_client import ApiKey, AsyncOraculum, Problem
from oraculum_client.shapes_generated import Prediction
from oraculum_dev.demo.stage import YES, Stage

STAKE: Final = Decimal("1.00")
# As patient as the people of the story, whatever is restarted meanwhile.
ATTEMPTS: Final = 20


async def look_back(stage: Stage) -> None:
    """It reads what Ada did, is refused what she was refused, and bets where it still can."""
    tell, bet = stage.telling, stage.bets[0]
    tell.chapter("A program of Ada's looks back with a key, and bets on")
    key = (
        await stage.ada.command("/auth/api-keys", {"name": "Ada's program", "scopes": ["read", "trade"]})
    ).body
    signing = ApiKey(key["id"], key["secret"])
    async with AsyncOraculum(stage.api.url, credentials=signing, attempts=ATTEMPTS) as api:
        seen = await api.get_prediction(bet.body["id"])
        tell.fact(
            f"it reads Ada's first bet as she made it, and that it brought {seen.profit_loss}",
            (seen.shares, seen.amount, seen.status) == (bet.shares, bet.amount, "settled")
            and seen.profit_loss is not None,
            seen,
        )
        portfolio = await api.get_portfolio()
        tell.fact("it reads what she holds", portfolio is not None, portfolio)
        refusal = await _refused(api, stage)
        tell.fact("it is refused a bet on what is resolved", refusal == "409 market_not_open", refusal)
        placed = await _bet_elsewhere(api, stage)
        if placed is None:
            tell.say("nothing else is open to bet on")
            return
        tell.fact(
            f"it bets {STAKE} on something else, without a limit, and gets {placed.shares} shares",
            placed.user_id == stage.ada.user_id and placed.limit_price is None and placed.shares > STAKE,
            placed,
        )


async def _refused(api: AsyncOraculum, stage: Stage) -> str:
    try:
        bet = await api.place_prediction(event_id=stage.event_id, outcome=YES, side="buy", amount=STAKE)
    except Problem as problem:
        return f"{problem.status} {problem.code}"
    return f"bet {bet.id}"


async def _bet_elsewhere(api: AsyncOraculum, stage: Stage) -> Prediction | None:
    """A bet on the first other event that takes one; some close while we look."""
    for event in (await api.list_events(status="active", limit=20)).data:
        if event.id == stage.event_id:
            continue
        try:
            return await api.place_prediction(event_id=event.id, outcome=YES, side="buy", amount=STAKE)
        except Problem as problem:
            if problem.code != "market_not_open":
                raise
    return None
