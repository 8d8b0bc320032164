"""Risk at the door of one market, while one batch prices it: what may pass, and what has passed.

    gate.refuses(ticket, draft, proposal)    before a draft takes a trade
    gate.count(draft, done)                  after it has taken one, or an act

What a trade uses is read from what it changed: holdings and resting orders before and after. So whatever a market learns
to do, taking, resting, being met, ending, merging, is counted the same way.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final
from uuid import UUID

from oraculum_kit.errors import ServiceError
from oraculum_money import Units
from oraculum_prediction import statuses
from oraculum_prediction.draft import Draft, Filled, Proposal, Step
from oraculum_prediction.memory import NOTHING, Holding, Market
from oraculum_prediction.placement import Ticket
from oraculum_prediction.pricing import Side
from oraculum_prediction.risk.abuse import ALONE, suspicion
from oraculum_prediction.risk.book import Maker, Person, Standing, Used
from oraculum_prediction.risk.company import Asked, Companies
from oraculum_prediction.risk.errors import EditNeedsReview, OrderHeld
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
        origin = ticket.placement.origin
        person = asker(ticket, self._market.asset)
        standing = self._used.standing(person)
        # Speed is a person's own: what was let pass, and the sale of a trigger, waits for nobody.
        refused = None if origin.cleared else self._used.hurries(person, standing)
        if refused is None and ticket.order.side is Side.BUY:
            purchase = Purchase(
                Units(max(0, proposal.cost_units - proposal.freed_units)),
                Units(self._at_stake(draft, ticket.user_id) - proposal.freed_units),
                self._market.category,
            )
            refused = self._used.check(
                person, standing, self._market.event_id, purchase, self._maker(draft, proposal)
            )
        return refused or self._held(ticket, standing, proposal)

    def refuses_gift(self, ticket: Ticket, draft: Draft, units: Units) -> ServiceError | None:
        """Why whoever asks may not give this market so much."""
        person = asker(ticket, self._market.asset)
        gift = Purchase(units, self._at_stake(draft, ticket.user_id), self._market.category)
        return self._used.check_gift(person, self._used.standing(person), self._market.event_id, gift)

    def least_resting(self) -> Units:
        """What an order must be worth at least to rest here: a book's room is for those who have money in it."""
        return self._used.policy.resting.get(self._market.asset, _NOTHING)

    def count(self, draft: Draft, done: Filled | Step) -> None:
        """Count what was done, for everybody whom it touched."""
        orders = 1 if isinstance(done.ticket, Ticket) else 0
        if isinstance(done, Filled) and done.ticket.user_id is not None:
            self._count(done.ticket.user_id, self._traded(draft, done.ticket.user_id, done, orders))
        elif isinstance(done, Step):
            self._count_step(draft, done, orders)

    def way_back(self) -> Callable[[], None]:
        """What forgets all that will have been counted since now."""
        holdings, needed = dict(self._holdings), dict(self._needed)
        take_back = self._used.way_back(self._market.event_id)

        def back() -> None:
            self._holdings, self._needed = holdings, needed
            take_back()

        return back

    def _count_step(self, draft: Draft, step: Step, orders: int) -> None:
        uses: defaultdict[UUID, Use] = defaultdict(lambda: NO_USE)
        for fill in step.filled:
            user_id = fill.ticket.user_id
            if user_id is not None:
                use = _given(fill) if fill.role == statuses.SUBSIDY else self._traded(draft, user_id, fill, 0)
                uses[user_id] = uses[user_id].plus(use)
        for row in _touched(draft, step):
            change = Units(row.still_needed_units - self._before(row))
            self._needed[row.order_id] = row.still_needed_units
            uses[row.user_id] = uses[row.user_id].plus(NO_USE._replace(resting_units=change))
        if orders and step.ticket.user_id is not None:
            asker = step.ticket.user_id
            uses[asker] = uses[asker].plus(NO_USE._replace(minute_orders=orders, week_orders=orders))
        for user_id, use in uses.items():
            self._count(user_id, use)

    def _count(self, user_id: UUID, use: Use) -> None:
        if use != NO_USE:
            person = Person(user_id, self._market.asset, UNKNOWN.tier)
            self._used.count(self._market.event_id, person, self._market.category, use)

    def _held(self, ticket: Ticket, standing: Standing, proposal: Proposal) -> ServiceError | None:
        """Whether somebody shall look at it. Asked once, before any money is touched.

        An edit that makes an order larger or dearer is looked at as an order is, and cannot wait: what it takes the place of
        rests on meanwhile, and may be filled.
        """
        placement = ticket.placement
        if ticket.screened or placement.origin.cleared:
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
            standing.use,
            standing.limits,
            self._companies.of(asked) if placement.origin is not UNKNOWN else ALONE,
        )
        if found.score < self._used.policy.review_score:
            return None
        held = OrderHeld(found, proposal) if placement.replaces is None else EditNeedsReview()
        ticket.verdict = held
        return held

    def _traded(self, draft: Draft, user_id: UUID, filled: Filled, orders: int) -> Use:
        key = (user_id, filled.fill.order.outcome)
        before = self._holdings.get(key) or self._market.people[user_id].get(key[1], NOTHING)
        after = self._holdings[key] = draft.changed[key]
        result = Units(after.realised_units - before.realised_units)
        bought = filled.fill.order.side is Side.BUY
        stake = filled.fill.net if bought else _NOTHING
        return Use(
            open_units=Units(after.cost_units - before.cost_units),
            resting_units=_NOTHING,
            day_stake_units=stake,
            week_stake_units=stake,
            day_sold_units=_NOTHING if bought else filled.fill.net,
            day_result_units=result,
            week_result_units=result,
            minute_orders=orders,
            week_orders=orders,
        )

    def _before(self, row: OrderRow) -> Units:
        if row.order_id in self._needed:
            return self._needed[row.order_id]
        known = self._market.orders.get(row.order_id)
        return known.still_needed_units if known is not None else _NOTHING

    def _at_stake(self, draft: Draft, user_id: UUID) -> Units:
        """What a person has at stake in this market, resting purchases included."""
        outcomes = range(len(draft.state.sold))
        held = sum([draft.holding(user_id, outcome).cost_units for outcome in outcomes])
        resting = draft.orders_of(user_id) if draft.resting_count(user_id) else ()
        return Units(held + sum(row.still_needed_units for row in resting))

    def _maker(self, draft: Draft, proposal: Proposal) -> Maker | None:
        if not self._used.policy.house:
            return None
        subsidy = draft.subsidy_units
        after = Units(draft.escrow_units + proposal.paid_in_units)
        return Maker(
            exposure(subsidy, draft.escrow_units, draft.state.sold),
            exposure(subsidy, after, proposal.state.sold),
        )


def asker(ticket: Ticket, asset: str) -> Person:
    """Who asks for an order in a market of that asset."""
    origin = ticket.placement.origin
    return Person(ticket.user_id, asset, origin.tier, origin.identity)


def _given(filled: Filled) -> Use:
    """Who subsidises a market has nothing at stake in it, and has spent it."""
    return NO_USE._replace(day_stake_units=filled.fill.net, week_stake_units=filled.fill.net)


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
