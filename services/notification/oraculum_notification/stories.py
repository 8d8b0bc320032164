"""Which channels say what when something happens, and who finds a notice. Pure: facts in, lines and notices out."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum.event.v1 import event_service_pb2 as event_pb
from oraculum.event.v1.events_fact_pb2 import EventsFact
from oraculum.market_data.v1.market_data_facts_pb2 import MarketsFact, QuotesFact, TradesFact
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum.prediction.v1.bets_fact_pb2 import BetsFact
from oraculum.prediction.v1.settlements_fact_pb2 import PositionSettled, SettlementsFact
from oraculum.wallet.v1 import wallet_service_pb2 as wallet_pb
from oraculum.wallet.v1.wallet_fact_pb2 import WalletFact
from oraculum_kit.timestamps import from_wire
from oraculum_notification import words
from oraculum_notification.records import Line, Notice

Told = Line | Notice

_KINDS: Final = {
    value: name.removeprefix("TRANSFER_KIND_").lower() for name, value in wallet_pb.TransferKind.items()
}
_ALL_BETS: Final = "predictions.global"
_ALL_EVENTS: Final = "events"


def of_bet(fact: BetsFact, time: datetime) -> Iterator[Told]:
    """Somebody bet: everybody sees the price move, they themselves see their bet; what rests of it is theirs alone."""
    match fact.WhichOneof("fact"):
        case "order_filled":
            yield from _filled(fact, time)
        case "order_opened":
            order = fact.order_opened.order
            yield Line(f"user.{order.user_id}", "prediction.opened", words.order(order), time)
        case "order_ended":
            order = fact.order_ended.order
            yield Line(f"user.{order.user_id}", "prediction.ended", words.order(order), time)


def _filled(fact: BetsFact, time: datetime) -> Iterator[Told]:
    fill = fact.order_filled.fill
    data = words.fill(fill)
    if fill.role == prediction_pb.FILL_ROLE_SUBSIDY:
        # Nothing was traded and no price moves; whoever gave it was answered.
        return
    if fill.role == prediction_pb.FILL_ROLE_SET:
        # Sets that became cash are no trade, and move no price: only whoever had them hears of the cash.
        if fill.gross.units:
            yield Line(f"user.{fill.user_id}", "prediction.submitted", {**data, "id": fill.order_id}, time)
        return
    yield Line(f"event.{fact.event_id}", "prediction.submitted", data, time)
    yield Line(_ALL_BETS, "prediction.submitted", data, time)
    own = {**data, "id": fill.order_id, "fee": words.amount(fill.fee)}
    yield Line(f"user.{fill.user_id}", "prediction.submitted", own, time)


def of_event(fact: EventsFact, time: datetime) -> Iterator[Told]:
    """An event took a step."""
    kind = fact.WhichOneof("fact")
    if kind is None:
        return
    event: event_pb.Event = getattr(fact, kind).event
    said = "event.created" if kind == "event_opened" else kind.replace("_", ".", 1)
    data = words.event(event)
    for channel in (f"event.{fact.event_id}", _ALL_EVENTS, f"{_ALL_EVENTS}.{event.category}"):
        yield Line(channel, said, data, time)


def of_settlement(fact: SettlementsFact, time: datetime) -> Iterator[Told]:
    """Somebody was paid, or everybody was."""
    match fact.WhichOneof("fact"):
        case "position_settled":
            yield from _position_settled(fact.event_id, fact.position_settled, time)
        case "market_settled":
            settled = fact.market_settled
            data = {
                "event_id": fact.event_id,
                "revision": settled.revision,
                "positions_paid": settled.positions_paid,
                "paid": words.amount(settled.paid),
                "asset": settled.paid.asset,
            }
            yield Line(f"event.{fact.event_id}", "prediction.settled", data, time)


def of_wallet(fact: WalletFact, time: datetime) -> Iterator[Told]:
    """Money moved."""
    match fact.WhichOneof("fact"):
        case "balance_changed":
            change = fact.balance_changed
            data = {
                "kind": _KINDS[change.kind],
                "asset": change.change.asset,
                "change": words.amount(change.change),
                "available": words.amount(change.available),
                "event_id": change.event_id or None,
                "reference_id": change.reference_id or None,
            }
            yield Line(f"user.{fact.user_id}", "balance.updated", data, time)
        case "deposit_credited":
            deposit = fact.deposit_credited.deposit
            sum_text = f"{words.amount(deposit.amount)} {deposit.amount.asset}"
            yield Notice(
                user_id=UUID(fact.user_id),
                cause=f"deposit:{deposit.deposit_id}",
                kind="deposit.credited",
                title=f"{sum_text} arrived",
                body="Your deposit was credited and is free to use.",
                data={"deposit_id": deposit.deposit_id},
                occurred_at=time,
            )


def of_user(fact: UsersFact, time: datetime) -> Iterator[Told]:
    """Somebody came, or was signed out."""
    match fact.WhichOneof("fact"):
        case "user_registered":
            yield Notice(
                user_id=UUID(fact.user_registered.user_id),
                cause="welcome",
                kind="welcome",
                title="Welcome to Oraculum",
                body="Bring in some money, pick an event, and back what you believe.",
                data={},
                occurred_at=time,
            )
        case "session_revoked" if fact.session_revoked.reason == "refresh_token_reused":
            revoked = fact.session_revoked
            yield Notice(
                user_id=UUID(revoked.user_id),
                cause=f"session:{revoked.session_id}",
                kind="session.revoked",
                title="A session was ended for your safety",
                body="Its refresh token was used twice, so somebody may have copied it. Sign in again.",
                data={"session_id": revoked.session_id},
                occurred_at=time,
            )


def of_market(fact: MarketsFact, time: datetime) -> Iterator[Told]:
    """A venue changed a market."""
    market = fact.venue_market_changed.market
    yield Line(
        f"market.{market.venue}.{market.venue_market_id}", "market.updated", words.market(market), time
    )


def of_quote(fact: QuotesFact, time: datetime) -> Iterator[Told]:
    """A venue's price moved."""
    quote = fact.venue_quote_changed.quote
    yield Line(f"market.{quote.venue}.{quote.venue_market_id}", "market.quote", words.quote(quote), time)


def of_trade(fact: TradesFact, time: datetime) -> Iterator[Told]:
    """Somebody traded on a venue."""
    trade = fact.venue_traded.trade
    yield Line(f"market.{trade.venue}.{trade.venue_market_id}", "market.trade", words.trade(trade), time)


def notice_line(notification_id: UUID, notice: Notice) -> Line:
    """What a person's own channel says of a new notice."""
    data = {
        "id": str(notification_id),
        "kind": notice.kind,
        "title": notice.title,
        "body": notice.body,
        "data": notice.data,
    }
    return Line(f"user.{notice.user_id}", "notification", data, notice.occurred_at)


def _position_settled(event_id: str, settled: PositionSettled, time: datetime) -> Iterator[Told]:
    data = {
        "event_id": event_id,
        "revision": settled.revision,
        "payout": words.amount(settled.payout),
        "profit_loss": words.amount(settled.profit_loss),
        "asset": settled.payout.asset,
        "refunded": settled.refunded,
    }
    yield Line(f"user.{settled.user_id}", "prediction.settled", data, from_wire(settled.settled_at))
    title, body = _settled_words(settled)
    yield Notice(
        user_id=UUID(settled.user_id),
        cause=f"settled:{event_id}:{settled.revision}",
        kind="prediction.settled",
        title=title,
        body=body,
        data={"event_id": event_id},
        occurred_at=time,
    )


def _settled_words(settled: PositionSettled) -> tuple[str, str]:
    paid = f"{words.amount(settled.payout)} {settled.payout.asset}"
    if settled.refunded:
        return f"{paid} came back", "The event was called off; your shares were paid their void price."
    if settled.payout.units > 0:
        return f"You won {paid}", "The event was resolved and your shares were paid."
    return "No win this time", "The event was resolved against the shares that you held."
