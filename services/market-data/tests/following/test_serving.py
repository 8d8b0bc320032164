"""What is told and served: facts over Kafka, lists, latest quotes with and without Redis, refusals."""

import pytest

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum.market_data.v1.market_data_facts_pb2 import MarketsFact, QuotesFact, TradesFact
from oraculum_kit.errors import InvalidArgument
from oraculum_market_data.errors import VenueMarketNotFound
from oraculum_market_data.normal import Venue

QUIET = ("--mode", "sim", "--series-every", "0", "--rate", "0")


async def test_a_market_is_told_when_it_opens_and_when_it_is_resolved(
    start_stand_in, running, source_of, until, hearing
) -> None:
    stand_in = start_stand_in(*QUIET)
    topic = hearing("market-data.markets", MarketsFact)
    async with running(source_of(stand_in)) as world:
        opened = await stand_in.control("/control/open", {"venue": "kalshi"})
        ticker = opened["ids"]["ticker"]
        told: list[pb.VenueMarket] = []

        async def heard(*statuses: int) -> object:
            told.extend(
                fact.venue_market_changed.market
                for fact in await topic.poll()
                if fact.venue_market_changed.market.venue_market_id == ticker
            )
            return told and told[-1].status in statuses

        await until(lambda: heard(pb.VENUE_MARKET_STATUS_OPEN), "the opening is told")
        assert ("kalshi", opened["title"]) == (told[0].venue, told[0].title)
        await stand_in.control("/control/resolve", {"venue": "kalshi", "id": ticker, "result": "no"})
        await until(lambda: heard(pb.VENUE_MARKET_STATUS_RESOLVED), "the result is told")
        assert ([1_000_000, 0], True) == (
            list(told[-1].resolution.payout_millionths),
            told[-1].resolution.final,
        )
        assert [outcome.venue_outcome_id for outcome in told[0].outcomes] == [
            outcome.venue_outcome_id for outcome in told[-1].outcomes
        ]
        # Prices moved and polls went on meanwhile: only what somebody wants to hear was told.
        assert len(told) <= 4
        assert world.follower.feeds


async def test_quotes_and_trades_are_told_by_their_market(
    start_stand_in, running, source_of, until, hearing
) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "200")
    quotes, trades = hearing("market-data.quotes", QuotesFact), hearing("market-data.trades", TradesFact)
    async with running(source_of(stand_in)):
        seen: set[tuple[str, str]] = set()

        async def heard() -> object:
            seen.update(("quote", fact.venue_quote_changed.quote.venue) for fact in await quotes.poll())
            seen.update(("trade", fact.venue_traded.trade.venue) for fact in await trades.poll())
            return seen >= {(kind, venue.value) for kind in ("quote", "trade") for venue in Venue}

        await until(heard, "quotes and trades of all venues are told")


async def test_a_restart_tells_nothing_again(start_stand_in, running, source_of, until, database_for) -> None:
    stand_in = start_stand_in(*QUIET)
    url = await database_for("market-data")

    async def count(world) -> int:
        async with world.database.connection() as connection:
            cursor = await connection.execute("select coalesce(sum(last_sequence), 0) from outbox_sequence")
            return int((await cursor.fetchone())[0])

    async def swept(world, at_least: int) -> object:
        heard = world.follower.intake.heard
        swept_twice = all(feed.sweeps >= 2 for feed in world.follower.feeds)
        seen = all(one.updates >= at_least for one in heard.values())
        return swept_twice and seen and world.follower.announcer.waiting == 0 and await count(world)

    async with running(source_of(stand_in), url=url) as world:
        await until(lambda: swept(world, 30), "all is told")
        # Sweeps overlap with the first writes: wait until no more is told.
        before = -1

        async def settled() -> object:
            nonlocal before
            last, before = before, await count(world)
            return last == before and len(world.follower.catalog) == len(await world.list())

        await until(settled, "nothing more is told")
    async with running(source_of(stand_in), url=url) as world:
        await until(lambda: swept(world, 30), "all is seen again")
        await until(settled, "nothing more is told")
        assert before == await count(world)


class TestLists:
    async def test_pages_hold_every_market_once(self, start_stand_in, running, source_of, until) -> None:
        stand_in = start_stand_in(*QUIET, "--markets", "30")
        async with running(source_of(stand_in)) as world:
            # A list is read page by page: it is whole only once nothing is written any more.
            async def all_written() -> object:
                known, listed = len(world.follower.catalog), await world.list()
                swept = all(feed.sweeps >= 1 for feed in world.follower.feeds)
                return listed if swept and 90 <= known == len(listed) else None

            markets = await until(all_written, "ninety markets are known and listed")
            names = [(market.venue, market.venue_market_id) for market in markets]
            assert len(names) == len(set(names))
            page = await world.stub.ListMarkets(pb.ListMarketsRequest(limit=10, page=2, venue="kalshi"))
            assert page.total == len(await world.list(venue="kalshi"))
            assert 10 == len(page.markets)

    async def test_answers_that_could_not_be_read_are_asked_for_again(
        self, start_stand_in, running, source_of, until
    ) -> None:
        """Manifold tells of a multiple choice market's answers only when asked for it by itself."""
        stand_in = start_stand_in(*QUIET)
        await stand_in.control("/control/faults", {"rubbish": 0.5})
        async with running(source_of(stand_in, sweep_seconds=0.2)) as world:

            async def swept() -> object:
                return [
                    feed for feed in world.follower.feeds if feed.venue is Venue.MANIFOLD and feed.sweeps >= 3
                ]

            await until(swept, "some answers came, and some could not be read")
            await stand_in.control("/control/faults", {})

            async def whole() -> object:
                markets = list(world.follower.catalog.of_venue(Venue.MANIFOLD))
                return len(markets) > 3 and all(market.outcomes for market in markets)

            await until(whole, "every market has its outcomes")

    async def test_words_and_states_are_filters(self, start_stand_in, running, source_of, until) -> None:
        stand_in = start_stand_in(*QUIET)
        opened = await stand_in.control("/control/open", {"venue": "manifold"})
        async with running(source_of(stand_in)) as world:

            async def found() -> object:
                return await world.list(query=opened["title"], statuses=[pb.VENUE_MARKET_STATUS_OPEN])

            assert 1 == len(await until(found, "it is found"))
            assert not await world.list(query=opened["title"], statuses=[pb.VENUE_MARKET_STATUS_RESOLVED])
            assert not await world.list(query="no market has these words xyzzy")


class TestLatest:
    async def test_without_redis_the_last_quote_that_was_written_is_served(
        self, start_stand_in, running, source_of, until
    ) -> None:
        stand_in = start_stand_in(*QUIET)
        async with running(source_of(stand_in)) as world:
            market = (await until(lambda: world.list(venue="kalshi"), "kalshi is listed"))[0]

            async def written() -> object:
                async with world.database.connection() as connection:
                    cursor = await connection.execute(
                        "select 1 from venue_quote where venue_market_id = %s", [market.venue_market_id]
                    )
                    return await cursor.fetchone()

            await until(written, "its quotes are written down")
            with_redis = await world.market("kalshi", market.venue_market_id)
            await world.redis.flushdb()
            without = await world.market("kalshi", market.venue_market_id)
            assert list(with_redis.quotes) == list(without.quotes)

    async def test_quotes_of_a_venue_that_is_silent_are_stale(
        self, start_stand_in, running, source_of, until
    ) -> None:
        stand_in = start_stand_in(*QUIET)
        async with running(source_of(stand_in), stale_seconds=1.5) as world:
            market = (await until(lambda: world.list(venue="polymarket"), "polymarket is listed"))[0]

            async def stale() -> set[bool]:
                quotes = (await world.market("polymarket", market.venue_market_id)).quotes
                return {quote.stale for quote in quotes}

            async def fresh() -> object:
                return await stale() == {False}

            async def old() -> object:
                return await stale() == {True}

            await until(fresh, "its quotes are fresh")
            stand_in.close()
            await until(old, "its quotes are stale")


class TestRefusals:
    async def test_what_is_not_there_is_not_found(self, running) -> None:
        async with running() as world:
            named = {"venue": "kalshi", "venue_market_id": "NO-SUCH-MARKET"}
            with pytest.raises(VenueMarketNotFound):
                await world.stub.GetMarket(pb.GetMarketRequest(**named))
            with pytest.raises(VenueMarketNotFound):
                await world.stub.GetQuotes(pb.GetQuotesRequest(**named))
            with pytest.raises(VenueMarketNotFound):
                await world.stub.GetBook(pb.GetBookRequest(**named))
            with pytest.raises(VenueMarketNotFound):
                await world.stub.ListTrades(pb.ListTradesRequest(**named))

    async def test_what_makes_no_sense_is_refused(self, running) -> None:
        async with running() as world:
            named = {"venue": "kalshi", "venue_market_id": "X"}
            for request in (
                pb.ListMarketsRequest(limit=101),
                pb.ListMarketsRequest(cursor="nonsense"),
                pb.ListMarketsRequest(page=1, cursor="x"),
                pb.ListMarketsRequest(query="a\0b"),
            ):
                with pytest.raises(InvalidArgument):
                    await world.stub.ListMarkets(request)
            with pytest.raises(InvalidArgument):
                await world.stub.GetMarket(pb.GetMarketRequest(venue="kalshi", venue_market_id="x" * 300))
            with pytest.raises(InvalidArgument):
                await world.stub.ListCandles(pb.ListCandlesRequest(**named))
            with pytest.raises(InvalidArgument):
                await world.stub.ListTrades(pb.ListTradesRequest(**named, limit=501))
