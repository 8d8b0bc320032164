"""Subsidies: anybody adds liquidity to a market that trades, and no price moves.

A subsidy is an order like any other on its way through the engine, so that nothing new can go wrong with its money: its key
makes it once, its money is held before it is decided, the commit names the market's version, what a crash leaves behind is
swept, and wallet moves the money by a fill in market sequence, which settlement waits for. What the fill trades is nothing: no
share, only the gross that comes into the escrow. Whoever gives it gets nothing back; what the market does not lose of it is the
house's result.
"""

from collections.abc import Mapping
from typing import Any, Final

from oraculum_kit.errors import InvalidArgument, ServiceError, Violation
from oraculum_kit.ids import uuid7
from oraculum_money import INT64_MAX, Shares, Units
from oraculum_prediction import statuses
from oraculum_prediction.draft import Draft, Filled, Step
from oraculum_prediction.meeting import new_row, with_fill
from oraculum_prediction.placement import Ticket
from oraculum_prediction.pricing import Fill, MakerState, ParimutuelState
from oraculum_prediction.pricing.canonical import Document, state_from_document, state_to_document
from oraculum_prediction.pricing.mechanisms import deepened

FORMULA_VERSION_SUBSIDY: Final = "oraculum/subsidy/1"

_NOTHING: Final = Units(0)


def subsidise(draft: Draft, ticket: Ticket) -> Step | ServiceError:
    """Let a market have all the liquidity that a subsidy pays for, or say why not."""
    units = ticket.order.amount
    if units is None:
        raise ValueError("a subsidy is an amount")
    if ticket.placement.subsidy_asset != draft.asset:
        return _refused("amount.asset", f"is not what this market trades in, which is {draft.asset}")
    if draft.escrow_units + units > INT64_MAX:
        return _refused("amount.units", "is more than an account can hold")
    refused = draft.gate.refuses_gift(ticket, draft, units)
    if refused is not None:
        return refused
    state = draft.state
    try:
        after = deepened(state, units)
    except ValueError as error:
        return _refused("amount.units", str(error))
    fill = Fill(
        order=ticket.order,
        shares=Shares(0),
        gross=units,
        fee=_NOTHING,
        net=units,
        rounding_picounits=0,
        price_before=state.prices[0],
        price_after=after.prices[0],
        state_before=state.state_hash,
        state_after=after.state_hash,
        formula_version=FORMULA_VERSION_SUBSIDY,
    )
    draft.deepen(after, units)
    step = Step(ticket, document=receipt_of(state, after, units))
    step.filled.append(
        Filled(
            ticket,
            fill,
            draft.sequence,
            uuid7(),
            after.prices,
            draft.volume_units,
            draft.sequence,
            statuses.SUBSIDY,
        )
    )
    row = new_row(ticket, ticket.order, statuses.FILLED, asset=draft.asset)
    row = with_fill(row, step.filled[0])
    draft.orders[row.order_id] = step.row = row
    draft.made[row.order_id] = ticket
    return step


def receipt_of(state: MakerState, after: MakerState, units: Units) -> Document:
    """The receipt of a subsidy: the market before it and after it, and what came in."""
    return {
        "formula": FORMULA_VERSION_SUBSIDY,
        "state": state_to_document(state),
        "state_before": state.state_hash.hex(),
        "gross": str(units),
        "after": state_to_document(after),
        "state_after": after.state_hash.hex(),
    }


def verify_subsidy(document: Mapping[str, Any]) -> list[str]:
    """Add the liquidity again and name the members that come out differently."""
    state, units = before(document), Units(int(document["gross"]))
    again = receipt_of(state, deepened(state, units), units)
    return [name for name in again if again[name] != document.get(name)]


def before(document: Mapping[str, Any]) -> MakerState:
    """The market that was subsidised."""
    return _state(document["state"])


def after(document: Mapping[str, Any]) -> MakerState:
    """The market that a subsidy left."""
    return _state(document["after"])


def _state(document: Mapping[str, Any]) -> MakerState:
    state = state_from_document(document)
    if isinstance(state, ParimutuelState):
        raise ValueError("only a market maker is subsidised")  # noqa: TRY004  the document is wrong, not a type
    return state


def _refused(field: str, message: str) -> InvalidArgument:
    return InvalidArgument(violations=[Violation(field, message)])
