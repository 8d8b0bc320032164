"""Sockets: quotes move, books stand, trades make candles, and a line that is cut or goes silent comes back."""

import pytest

from oraculum.market_data.v1 import market_data_service_pb2 as pb

VENUES = ("polymarket", "kalshi", "manifold")


async def test_every_venue_is_live_and_its_quotes_move(start_stand_in, running, source_of, until) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "200")
    # The sweep comes once: what moves later was told by the sockets.
    async with running(source_of(stand_in, sweep_seconds=600, recent_seconds=600)) as world:

        async def live() -> object:
            feeds = (await world.stub.GetFeeds(pb.GetFeedsRequest())).feeds
            return ["live"] * 3 == [feed.state for feed in feeds] and all(feed.markets for feed in feeds)

        await until(live, "all feeds are live")
        for venue in VENUES:
            markets = await world.list(venue=venue)
            first = {
                m.venue_market_id: (await world.market(venue, m.venue_market_id)).quotes for m in markets[:20]
            }

            async def moved(venue=venue, first=first) -> object:
                now = {market: (await world.market(venue, market)).quotes for market in first}
                return any(list(now[market]) != list(first[market]) for market in first)

            await until(moved, f"quotes of {venue} move")


@pytest.mark.parametrize("venue", ["polymarket", "kalshi"])
async def test_the_book_that_is_kept_is_the_one_the_venue_shows(
    venue, start_stand_in, running, source_of, until
) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "300")
    async with running(source_of(stand_in)) as world:

        async def followed() -> object:
            markets = await world.list(venue=venue)
            return (
                markets
                and world.follower.feeds
                and all(feed.is_live for feed in world.follower.feeds)
                and markets
            )

        market = (await until(followed, "the venue is followed"))[-1]

        async def books() -> object:
            return (
                await world.stub.GetBook(
                    pb.GetBookRequest(venue=venue, venue_market_id=market.venue_market_id)
                )
            ).books

        found = await until(books, "books are shown")
        assert [0, 1] == [book.outcome for book in found]
        # Nothing moves any more: what is kept must come to what the venue shows.
        await stand_in.control("/control/rate", {"updates_per_second": 0})

        async def same() -> object:
            kept = await books()
            best = [(book.bids[0].price, book.asks[0].price) for book in kept]
            quotes = (await world.market(venue, market.venue_market_id)).quotes
            by_outcome = {quote.outcome: (quote.bid, quote.ask) for quote in quotes}
            return all(by_outcome.get(book.outcome, best[i]) == best[i] for i, book in enumerate(kept))

        await until(same, "the tops of the books are the quotes")


async def test_trades_are_kept_once_and_make_candles(start_stand_in, running, source_of, until) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "300")
    # Everything is told twice now and then; nothing may be counted twice.
    await stand_in.control("/control/faults", {"repeat": 0.3})
    async with running(source_of(stand_in, recent_seconds=600)) as world:
        for venue in VENUES:

            async def traded(venue=venue) -> object:
                for market in await world.list(venue=venue):
                    request = pb.ListTradesRequest(
                        venue=venue, venue_market_id=market.venue_market_id, limit=500
                    )
                    trades = (await world.stub.ListTrades(request)).trades
                    if len(trades) >= 3:
                        return market
                return None

            market = await until(traded, f"trades of {venue} are kept")
            await stand_in.control("/control/rate", {"updates_per_second": 0})

            async def agrees(venue=venue, market=market) -> object:
                trades = (
                    await world.stub.ListTrades(
                        pb.ListTradesRequest(venue=venue, venue_market_id=market.venue_market_id, limit=500)
                    )
                ).trades
                candles = (
                    await world.stub.ListCandles(
                        pb.ListCandlesRequest(
                            venue=venue,
                            venue_market_id=market.venue_market_id,
                            interval=pb.CANDLE_INTERVAL_1M,
                        )
                    )
                ).candles
                assert len({trade.trade_id for trade in trades}) == len(trades)
                return len(trades) == sum(candle.trades for candle in candles) and candles

            candles = await until(agrees, f"candles of {venue} hold every trade once")
            for candle in candles:
                assert candle.low_millionths <= candle.open_millionths <= candle.high_millionths
                assert candle.low_millionths <= candle.close_millionths <= candle.high_millionths
            await stand_in.control("/control/rate", {"updates_per_second": 300})


@pytest.mark.parametrize("venue", VENUES)
async def test_a_line_that_is_cut_is_opened_again(venue, start_stand_in, running, source_of, until) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "300")
    async with running(source_of(stand_in, sweep_seconds=600, recent_seconds=600)) as world:

        async def live() -> object:
            feeds = [feed for feed in world.follower.feeds if feed.venue == venue]
            return feeds and feeds[0].is_live and world.follower.intake.heard[feeds[0].venue].updates

        await until(live, "the socket stands")
        await stand_in.control("/control/drop", {"venue": venue})
        feed = next(feed for feed in world.follower.feeds if feed.venue == venue)

        async def down() -> object:
            return not feed.is_live

        await until(down, "the cut is noticed")
        await until(live, "the socket stands again")
        before = world.follower.intake.heard[feed.venue].updates

        async def told() -> object:
            return world.follower.intake.heard[feed.venue].updates > before + 20

        await until(told, "updates come again")


@pytest.mark.parametrize("venue", ["polymarket", "kalshi"])
async def test_a_socket_that_is_open_and_silent_is_given_up(
    venue, start_stand_in, running, source_of, until
) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "300")
    source = source_of(stand_in, sweep_seconds=600, recent_seconds=600, silence_seconds=1.0)
    async with running(source) as world:

        async def live() -> object:
            feeds = [feed for feed in world.follower.feeds if feed.venue == venue]
            return feeds and feeds[0].is_live

        await until(live, "the socket stands")
        feed = next(feed for feed in world.follower.feeds if feed.venue == venue)
        await stand_in.control("/control/faults", {"stall": 1, "stall_seconds": 60, "venues": [venue]})

        async def down() -> object:
            return not feed.is_live

        await until(down, "the silence is noticed")
        await stand_in.control("/control/faults", {})
        await until(live, "another socket stands")


async def test_polls_go_on_through_failures_of_the_venue(start_stand_in, running, source_of, until) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0")
    await stand_in.control(
        "/control/faults", {"too_many_requests": 0.2, "server_error": 0.2, "drop": 0.01, "rubbish": 0.05}
    )
    async with running(source_of(stand_in)) as world:
        for venue in VENUES:

            async def listed(venue=venue) -> object:
                return await world.list(venue=venue)

            await until(listed, f"{venue} is listed all the same")
