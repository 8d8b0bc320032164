"""The second act: one buys YES, the other NO, one sells half; everybody sees it, and the price obeys the formula."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from oraculum_dev.demo import fills, lmsr
from oraculum_dev.demo.api import RefusedError, new_key
from oraculum_dev.demo.live import Message
from oraculum_dev.demo.person import Person
from oraculum_dev.demo.stage import ASSET, NO, YES, Bet, Stage

STAKE = Decimal("20.00")
SHARES = Decimal("30.00")
SOCKET_SECONDS = 45.0


async def bet(stage: Stage) -> None:
    """Everything that happens before the lock; what can be looked at later is looked at later."""
    tell = stage.telling
    tell.chapter("One buys YES, the other NO, and one of them sells half")
    quoted = await stage.api.get(
        f"/events/{stage.event_id}/quote", outcome=YES, side="buy", amount=str(STAKE)
    )
    key = new_key()
    yes = await _place(stage, stage.ada, YES, "buy", key=key, amount=STAKE)
    no = await _place(stage, stage.bela, NO, "buy", shares=SHARES)
    sold = await _place(stage, stage.ada, YES, "sell", shares=_half(yes.shares))
    stage.bets = [yes, no, sold]
    refusal = await _refused(stage)
    tell.fact("a bet beyond its price limit is refused", refusal == "409 slippage_exceeded", refusal)
    again = await stage.ada.command("/predictions", _body(stage, YES, "buy", amount=STAKE), key)
    tell.fact(
        "Ada's first bet asked again with its key is the same bet",
        again.body["id"] == yes.body["id"] and again.headers.get("idempotency-replayed") == "true",
        again.body,
    )
    tell.fact(
        f"Ada stakes {STAKE} {ASSET} on YES and gets {yes.shares} shares at {yes.price}",
        yes.amount == STAKE and yes.shares > STAKE,
        yes.body,
    )
    tell.fact(
        f"Bela takes {SHARES} shares of NO for {no.amount} and a fee of {no.fee}",
        no.shares == SHARES and no.amount < SHARES,
        no.body,
    )
    tell.fact(
        f"Ada sells half, {sold.shares} shares, for {sold.amount} less a fee of {sold.fee}",
        sold.side == "sell" and sold.amount < sold.shares and sold.fee >= 0,
        sold.body,
    )
    if quoted["sequence"] == yes.body["sequence"] - 1:
        promised = [Decimal(quoted[name]) for name in ("shares", "gross", "fee")]
        tell.fact("the bet came to what was quoted", promised == [yes.shares, yes.amount, yes.fee], quoted)
    await _check_prices(stage)
    await _hear_bets(stage)


async def _place(
    stage: Stage, person: Person, outcome: int, side: str, key: str | None = None, **quantity: Decimal
) -> Bet:
    body = _body(stage, outcome, side, **quantity)
    told = (await person.command("/predictions", body, key)).body
    figures = {name: Decimal(told[name]) for name in ("shares", "amount", "fee", "price")}
    return Bet(person=person, outcome=outcome, side=side, body=told, **figures)


def _body(stage: Stage, outcome: int, side: str, **quantity: Decimal) -> dict[str, Any]:
    figures = {name: str(value) for name, value in quantity.items()}
    return {"event_id": stage.event_id, "outcome": outcome, "side": side, **figures}


async def _refused(stage: Stage) -> str:
    """What is said to a bet whose limit the price has passed."""
    body = _body(stage, YES, "buy", amount=STAKE) | {"max_price": "0.010000"}
    try:
        await stage.bela.command("/predictions", body)
    except RefusedError as error:
        if error.code == "market_not_open":
            raise
        return f"{error.status} {error.code}"
    return "a bet"


async def _check_prices(stage: Stage) -> None:
    """Compute anew what every trade should have cost and where it should have left the price."""
    tell = stage.telling
    tell.chapter("The price moves as the market maker's formula says")
    rows = (await stage.api.get(f"/events/{stage.event_id}/trades", limit=100))["data"]
    trades = fills.in_order(rows)
    ours = {bet.body["sequence"]: bet for bet in stage.bets}
    tell.fact(
        "all three bets are among the event's trades", ours.keys() <= {t.sequence for t in trades}, rows
    )
    numbers = [trade.sequence for trade in trades]
    tell.fact(
        "the trades are numbered without a gap",
        numbers == list(range(numbers[0], numbers[0] + len(numbers))),
        numbers,
    )
    tell.say(f"b = {stage.liquidity}, opened at NO {stage.opening[NO]}, YES {stage.opening[YES]}")
    before = stage.opening
    for trade in trades:
        expected = lmsr.price_after(stage.liquidity, before[trade.outcome], trade.shares)
        tell.say(
            f"trade {trade.sequence}: {trade.shares:+} {'YES' if trade.outcome else 'NO'} for {trade.amount:+}"
            f", price {before[trade.outcome]} to {trade.prices[trade.outcome]} (computed {expected:.6f})"
        )
        before = list(trade.prices)
    wrong = fills.wrong_costs(stage.liquidity, stage.opening, trades)
    tell.fact("every trade cost what b·ln(1 + p·(exp(d/b)-1)) gives", not wrong, wrong)
    wrong = fills.wrong_prices(stage.liquidity, stage.opening, trades)
    tell.fact("every trade left the price where the formula leaves it", not wrong, wrong)
    tell.fact("after every trade the prices add up to one", all(sum(t.prices) == 1 for t in trades), trades)
    allowed = fills.whole_way(stage.liquidity, stage.opening, trades, YES)
    tell.fact(
        f"all trades in one step lead to the same price of YES, {trades[-1].prices[YES]}",
        trades[-1].prices[YES] in allowed,
        allowed,
    )
    yes, no, sold = stage.bets
    moves = [Decimal(bet.body["prices_after"][YES]) for bet in (yes, no, sold)]
    tell.fact(
        f"buying YES raised its price to {moves[0]}, NO lowered it to {moves[1]}, selling to {moves[2]}",
        moves[0] > stage.opening[YES] and moves[0] > moves[1] > moves[2],
        moves,
    )


async def _hear_bets(stage: Stage) -> None:
    """Both see all three bets on the event's channel, and their own on their own."""
    tell = stage.telling
    tell.chapter("Both see it on their sockets")
    for person, live in zip(stage.people, stage.lives, strict=True):
        for bet in stage.bets:
            number = bet.body["sequence"]
            await live.hear(
                f"trade {number} on the event's channel",
                _is_trade(f"event.{stage.event_id}", number),
                SOCKET_SECONDS,
            )
        heard = [message for message in live.heard if message.channel == f"event.{stage.event_id}"]
        own = {bet.body["sequence"]: bet for bet in stage.bets}
        seen = {m.data["sequence"]: Decimal(m.data["shares"]) for m in heard if m.data.get("sequence") in own}
        tell.fact(
            f"{person.name} sees all three bets, with the shares that were really traded",
            seen == {number: bet.shares for number, bet in own.items()},
            seen,
        )
        mine = [bet for bet in stage.bets if bet.person is person]
        for bet in mine:
            await live.hear(
                f"{person.name}'s own bet",
                _is_trade(f"user.{person.user_id}", bet.body["sequence"]),
                SOCKET_SECONDS,
            )
        ids = [
            m.data["id"]
            for m in live.heard
            if m.channel.startswith("user.") and m.kind == "prediction.submitted"
        ]
        tell.fact(
            f"on {person.name}'s own channel are {person.name}'s {len(mine)} and nobody else's",
            ids == [bet.body["id"] for bet in mine],
            ids,
        )


def _is_trade(channel: str, number: int) -> Callable[[Message], bool]:
    def holds(message: Message) -> bool:
        return (
            message.channel == channel
            and message.kind == "prediction.submitted"
            and message.data["sequence"] == number
        )

    return holds


def _half(shares: Decimal) -> Decimal:
    return (shares / 2).quantize(Decimal("0.000001"))
