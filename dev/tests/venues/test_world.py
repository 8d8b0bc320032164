"""The simulation by itself: the same seed gives the same run, books stay sound, and memory stays bounded."""

from collections.abc import Iterable

import pytest

from oraculum_dev.venues.sim import pool as pools
from oraculum_dev.venues.sim import programme
from oraculum_dev.venues.sim.chance import seeded
from oraculum_dev.venues.sim.facts import BookMoved, Fact, PhaseChanged, StepChanged, Traded
from oraculum_dev.venues.sim.market import TRADES_KEPT, Candle, unpacked
from oraculum_dev.venues.sim.series import Series, Timing
from oraculum_dev.venues.sim.terms import HOUR, MINUTE, SECOND, Phase, Venue
from oraculum_dev.venues.sim.world import World

from .conftest import NOON

START = int(NOON.timestamp() * 1000)


def world_of(seed: int = 1, rate: float = 200.0, keep_seconds: float = 600.0) -> World:
    world = World(seed=seed, start_ms=START, updates_per_second=rate, keep_seconds=keep_seconds)
    programme.start(world)
    Series(world, Timing())
    world.advance(START)
    return world


def run(world: World, steps_ms: Iterable[int]) -> list[str]:
    """Advance by steps and return all that was told, in words."""
    told: list[str] = []

    def note(fact: Fact) -> None:
        match fact:
            case BookMoved(market, changes, top_changed, at_ms):
                told.append(f"{at_ms} {market.event.venue} {market.key} {changes} {top_changed}")
            case Traded(market, trade, at_ms):
                told.append(f"{at_ms} {market.event.venue} {market.key} {trade}")
            case PhaseChanged(event, phase, at_ms):
                told.append(f"{at_ms} {event.venue} {event.key} {phase} {[m.verdict for m in event.markets]}")
            case StepChanged(market, old, at_ms):
                told.append(f"{at_ms} {market.key} {old} {market.step}")

    world.listen(note)
    for step in steps_ms:
        world.advance(world.now_ms + step)
    return told


class TestWorld:
    def test_is_the_same_for_the_same_seed(self) -> None:
        """Two runs with one seed tell the same facts, of trades and results as of books."""
        first, second = (run(world_of(), [SECOND] * 60) for _ in range(2))

        assert first == second
        assert len(first) > 10_000

    def test_does_not_depend_on_how_time_is_cut(self) -> None:
        """Coarse and fine steps lead through the same moments."""
        coarse = run(world_of(), [4 * SECOND] * 10)
        fine = run(world_of(), [50] * 800)

        assert fine == coarse

    def test_is_another_for_another_seed(self) -> None:
        """The seed decides prices, questions and results."""
        assert run(world_of(seed=1), [SECOND]) != run(world_of(seed=2), [SECOND])

    def test_keeps_books_that_do_not_cross(self) -> None:
        """After every fact the best bid is below the best ask, and no level is empty."""
        world = world_of()

        def check(fact: Fact) -> None:
            if isinstance(fact, BookMoved):
                market = fact.market
                assert market.best_bid < market.best_ask
                assert all(size > 0 for size in [*market.book.bids.values(), *market.book.asks.values()])
                assert all(price % market.step == 0 for price in [*market.book.bids, *market.book.asks])

        world.listen(check)
        run(world, [SECOND] * 60)

    def test_leads_every_slot_through_its_life(self) -> None:
        """The quarter-hour markets open, close, are determined and become final, and the next ones open."""
        world = world_of(rate=0.0)
        phases: dict[str, list[Phase]] = {}

        def note(fact: Fact) -> None:
            if isinstance(fact, PhaseChanged) and fact.event.key.startswith("KXBTC15M"):
                phases.setdefault(f"{fact.event.venue} {fact.event.key}", []).append(fact.phase)

        world.listen(note)
        run(world, [4 * SECOND] * (35 * 15))

        whole = [Phase.WAITING, Phase.OPEN, Phase.CLOSED, Phase.DETERMINED, Phase.FINAL]
        assert [lived for lived in phases.values() if lived == whole]
        assert len({key for key, lived in phases.items() if Phase.OPEN in lived}) == 2 * len(Venue)

    def test_gives_an_exclusive_event_one_winner(self) -> None:
        """Of legs that exclude each other exactly one wins, and before that their prices sum to one."""
        world = world_of(rate=0.0)
        event = next(e for e in world.events[Venue.KALSHI].values() if e.plan.exclusive)

        assert sum(event.fair_prices()) == pytest.approx(1.0)
        world.resolve_now(event, None)
        assert [market.verdict for market in event.markets].count("yes") == 1

    def test_forgets_what_is_long_over(self) -> None:
        """After hours of the series there are as many markets as after minutes, and no list has grown."""
        world = world_of(rate=5.0, keep_seconds=300.0)
        run_quietly(world, 20 * MINUTE)
        early = sum(len(markets) for markets in world.markets.values())
        run_quietly(world, 3 * HOUR)
        late = sum(len(markets) for markets in world.markets.values())

        assert late <= early + 5 * len(Venue)
        assert world.counts["resolved"] > 1_000
        for markets in world.markets.values():
            for market in markets.values():
                assert len(market.trades) <= TRADES_KEPT
                assert len(market.book.bids) + len(market.book.asks) <= 40

    def test_does_not_catch_up_on_a_long_pause(self) -> None:
        """A machine that slept wakes to a world that goes on, not to an hour of updates at once."""
        world = world_of(rate=1000.0)
        world.advance(world.now_ms + HOUR)

        assert world.counts["updates"] <= 6_000
        assert world.counts["skipped"] == 1


def run_quietly(world: World, length_ms: int) -> None:
    for _ in range(length_ms // (4 * SECOND)):
        world.advance(world.now_ms + 4 * SECOND)


class TestPool:
    @pytest.mark.parametrize("chance", [0.05, 0.5, 0.93])
    def test_moves_to_the_probability_of_a_bet_and_keeps_its_product(self, chance: float) -> None:
        """A bet leaves yes^p · no^(1-p) as it was, costs less than it can win, and lands where it aimed."""
        pool, random = pools.opening(chance, 400.0), seeded(1)
        product = pool.yes**pool.p * pool.no ** (1 - pool.p)
        for _ in range(200):
            aim = random.uniform(0.02, 0.98)
            before = pool.probability
            outcome, stake, shares = pool.move_to(aim)

            assert pool.probability == pytest.approx(aim)
            assert (outcome == "YES") == (aim >= before)
            assert 0 <= stake <= shares
            assert pool.yes**pool.p * pool.no ** (1 - pool.p) == pytest.approx(product)


class TestCandle:
    @pytest.mark.parametrize("price", [None, [500, 510, 490, 505]])
    def test_is_the_same_after_packing(self, price: list[int] | None) -> None:
        """What is kept for hours in few bytes comes back whole."""
        candle = Candle(START, [480, 495, 470, 490], [500, 520, 495, 510], price, 12_345_678_901)

        assert unpacked(candle.packed()) == candle
        assert len(candle.packed()) == 40
