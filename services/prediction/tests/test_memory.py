"""A batch in memory: positions are the fold of fills, whatever is asked in whatever order."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import Command
from oraculum_kit.ids import uuid7
from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_ceil
from oraculum_prediction import statuses
from oraculum_prediction.batch import Priced, together
from oraculum_prediction.draft import Draft, Filled, Sale, Step
from oraculum_prediction.errors import SlippageExceeded
from oraculum_prediction.folding import Fold
from oraculum_prediction.meeting import meet
from oraculum_prediction.memory import Market, Memory
from oraculum_prediction.placement import MARKET, Bundle, Placement, Terms, Ticket
from oraculum_prediction.pricing import (
    FlatFee,
    LmsrState,
    Order,
    QuadraticFee,
    Side,
    even_odds,
    least_escrow,
    subsidy_for,
)
from oraculum_prediction.pricing.takers import OrderKind, TimeInForce
from oraculum_prediction.risk.origin import UNKNOWN
from oraculum_prediction.wire import FillRow

USDC = 1_000_000
NOW = datetime(2026, 11, 21, tzinfo=UTC)
NOBODY_WAITS: Any = None


def _unasked(_: object) -> Any:
    """What nobody waits for is not answered either."""


LIQUIDITY = Units(50 * USDC)
PEOPLE = [UUID(int=number) for number in range(4)]
ONE_PERCENT = FlatFee(100)
FEES = st.sampled_from([FlatFee(0), ONE_PERCENT, QuadraticFee(70_000)])

SIZES = st.integers(1, 80 * USDC)
ORDERS = st.builds(
    lambda outcome, side, size, by_amount, limit: Order(
        outcome=outcome,
        side=side,
        amount=Units(size) if by_amount else None,
        shares=None if by_amount else Shares(size),
        limit=limit,
    ),
    st.integers(0, 3),
    st.sampled_from(list(Side)),
    SIZES,
    st.booleans(),
    st.none() | st.integers(1, 1_000_000).map(Price),
)


class OpenDoor:
    """Lets everybody trade."""

    def bars(self, *_: object) -> None:
        """Nobody is barred."""

    def refuses(self, *_: object) -> None:
        """Never."""

    def least_resting(self) -> Units:
        """However little it is worth."""
        return Units(1)

    def count(self, *_: object) -> None:
        """Not here."""

    def way_back(self) -> Callable[[], None]:
        """Nothing to forget."""
        return lambda: None


OPEN = OpenDoor()
RESTING = Terms(OrderKind.LIMIT, TimeInForce.GTC)


def market(fee: FlatFee | QuadraticFee = ONE_PERCENT, outcomes: int = 3) -> Market:
    state = LmsrState.opened(liquidity=LIQUIDITY, odds=even_odds(outcomes), fee=fee)
    subsidy = subsidy_for(LIQUIDITY, even_odds(outcomes))
    people = {person: {} for person in PEOPLE}
    nothing = (Units(0),) * outcomes
    return Market(uuid7(), "USDC", 1, 0, state, Units(0), nothing, subsidy, 0, NOW, "sports", subsidy, people)


def ticket(person: UUID, order: Order, terms: Terms = MARKET) -> Ticket:
    """An order of somebody, as the engine has it."""
    return Ticket(
        Placement(Command(uuid4(), b""), person, UUID(int=0), order, NOW, terms=terms), NOBODY_WAITS
    )


def row(of: Market, person: UUID, filled: Filled) -> FillRow:
    """A fill as it is written."""
    fill = filled.fill
    side = statuses.BUY if fill.order.side is Side.BUY else statuses.SELL
    return FillRow(
        of.event_id, filled.sequence, NOW, filled.fill_id, uuid4(), person, fill.shares, fill.gross, fill.fee,
        fill.order.outcome, side, filled.prices, filled.group_first, filled.role, of.asset,
    )  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(PEOPLE), ORDERS), max_size=25), FEES, st.integers(1, 7))
def test_any_orders_in_batches_of_any_size(
    asked: list[tuple[UUID, Order]], fee: FlatFee | QuadraticFee, batch: int
) -> None:
    """The escrow covers every outcome at every moment, nobody sells what they do not have, and all of it follows from the fills."""
    traded = market(fee)
    fold, sales = Fold(traded.event_id), []
    held: dict[tuple[UUID, int], int] = {}
    spent = dict.fromkeys(PEOPLE, 0)
    for start in range(0, len(asked), batch):
        draft = Draft(traded, OPEN)
        for person, order in asked[start : start + batch]:
            before = draft.state, draft.sequence, dict(draft.changed), list(draft.sales)
            filled = draft.trade(ticket(person, order))
            if isinstance(filled, ServiceError):
                assert before == (draft.state, draft.sequence, draft.changed, draft.sales)
                continue
            fill = filled.fill
            fold.add([row(traded, person, filled)])
            sign = 1 if order.side is Side.BUY else -1
            key = person, order.outcome
            held[key] = held.get(key, 0) + sign * fill.shares
            spent[person] += sign * fill.net
            assert held[key] >= 0
            assert draft.escrow_units >= least_escrow(draft.state) >= max(draft.state.sold)
        sales += draft.sales
        draft.adopt(NOW)
    holdings = {
        (person, outcome): holding
        for person, outcomes in traded.people.items()
        for outcome, holding in outcomes.items()
    }
    assert held == {key: holding.shares for key, holding in holdings.items()}
    assert list(traded.state.sold) == [
        sum(shares for (_, place), shares in held.items() if place == outcome) for outcome in range(3)
    ]
    assert len({person for person, _ in held}) == traded.participant_count == len(fold.people)
    assert holdings == fold.holdings
    assert sales == [
        Sale(sale.sequence, sale.user_id, sale.cost_units, sale.result_units) for sale in fold.sales
    ]
    assert (traded.escrow_units, traded.volume_units, traded.sequence) == (
        traded.subsidy_units + fold.paid_in_units, fold.volume_units, fold.sequence,
    )  # fmt: skip
    assert list(traded.state.sold) == [fold.sold.get(outcome, 0) for outcome in range(3)]
    for person in PEOPLE:
        mine = [holding for (who, _), holding in holdings.items() if who == person]
        assert spent[person] == sum(holding.cost_units - holding.realised_units for holding in mine)
        assert all(holding.cost_units == 0 for holding in mine if not holding.shares)


@given(
    st.lists(st.lists(ORDERS, min_size=1, max_size=4), max_size=8), FEES, st.integers(-5 * USDC, 50 * USDC)
)
def test_bundles_are_filled_whole_or_leave_no_trace(
    asked: list[list[Order]], fee: FlatFee | QuadraticFee, most: int
) -> None:
    """What a filled bundle comes to is what its legs come to, one by one; of a refused one nothing is left, whatever leg it was."""
    traded = market(fee)
    priced, alone = Priced(Draft(traded, OPEN)), Draft(traded, OPEN)
    for orders in asked:
        bundle = Bundle(
            Command(uuid4(), b""), PEOPLE[0], UUID(int=0), NOBODY_WAITS, NOW, _unasked, most_units=Units(most)
        )
        for order in orders:
            bundle.add(order, UNKNOWN)
        before = priced.draft
        was = (
            before.state, before.sequence, before.escrow_units, dict(before.changed), list(before.sales),
            len(priced.steps),
        )  # fmt: skip
        if together(priced, bundle, NOW) is not None:
            assert priced.draft is before
            assert was == (
                before.state, before.sequence, before.escrow_units, before.changed, before.sales,
                len(priced.steps),
            )  # fmt: skip
            continue
        filled = [alone.trade(leg) for leg in bundle.legs]
        assert len(filled) == len(priced.steps) - was[-1]
        assert all(isinstance(each, Filled) for each in filled)
        assert (alone.state, alone.changed, alone.sales) == (
            priced.draft.state, priced.draft.changed, priced.draft.sales,
        )  # fmt: skip
        assert priced.draft.sequence == was[1] + len(orders)
        paid = sum(
            each.fill.net if each.fill.order.side is Side.BUY else -each.fill.net
            for each in filled
            if isinstance(each, Filled)
        )
        assert paid <= most
    assert priced.draft.escrow_units >= least_escrow(priced.draft.state)


def test_a_refused_bundle_has_sold_nothing() -> None:
    """Its sale was priced before the purchase behind it cost too much: nobody has won or lost by it."""
    priced = Priced(Draft(market(), OPEN))
    person = PEOPLE[0]
    priced.draft.trade(ticket(person, Order(outcome=1, side=Side.BUY, amount=Units(10 * USDC))))
    for most, sold in ((Units(-USDC), 0), (None, 1)):
        bundle = Bundle(
            Command(uuid4(), b""), person, UUID(int=0), NOBODY_WAITS, NOW, _unasked, most_units=most
        )
        bundle.add(Order(outcome=1, side=Side.SELL, shares=Shares(5 * USDC)), UNKNOWN)
        bundle.add(Order(outcome=0, side=Side.BUY, amount=Units(5 * USDC)), UNKNOWN)
        assert (together(priced, bundle, NOW) is None) == bool(sold)
        assert sold == len(priced.draft.sales)


def test_a_purchase_costs_no_more_than_is_held_for_it() -> None:
    """A limit far above every price holds what could ever be paid, until the market is given more to be paid for."""
    draft, buying = Draft(market(), OPEN), Order(outcome=1, side=Side.BUY, shares=Shares(20 * USDC))
    free = draft.fork().trade(ticket(PEOPLE[0], buying))
    assert isinstance(free, Filled)
    for held, fits in ((free.fill.net, True), (free.fill.net - 1, False)):
        tried, mine = draft.fork(), ticket(PEOPLE[0], buying)
        mine.held_units = Units(held)
        assert fits == isinstance(tried.trade(mine), Filled)
        assert fits == tried.traded
    assert isinstance(tried.trade(mine), SlippageExceeded)


def test_what_is_to_rest_is_held_for_with_what_was_taken() -> None:
    """Else a later fill of it would find less in the reserve than it needs."""
    draft, limit = Draft(market(), OPEN), Price(400_000)
    buying = Order(outcome=1, side=Side.BUY, shares=Shares(20 * USDC), limit=limit)
    free = meet(draft.fork(), ticket(PEOPLE[0], buying, RESTING), NOW)
    assert isinstance(free, Step)
    assert free.taken is not None
    assert free.row is not None
    assert 0 < free.taken.fill.shares < buying.size
    needed = free.taken.fill.net + mul_div_ceil(free.row.open_shares or 0, limit, PRICE_ONE)
    for held, fits in ((needed, True), (needed - 1, False), (free.taken.fill.net, False)):
        tried, mine = draft.fork(), ticket(PEOPLE[0], buying, RESTING)
        mine.held_units = Units(held)
        met = meet(tried, mine, NOW)
        assert fits == isinstance(met, Step)
        assert fits or isinstance(met, SlippageExceeded)
        assert fits == (tried.traded and len(tried.book) == 1)


def test_selling_a_part_takes_its_part_of_the_cost() -> None:
    """Shares leave at their average cost, and the last of them take what is left of it."""
    draft = Draft(market(), OPEN)
    person = PEOPLE[0]
    draft.trade(ticket(person, Order(outcome=1, side=Side.BUY, amount=Units(10 * USDC))))
    bought = draft.changed[person, 1]
    assert (10_100_000, 0) == (bought.cost_units, bought.realised_units)
    half_of_it = Order(outcome=1, side=Side.SELL, shares=Shares(bought.shares // 2))
    sold = draft.trade(ticket(person, half_of_it))
    half = draft.changed[person, 1]
    assert abs(half.cost_units - 5_050_000) <= 1
    draft.trade(ticket(person, Order(outcome=1, side=Side.SELL, shares=half.shares)))
    none = draft.changed[person, 1]
    assert (0, 0) == (none.shares, none.cost_units)
    assert not isinstance(sold, ServiceError)
    # Two fees and two roundings: what was bought and sold again has cost exactly that.
    assert none.realised_units < 0


class TestMemory:
    def test_another_version_is_forgotten(self) -> None:
        memory, known = Memory(), market()
        memory.keep(known)
        assert known is memory.get(known.event_id, 1)
        assert memory.get(known.event_id, 2) is None
        assert memory.get(known.event_id, 1) is None

    def test_the_longest_unused_goes_first(self) -> None:
        memory = Memory(markets_max=2)
        known = [market() for _ in range(3)]
        for each in known:
            memory.keep(each)
        memory.get(known[0].event_id, 1)
        memory.trim()
        assert [True, False, True] == [memory.get(each.event_id, 1) is not None for each in known]

    @pytest.mark.parametrize(("people_max", "left"), [(10, 3), (5, 2), (1, 0)])
    def test_so_many_people_at_most(self, people_max: int, left: int) -> None:
        """One market that everybody trades is read again then, and its people as they come."""
        memory = Memory(people_max=people_max)
        known = [market() for _ in range(3)]
        for each in known:
            each.people.clear()
            memory.keep(each)
            for _ in range(2):
                memory.know(each, uuid4(), {})
        memory.trim()
        assert left == sum(memory.get(each.event_id, 1) is not None for each in known)
