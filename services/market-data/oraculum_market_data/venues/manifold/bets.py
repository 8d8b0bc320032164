"""Manifold's bets: trades, limit orders, and what the venue books as bets without anybody having made one.

A limit order is a bet with `limitProb`; until it is filled nothing was traded. A later fill changes the bet under the
same id, so bets are upserted. Redemptions (opposite shares netted) and the ante (a market's seed) count in no volume.
"""

from decimal import Decimal

import msgspec

from oraculum_market_data.decoding import Decoded, Reader, Source, details_of
from oraculum_market_data.figures import finite
from oraculum_market_data.normal import Direction, Fill, Item, Order, Reference, Trade, Venue
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept, optional_figure
from oraculum_market_data.venues.manifold.vocabulary import (
    kept_time,
    optional_probability,
    probability,
    time_of,
)
from oraculum_market_data.venues.manifold.wire import BetFill, ManifoldBet

_read_bet = Reader(ManifoldBet)
_read_fields = Reader(dict[str, msgspec.Raw])


def decode_bet(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a bet."""
    into.items += bet_items(raw, source)


def decode_comment(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a comment."""
    into.items.append(comment(raw, source))


def bet_items(raw: msgspec.Raw, source: Source) -> list[Item]:
    """Translate a bet: to an order where it has a limit, to a trade where something was filled."""
    wire = _read_bet(raw)
    if not wire.id:
        # What is answered to whoever placed a bet calls its id so.
        wire = msgspec.structs.replace(wire, id=wire.bet_id)
    if not wire.id or not wire.contract_id:
        raise Refused("id" if wire.contract_id else "contractId", "empty")
    items: list[Item] = []
    if wire.limit_prob is not None:
        items.append(_order(wire, wire.limit_prob, source))
    if wire.limit_prob is None or wire.amount:
        items.append(_trade(wire, source))
    return items


def comment(raw: msgspec.Raw, source: Source) -> Reference:
    """Hand on a comment as it is."""
    details = details_of(_read_fields(raw))
    return Reference(
        venue=Venue.MANIFOLD,
        what="comment",
        id=details.pop("id", None),
        market_id=details.pop("contractId", None),
        details=details,
        received_at=source.received_at,
    )


def _trade(wire: ManifoldBet, source: Source) -> Trade:
    amount = finite(wire.amount, "amount")
    shares = finite(wire.shares, "shares")
    is_sale = amount < 0 or shares < 0
    return Trade(
        venue=Venue.MANIFOLD,
        market_id=wire.contract_id,
        outcome_id=wire.answer_id or wire.outcome,
        id=wire.id,
        price=optional_probability(wire.prob_after, "probAfter"),
        price_before=optional_probability(wire.prob_before, "probBefore"),
        size=shares.copy_abs(),
        shares=shares,
        amount=amount,
        ordered=optional_figure(wire.order_amount, "orderAmount"),
        direction=Direction.SELL if is_sale else Direction.BUY,
        original_side=wire.outcome,
        is_counted=bool(amount) and not wire.is_redemption and not wire.is_ante,
        trader_id=wire.user_id,
        fees={name: finite(fee, "fees") for name, fee in (wire.fees or {}).items()},
        fills=tuple(_fill(fill) for fill in wire.fills or ()),
        venue_time=time_of(wire.created_time, "createdTime"),
        received_at=source.received_at,
    )


def _order(wire: ManifoldBet, limit: Decimal, source: Source) -> Order:
    kept = Kept()
    asked = wire.amount if wire.order_amount is None else wire.order_amount
    return Order(
        venue=Venue.MANIFOLD,
        market_id=wire.contract_id,
        outcome_id=wire.answer_id or wire.outcome,
        id=wire.id,
        original_side=wire.outcome,
        price=probability(limit, "limitProb"),
        amount=finite(asked, "orderAmount"),
        filled=finite(wire.amount, "amount"),
        shares=finite(wire.shares, "shares"),
        is_filled=bool(wire.is_filled),
        is_cancelled=bool(wire.is_cancelled),
        trader_id=wire.user_id,
        expires_at=kept_time(kept, "expires_at", wire.expires_at),
        probability=optional_probability(wire.prob_after, "probAfter"),
        venue_time=time_of(wire.created_time, "createdTime"),
        received_at=source.received_at,
    )


def _fill(wire: BetFill) -> Fill:
    return Fill(
        amount=finite(wire.amount, "fills.amount"),
        shares=finite(wire.shares, "fills.shares"),
        at=time_of(wire.timestamp, "fills.timestamp"),
        matched_id=wire.matched_bet_id,
        is_sale=wire.is_sale,
    )
