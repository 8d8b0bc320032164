"""Receipts: everything from which anybody can compute a trade again, and see that nobody was charged a unit too much.

A receipt stands for a group of fills: one taker and the makers it met, if any. It is a JSON object:

    formula        the formula's version; a change of the formula changes it
    state          the market before the group, as `canonical` writes it
    state_before   its fingerprint, in hexadecimal digits
    order          what was asked: outcome, side, kind, amount or shares, limit, time_in_force
    makers         the resting orders that it met, in the order of meeting: price, what was left, what was filled before,
                   and `priority`, their place in time; `own` on the one of the same person that it gave way to
    fills          what each one got: role, outcome, side, shares, gross, fee, net; purchases before sales
    rounding       what the rounding of all fills left in escrow, in 10^-12 units (see `matches` for less than zero)
    state_after    the fingerprint of the market after the group

Orders that expired or were cancelled on the way are not in it: nothing depends on them. Whole numbers are decimal strings.
To check it, `verify_receipt` trades the order again on that state against a book of those makers.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final
from uuid import UUID

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing.book import Book, Resting
from oraculum_prediction.pricing.canonical import Document, state_from_document, state_to_document
from oraculum_prediction.pricing.market import MarketState
from oraculum_prediction.pricing.matches import Match, MatchFill
from oraculum_prediction.pricing.matching import match
from oraculum_prediction.pricing.orders import Order, Refusal, Side
from oraculum_prediction.pricing.takers import OrderKind, SelfTrade, Taker, TimeInForce

# Who they are does not matter, only that they are two.
_SOMEBODY: Final = UUID(int=1)
_SOMEBODY_ELSE: Final = UUID(int=2)


def receipt(state: MarketState, taker: Taker, found: Match) -> Document:
    """Write the receipt of a match that was made on this state for this order."""
    order = taker.order
    return {
        "formula": found.formula_version,
        "state": state_to_document(state),
        "state_before": found.state_before.hex(),
        "order": {
            "order_id": str(taker.order_id),
            "outcome": order.outcome,
            "side": order.side.value,
            "kind": taker.kind.value,
            "amount": _text(order.amount),
            "shares": _text(order.shares),
            "limit": _text(order.limit),
            "time_in_force": taker.time_in_force.value,
        },
        "makers": [
            *(_maker(change.before) for change in found.makers if change.after or change.shares),
            *([_maker(found.blocked_by) | {"own": True}] if found.blocked_by else []),
        ],
        "fills": [_fill(each) for each in found.fills],
        "rounding": str(found.rounding_picounits),
        "state_after": found.state.state_hash.hex(),
    }


def verify_receipt(document: Mapping[str, Any]) -> list[str]:
    """Trade it again and name the members that come out differently; an empty list is a right receipt.

    A document that is no receipt at all raises ValueError or KeyError.
    """
    state, taker, found = _traded(document)
    if isinstance(found, Refusal):
        return [f"order: {found.message}"]
    again = receipt(state, taker, found)
    names = dict.fromkeys(chain(again, document))
    return [name for name in names if again.get(name) != document.get(name)]


def state_after(document: Mapping[str, Any]) -> MarketState:
    """Give the market that a right receipt leads to; ValueError where its order would be refused."""
    _, _, found = _traded(document)
    if isinstance(found, Refusal):
        raise ValueError(found.message)  # noqa: TRY004  the document is wrong, not a type
    return found.state


def _traded(document: Mapping[str, Any]) -> tuple[MarketState, Taker, Match | Refusal]:
    state, taker = state_from_document(document["state"]), _taker_of(document["order"])
    return state, taker, match(state, Book(map(_resting_of, document["makers"])), taker)


def _maker(resting: Resting) -> Document:
    return {
        "order_id": str(resting.order_id),
        "outcome": resting.outcome,
        "side": resting.side.value,
        "price": str(resting.price),
        "left": str(resting.left),
        "filled": str(resting.filled),
        "priority": str(resting.priority),
    }


def _fill(fill: MatchFill) -> Document:
    return {
        "order_id": str(fill.order_id),
        "role": fill.role.value,
        "outcome": fill.outcome,
        "side": fill.side.value,
        "shares": str(fill.shares),
        "gross": str(fill.gross),
        "fee": str(fill.fee),
        "net": str(fill.net),
    }


def _taker_of(document: Mapping[str, Any]) -> Taker:
    amount, shares, limit = (document[name] for name in ("amount", "shares", "limit"))
    order = Order(
        document["outcome"],
        Side(document["side"]),
        None if amount is None else Units(int(amount)),
        None if shares is None else Shares(int(shares)),
        None if limit is None else Price(int(limit)),
    )
    return Taker(
        UUID(document["order_id"]),
        _SOMEBODY,
        order,
        OrderKind(document["kind"]),
        TimeInForce(document["time_in_force"]),
        self_trade=SelfTrade.CANCEL_TAKER,
    )


def _resting_of(document: Mapping[str, Any]) -> Resting:
    return Resting(
        UUID(document["order_id"]),
        _SOMEBODY if document.get("own") else _SOMEBODY_ELSE,
        document["outcome"],
        Side(document["side"]),
        Price(int(document["price"])),
        Shares(int(document["left"])),
        int(document["priority"]),
        Shares(int(document["filled"])),
    )


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
