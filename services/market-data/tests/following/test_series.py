"""A market that a venue opens is listed, quoted and told of, and so is its result, on all three venues."""

import pytest

from oraculum.market_data.v1 import market_data_service_pb2 as pb

KEYS = {"polymarket": "condition_id", "kalshi": "ticker", "manifold": "id"}


@pytest.mark.parametrize("venue", ["polymarket", "kalshi", "manifold"])
async def test_a_market_is_followed_from_its_opening_to_its_result(
    venue, start_stand_in, running, source_of, until
) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0")
    async with running(source_of(stand_in)) as world:
        opened = await stand_in.control("/control/open", {"venue": venue})

        async def listed() -> object:
            found = await world.list(venue=venue, query=opened["title"])
            return found and found[0]

        market = await until(listed, "the market is listed")
        assert market.title == opened["title"]
        assert [outcome.index for outcome in market.outcomes] == [0, 1]
        assert ["No", "Yes"] == [outcome.label for outcome in market.outcomes]

        async def quoted() -> object:
            return (await world.market(venue, market.venue_market_id)).quotes

        quotes = await until(quoted, "the market is quoted")
        assert all(quote.HasField("probability_millionths") for quote in quotes)

        await stand_in.control(
            "/control/resolve", {"venue": venue, "id": market.venue_market_id, "result": "yes"}
        )

        async def resolved() -> object:
            now = (await world.market(venue, market.venue_market_id)).market
            return now.resolution.final and now

        market = await until(resolved, "the result is seen")
        assert market.status == pb.VENUE_MARKET_STATUS_RESOLVED
        assert [0, 1_000_000] == list(market.resolution.payout_millionths)
