"""A batch in memory: orders priced one after the other, markets apart, and what is decided so far.

Nothing here waits and nothing is written. A batch is priced again, from what is remembered, whenever one of its orders
drops out: the fills behind it were priced on a state that will not be.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from oraculum_kit.errors import ServiceError
from oraculum_kit.ids import uuid7
from oraculum_money import Units
from oraculum_prediction.memory import Draft, Market
from oraculum_prediction.placement import Ticket
from oraculum_prediction.pricing import hold_for
from oraculum_prediction.repository.batches import Filled


@dataclass(slots=True)
class Priced:
    """One market's part of a batch: the orders that fit, in order, and those that do not."""

    draft: Draft
    filled: list[Filled] = field(default_factory=list)
    refused: list[tuple[Ticket, ServiceError]] = field(default_factory=list)


def price(market: Market, tickets: Iterable[Ticket]) -> Priced:
    """Price the orders of one market in the order of their arrival; those with a verdict are refused unpriced."""
    priced = Priced(Draft(market))
    for ticket in tickets:
        result = ticket.verdict or priced.draft.trade(ticket.placement.user_id, ticket.order)
        if isinstance(result, ServiceError):
            priced.refused.append((ticket, result))
            continue
        if ticket.needs_hold:
            ticket.limit_slippage(result)
        draft = priced.draft
        priced.filled.append(
            Filled(ticket, result, draft.sequence, uuid7(), draft.state.prices, draft.volume_units)
        )
    return priced


def worst_case(draft: Draft, ticket: Ticket) -> Units:
    """What filling this order can cost at most, whatever the price does until it is committed."""
    return hold_for(draft.state, ticket.order)


def by_event(tickets: Iterable[Ticket]) -> dict[UUID, list[Ticket]]:
    """Orders by market, in order."""
    grouped: dict[UUID, list[Ticket]] = {}
    for ticket in tickets:
        grouped.setdefault(ticket.event_id, []).append(ticket)
    return grouped
