"""A market that is renamed, and one whose result is taken back, stay the markets they were."""

import pytest

from oraculum.market_data.v1 import market_data_service_pb2 as pb

VENUES = ("polymarket", "kalshi", "manifold")
# Under what the platform knows a market, among the names that the stand-in tells.
ID = {"polymarket": "condition_id", "kalshi": "ticker", "manifold": "id"}


@pytest.mark.parametrize("venue", VENUES)
async def test_a_market_keeps_its_id_through_a_new_title_and_a_result_taken_back(
    venue, start_stand_in, running, source_of, until
) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "50")
    async with running(source_of(stand_in)) as world:
        opened = await stand_in.control("/control/open", {"venue": venue})
        name = opened["ids"][ID[venue]]
        named = {"venue": venue, "id": name}

        async def stands(title: str, status: pb.VenueMarketStatus.ValueType) -> object:
            found = [one for one in await world.list(venue=venue) if one.venue_market_id == name]
            return found and title in found[0].title and status == found[0].status and found[0]

        await until(lambda: stands("№", pb.VENUE_MARKET_STATUS_OPEN), "it is listed")
        await stand_in.control("/control/rename", {**named, "title": "Will it have another name?"})
        await until(lambda: stands("another name", pb.VENUE_MARKET_STATUS_OPEN), "it has its new name")
        await stand_in.control("/control/resolve", {**named, "result": "yes"})
        done = await until(lambda: stands("another name", pb.VENUE_MARKET_STATUS_RESOLVED), "it is resolved")
        assert [0, 1_000_000] == list(done.resolution.payout_millionths)
        await stand_in.control("/control/relist", named)
        again = await until(lambda: stands("another name", pb.VENUE_MARKET_STATUS_OPEN), "it is sold again")
        assert not again.HasField("resolution")
