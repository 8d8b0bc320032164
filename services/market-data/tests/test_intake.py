"""What comes in is sorted, and a long listing leaves turns to others."""

import asyncio

from oraculum_kit.clock import SystemClock
from oraculum_market_data.board import Board
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.decoding import Decoded
from oraculum_market_data.figures import Price, price
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.intake import Intake
from oraculum_market_data.normal import Market, Outcome, Quote, Status, Venue
from oraculum_market_data.quality import Watch

YES: Price = price("0.4", "price")


def listing(count: int) -> Decoded:
    """Markets of a venue, each with a quote."""
    markets = [
        Market(
            venue=Venue.KALSHI,
            id=f"K-{number}",
            title="Rain?",
            outcomes=(Outcome(index=0, label="No", id="no"), Outcome(index=1, label="Yes", id="yes")),
            status=Status.OPEN,
        )
        for number in range(count)
    ]
    quotes = [Quote(venue=Venue.KALSHI, market_id=market.id, outcome_id="yes", bid=YES) for market in markets]
    return Decoded(items=[*quotes, *markets], records=count)


def intake_of() -> tuple[Intake, Catalog, Board]:
    """An intake without ways out."""
    clock, catalog, board = SystemClock(), Catalog(), Board()
    inspector = Inspector(Watch(), catalog, board)
    return Intake(catalog, board, lambda _: None, [], inspector, clock), catalog, board


async def test_a_quote_finds_the_market_that_came_with_it() -> None:
    intake, catalog, board = intake_of()
    await intake.take(Venue.KALSHI, listing(3))
    assert 3 == len(catalog)
    assert [YES] == [top.bid for top in board.of_market(Venue.KALSHI, "K-2")]


async def test_a_long_listing_leaves_turns_to_others() -> None:
    intake, catalog, _ = intake_of()
    taking = asyncio.create_task(intake.take(Venue.KALSHI, listing(1_000)))
    turns = 0
    while not taking.done():
        turns += 1
        await asyncio.sleep(0)
    assert 1_000 == len(catalog)
    assert turns >= 50
