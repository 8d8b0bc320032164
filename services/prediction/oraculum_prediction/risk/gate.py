"""Risk at the door of one market, while one batch prices it: what may pass, and what has passed.

    gate.refuses(ticket, draft, proposal)    before a draft takes a trade
    gate.count(draft, done)                  after it has taken one, or an act

What a trade uses is read from what it changed: holdings and resting orders before and after. So whatever a market learns
to do, taking, resting, being met, ending, merging, is counted the same way.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from oraculum_kit.errors import ServiceError
from oraculum_money import Units
from oraculum_prediction.draft import Draft, Filled, Proposal, Step
from oraculum_prediction.memory import NOTHING, Holding, Market
from oraculum_prediction.placement import Ticket
from oraculum_prediction.pricing import Side
from oraculum_prediction.risk.abuse import suspicion
from oraculum_prediction.risk.book import Maker, Person, Used
from oraculum_prediction.risk.company import Asked, Companies
from oraculum_prediction.risk.errors import OrderHeld
from oraculum_prediction.risk.house import exposure
from oraculum_prediction.risk.limits import NO_USE, Purchase, Use
from oraculum_prediction.risk.origin import UNKNOWN
from oraculum_prediction.wire import OrderRow

_NOTHING: Final = Units(0)


class Gate:
    """What risk has to say about one pricing of one market; a new one takes back what the last one counted."""

    def __init__(self, market: Market, used: Used, companies: Companies) -> None:
        self._market = market
        self._used = used
        self._companies = companies
        self._holdings: dict[tuple[UUID, int], Holding] = {}
        self._needed: dict[UUID, Units] = {}
        used.begin(market.event_id)

    def refuses(self, ticket: Ticket, draft: Draft, proposal: Proposal) -> ServiceError | None:
        """Why an order must not trade as proposed, if it must not; `OrderHeld` where somebody shall look at it."""
        person = Person(ticket.user_id, self._market.asset, ticket.placement.origin.tier)
        purchase, maker = None, None
        if ticket.order.side is Side.BUY:
            purchase = Purchase(
                Units(max(0, proposal.cost_units - proposal.freed_units)),
                Units(self._at_stake(draft, ticket.user_id) - proposal.freed_units),
                self._market.category,
            )
            maker = self._maker(draft, proposal)
        refused = self._used.check(person, self._market.event_id, purchase, maker)
        return refused or self._held(ticket, person, proposal)

    def count(self, draft: Draft, done: Filled | Step) -> None:
        """Count what was done, for everybody whom it touched."""
        fills = (done,) if isinstance(done, Filled) else done.filled
        uses: defaultdict[UUID, Use] = defaultdict(lambda: NO_USE)
        for fill in fills:
            user_id = fill.ticket.user_id
            if user_id is not None:
                uses[user_id] = uses[user_id].plus(self._traded(draft, user_id, fill))
        if isinstance(done, Step):
            for row in _touched(draft, done):
                change = Units(row.still_needed_units - self._before(row))
                self._needed[row.order_id] = row.still_needed_units
                uses[row.user_id] = uses[row.user_id].plus(NO_USE._replace(resting_units=change))
        asker = done.ticket.user_id if isinstance(done.ticket, Ticket) else None
        if asker is not None:
            uses[asker] = uses[asker].plus(NO_USE._replace(minute_orders=1, week_orders=1))
        for user_id, use in uses.items():
            if use != NO_USE:
                person = Person(user_id, self._market.asset, UNKNOWN.tier)
                self._used.count(self._market.event_id, person, self._market.category, use)

    def _held(self, ticket: Ticket, person: Person, proposal: Proposal) -> OrderHeld | None:
        """Whether somebody shall look at it. Asked once, before any money is touched; edits go on as what they change."""
        placement = ticket.placement
        if ticket.screened or placement.origin.cleared or placement.replaces is not None:
            return None
        ticket.screened = True
        if ticket.held_units is not None:
            return None
        asked = Asked(
            ticket.user_id,
            ticket.event_id,
            ticket.order.outcome,
            ticket.order.side,
            placement.origin,
        )
        found = suspicion(
            proposal.cost_units,
            self._used.used(person),
            self._used.limits(person),
            self._companies.of(asked),
        )
        if found.score < self._used.policy.review_score:
            return None
        held = OrderHeld(found, proposal)
        ticket.verdict = held
        return held

    def _traded(self, draft: Draft, user_id: UUID, filled: Filled) -> Use:
        key = (user_id, filled.fill.order.outcome)
        before = self._holdings.get(key) or self._market.people[user_id].get(key[1], NOTHING)
        after = self._holdings[key] = draft.changed[key]
        result = Units(after.realised_units - before.realised_units)
        bought = filled.fill.order.side is Side.BUY
        stake = filled.fill.net if bought else _NOTHING
        return NO_USE._replace(
            open_units=Units(after.cost_units - before.cost_units),
            day_stake_units=stake,
            week_stake_units=stake,
            day_sold_units=_NOTHING if bought else filled.fill.net,
            day_result_units=result,
            week_result_units=result,
        )

    def _before(self, row: OrderRow) -> Units:
        if row.order_id in self._needed:
            return self._needed[row.order_id]
        known = self._market.orders.get(row.order_id)
        return known.still_needed_units if known is not None else _NOTHING

    def _at_stake(self, draft: Draft, user_id: UUID) -> Units:
        """What a person has at stake in this market, resting purchases included."""
        held = sum(draft.holding(user_id, each).cost_units for each in self._outcomes(draft, user_id))
        resting = draft.orders_of(user_id) if draft.resting_count(user_id) else ()
        return Units(held + sum(row.still_needed_units for row in resting))

    def _outcomes(self, draft: Draft, user_id: UUID) -> set[int]:
        changed = {outcome for who, outcome in draft.changed if who == user_id} if draft.changed else set()
        return changed | self._market.people[user_id].keys()

    def _maker(self, draft: Draft, proposal: Proposal) -> Maker | None:
        if not self._used.policy.house:
            return None
        subsidy = self._market.subsidy_units
        after = Units(draft.escrow_units + proposal.paid_in_units)
        return Maker(
            exposure(subsidy, draft.escrow_units, draft.state.sold),
            exposure(subsidy, after, proposal.state.sold),
        )


def _touched(draft: Draft, step: Step) -> Iterator[OrderRow]:
    """The orders that a step made, met or ended, as the draft leaves them, each once."""
    order_ids = {told.row.order_id for told in step.told}
    order_ids |= {fill.ticket.order_id for fill in step.filled}
    if step.row is not None:
        order_ids.add(step.row.order_id)
    for order_id in order_ids:
        row = draft.orders.get(order_id)
        if row is not None:
            yield row
