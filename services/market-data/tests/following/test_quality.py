"""What is wrong is written down with its beginning and end, and shown beside the quote while it lasts."""

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_market_data.normal import Venue
from oraculum_market_data.sinks.redis import RedisQuotes

BUSY = ("--mode", "sim", "--series-every", "0", "--rate", "40")


async def test_a_gap_of_a_socket_is_reported_repaired_and_over(
    start_stand_in, running, source_of, until
) -> None:
    stand_in = start_stand_in(*BUSY)
    async with running(source_of(stand_in)) as world:

        async def live() -> object:
            return all(feed.is_live for feed in world.follower.feeds)

        await until(live, "all sockets stand")
        await stand_in.control("/control/faults", {"skip": 0.05, "venues": ["kalshi"]})

        async def gaps(*, open_only: bool) -> list[pb.Incident]:
            told = await world.stub.ListIncidents(
                pb.ListIncidentsRequest(venue="kalshi", open_only=open_only, limit=100)
            )
            return [one for one in told.incidents if one.kind == pb.QUALITY_KIND_GAP]

        await until(lambda: gaps(open_only=False), "a gap is reported")
        await stand_in.control("/control/faults", {})

        async def over() -> object:
            return not await gaps(open_only=True)

        await until(over, "every gap is repaired")
        ended = (await gaps(open_only=False))[0]
        assert ended.HasField("ended_at")
        assert ended.venue_market_id
        assert ended.detail


async def test_badges_stand_beside_the_quotes_that_they_are_of(
    start_stand_in, running, source_of, until
) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "0")
    async with running(source_of(stand_in)) as world:
        market = (await until(lambda: world.list(venue="kalshi"), "kalshi is listed"))[0]

        async def quoted() -> object:
            return len((await world.market("kalshi", market.venue_market_id)).quotes) == 2

        await until(quoted, "both sides are quoted")
        flags = {
            (Venue.KALSHI, market.venue_market_id): {1: ["crossed"], None: ["gap"]},
            (Venue.KALSHI, ""): {None: ["skew"]},
            (Venue.MANIFOLD, ""): {None: ["silent"]},
        }
        await RedisQuotes(world.redis).flag(flags, forget=False)
        no, yes = (await world.market("kalshi", market.venue_market_id)).quotes
        everywhere = [pb.QUALITY_KIND_GAP, pb.QUALITY_KIND_SKEW]
        assert (everywhere, sorted([*everywhere, pb.QUALITY_KIND_CROSSED])) == (
            list(no.quality),
            list(yes.quality),
        )
        await RedisQuotes(world.redis).flag({}, forget=True)
        assert [[], []] == [
            list(quote.quality) for quote in (await world.market("kalshi", market.venue_market_id)).quotes
        ]


async def test_the_same_question_on_two_venues_is_matched_with_its_prices(
    start_stand_in, running, source_of, until
) -> None:
    stand_in = start_stand_in(*BUSY)
    async with running(source_of(stand_in)) as world:

        async def matched() -> list[pb.Match]:
            told = await world.stub.ListMatches(pb.ListMatchesRequest(limit=100))
            return [one for one in told.matches if one.HasField("gap_millionths")]

        async def found() -> object:
            await world.follower.matchmaker.look()
            return await matched()

        matches = await until(found, "matches are found")
        for match in matches:
            assert match.first.market.venue < match.second.market.venue
            assert match.first.quote.outcome == match.first.outcome
        edges = [match.edge_millionths for match in matches if match.HasField("edge_millionths")]
        assert sorted(edges, reverse=True) == edges
