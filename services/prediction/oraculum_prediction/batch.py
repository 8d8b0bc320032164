"""A batch in memory: tasks priced one after the other, markets apart, and what is decided so far.

Nothing here waits and nothing is written. A batch is priced again, from what is remembered, whenever one of its orders
drops out: the fills behind it were priced on a state that will not be.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from oraculum_kit.errors import ServiceError
from oraculum_money import Units
from oraculum_prediction.acting import act
from oraculum_prediction.bundles import edited_before, too_dear
from oraculum_prediction.draft import Doorkeeper, Draft, Filled, Step
from oraculum_prediction.errors import NotTogether
from oraculum_prediction.meeting import meet
from oraculum_prediction.memory import Market
from oraculum_prediction.placement import Act, Bundle, Task, Ticket
from oraculum_prediction.pricing import hold_for
from oraculum_prediction.pricing.matching import reserve_for
from oraculum_prediction.pricing.mechanisms import follows_from_shares
from oraculum_prediction.risk.errors import OrderHeld
from oraculum_prediction.subsidies import subsidise


@dataclass(slots=True)
class Priced:
    """One market's part of a batch: what was done, in order, and what was refused."""

    draft: Draft
    # An order that was filled by the market maker alone, as most are, is its fill; everything else is a step.
    steps: list[Filled | Step] = field(default_factory=list)
    refused: list[tuple[Task, ServiceError]] = field(default_factory=list)
    # Acts that found nothing to do.
    idle: list[Act] = field(default_factory=list)
    # Whether anything was done that a market does only while it trades.
    trades: bool = False

    @property
    def filled(self) -> Iterator[Filled]:
        """All fills in market sequence."""
        for step in self.steps:
            if isinstance(step, Step):
                yield from step.filled
            else:
                yield step

    def tickets(self) -> Iterator[Ticket]:
        """The orders that were accepted."""
        for step in self.steps:
            if isinstance(step.ticket, Ticket):
                yield step.ticket


def price(market: Market, tasks: Iterable[Task], now: datetime, gate: Doorkeeper) -> Priced:
    """Do what is asked of one market in the order of arrival; what has a verdict is refused unpriced."""
    priced = Priced(Draft(market, gate))
    for task in tasks:
        if isinstance(task, Bundle):
            refused = task.verdict or together(priced, task, now)
            if refused is not None:
                priced.refused.append((task, refused))
            continue
        result = task.verdict or _decide(priced.draft, task, now)
        if isinstance(result, ServiceError):
            priced.refused.append((task, result))
            continue
        if isinstance(task, Act) and isinstance(result, Step) and not result.told and not result.filled:
            priced.idle.append(task)
            continue
        _note(priced.draft, task, result)
        priced.steps.append(result)
        if task.needs_trading:
            priced.trades = True
    return priced


def together(priced: Priced, bundle: Bundle, now: datetime) -> ServiceError | None:
    """Fill all legs, each on what those before it left, or leave everything as it was and say why."""
    draft, way_back = priced.draft.fork(), priced.draft.gate.way_back()
    done: list[Filled | Step] = []
    refused = edited_before(draft, bundle)
    for leg in bundle.legs if refused is None else ():
        result = _decide(draft, leg, now)
        if isinstance(result, ServiceError):
            refused = _for_all(bundle, result)
            break
        _note(draft, leg, result)
        done.append(result)
    refused = refused or too_dear(bundle, done)
    if refused is not None:
        way_back()
        return refused
    priced.draft = draft
    priced.steps += done
    priced.trades = True
    return None


def _for_all(bundle: Bundle, refused: ServiceError) -> ServiceError:
    """The refusal of one leg, for all of them. Nothing is kept for somebody to look at: half of it would be."""
    if isinstance(refused, OrderHeld):
        bundle.verdict = refused = NotTogether()
    return refused


def _note(draft: Draft, task: Task, result: Filled | Step) -> None:
    """Count what was done, and note what whoever is told of it must know."""
    if task.needs_hold and isinstance(task, Ticket):
        _limit_slippage(task, result)
    if isinstance(result, Step):
        result.after_sequence = draft.sequence
    draft.gate.count(draft, result)


def worst_case(draft: Draft, ticket: Ticket) -> Units:
    """What filling this order can cost at most, whatever the price does until it is committed."""
    if ticket.placement.subsidy_asset:
        return Units(ticket.order.size)
    if ticket.is_plain and not len(draft.book):
        return hold_for(draft.state, ticket.order)
    return reserve_for(draft.state, ticket.taker(ticket.order, 0))


def by_event(tasks: Iterable[Task]) -> dict[UUID, list[Task]]:
    """Tasks by market, in order."""
    grouped: dict[UUID, list[Task]] = {}
    for task in tasks:
        grouped.setdefault(task.event_id, []).append(task)
    return grouped


def _decide(draft: Draft, task: Ticket | Act, now: datetime) -> Filled | Step | ServiceError:
    if isinstance(task, Act):
        return act(draft, task, now)
    if task.is_bare and not len(draft.book) and follows_from_shares(draft.state):
        return draft.trade(task)
    if task.placement.subsidy_asset:
        return subsidise(draft, task)
    return meet(draft, task, now)


def _limit_slippage(ticket: Ticket, result: Filled | Step) -> None:
    taken = result if isinstance(result, Filled) else result.taken
    if taken is not None and ticket.is_plain:
        ticket.limit_slippage(taken.fill)
