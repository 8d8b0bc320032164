"""Venue markets open events, once, and resolve them: on a real database, records as the inbox hands them over."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from oraculum.event.v1 import event_service_pb2 as event_pb
from oraculum.event.v1.events_fact_pb2 import EventsFact
from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum.market_data.v1.market_data_facts_pb2 import MarketsFact, VenueMarketChanged
from oraculum_dev.fixtures.jobs import job_of
from oraculum_event.rulebooks import to_content
from oraculum_kit.ids import uuid7

EVE = UUID("01890000-0000-7000-8000-00000000000e")


@dataclass
class Heard:
    """A record, as far as the handler looks."""

    message: MarketsFact


def market_of(service, number: int = 1, **fields: object) -> pb.VenueMarket:
    market = pb.VenueMarket(
        venue="kalshi",
        venue_market_id=f"KX-{number}",
        title=f"Will it rain? (№ {number})",
        status=pb.VENUE_MARKET_STATUS_OPEN,
        outcomes=[
            pb.VenueOutcome(index=0, label="NO", venue_outcome_id="no"),
            pb.VenueOutcome(index=1, label="YES", venue_outcome_id="yes"),
        ],
    )
    market.close_time.FromDatetime(service.clock.now() + timedelta(minutes=30))
    market.MergeFrom(pb.VenueMarket(**fields))
    return market


def resolved(market: pb.VenueMarket, payout: list[int], *, final: bool = True) -> pb.VenueMarket:
    market.status = pb.VENUE_MARKET_STATUS_RESOLVED
    market.resolution.MergeFrom(
        pb.VenueResolution(
            kind=pb.VENUE_RESOLUTION_KIND_WINNER, payout_millionths=payout, original="yes", final=final
        )
    )
    return market


async def hear(service, *markets: pb.VenueMarket) -> None:
    records = [
        Heard(MarketsFact(venue_market_changed=VenueMarketChanged(market=market))) for market in markets
    ]
    async with service.database.transaction() as connection:
        await service.venue_markets.hear(connection, records)


async def events(service) -> list[event_pb.Event]:
    statuses = [value for value in event_pb.EventStatus.values() if value]
    return list((await service.stub.ListEvents(event_pb.ListEventsRequest(statuses=statuses))).events)


async def run_jobs(service) -> None:
    """Run what is due until nothing is."""
    running = asyncio.create_task(service.runner.run())
    try:
        async with asyncio.timeout(15), service.database.connection() as connection:
            while True:
                cursor = await connection.execute("select count(*) from job where kind not in ('lock_event')")
                if (await cursor.fetchone())[0] == 0:
                    return
                await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_venue_market_opens_one_event_however_often_it_is_told(service) -> None:
    market = market_of(service)
    await asyncio.gather(*(hear(service, market) for _ in range(5)))
    await run_jobs(service)
    opened = await events(service)
    assert [(event.status, event.venue_link.venue_market_id) for event in opened] == [
        (event_pb.EVENT_STATUS_ACTIVE, "KX-1")
    ]


async def test_the_venues_result_resolves_the_event(service) -> None:
    await hear(service, market_of(service))
    await run_jobs(service)
    await hear(service, resolved(market_of(service), [0, 1_000_000]))
    await run_jobs(service)
    (event,) = await events(service)
    assert event.status == event_pb.EVENT_STATUS_RESOLVED
    assert list(event.resolution.payout_millionths) == [0, 1_000_000]
    assert event.resolution.source == "venue:kalshi"
    facts = [EventsFact.FromString(payload).WhichOneof("fact") for payload in await service.facts()]
    assert facts == ["event_opened", "event_resolved"]


async def test_outcomes_are_told_apart_by_their_ids(service) -> None:
    await hear(service, market_of(service))
    await run_jobs(service)
    swapped = resolved(market_of(service), [1_000_000, 0])
    swapped.outcomes[0].venue_outcome_id, swapped.outcomes[1].venue_outcome_id = "yes", "no"
    await hear(service, swapped)
    await run_jobs(service)
    (event,) = await events(service)
    assert list(event.resolution.payout_millionths) == [0, 1_000_000]


@pytest.mark.parametrize("payout", [[], [1_000_000], [500_000, 400_000]])
async def test_a_result_that_makes_no_sense_pays_nobody(service, payout: list[int]) -> None:
    await hear(service, market_of(service))
    await run_jobs(service)
    await hear(service, resolved(market_of(service), payout))
    (event,) = await events(service)
    assert event.status == event_pb.EVENT_STATUS_ACTIVE


async def test_a_result_that_may_still_change_waits(service) -> None:
    await hear(service, market_of(service))
    await run_jobs(service)
    await hear(service, resolved(market_of(service), [0, 1_000_000], final=False))
    (event,) = await events(service)
    assert event.status == event_pb.EVENT_STATUS_ACTIVE


async def test_a_market_that_the_venue_voids_is_called_off(service) -> None:
    await hear(service, market_of(service))
    await run_jobs(service)
    void = market_of(service, status=pb.VENUE_MARKET_STATUS_VOID)
    void.resolution.MergeFrom(pb.VenueResolution(kind=pb.VENUE_RESOLUTION_KIND_VOID, final=True))
    await hear(service, void)
    await run_jobs(service)
    (event,) = await events(service)
    assert event.status == event_pb.EVENT_STATUS_CANCELLED


async def test_a_result_that_comes_before_the_market_is_open_is_not_lost(service) -> None:
    await hear(service, market_of(service))
    await hear(service, resolved(market_of(service), [0, 1_000_000]))
    await run_jobs(service)
    (event,) = await events(service)
    assert event.status == event_pb.EVENT_STATUS_RESOLVED


async def test_a_venue_that_closes_early_locks_the_event(service) -> None:
    await hear(service, market_of(service))
    await run_jobs(service)
    early = market_of(service)
    early.close_time.FromDatetime(service.clock.now() - timedelta(seconds=1))
    early.status = pb.VENUE_MARKET_STATUS_CLOSED
    await hear(service, early)
    await run_jobs(service)
    (event,) = await events(service)
    assert event.status == event_pb.EVENT_STATUS_LOCKED
    assert service.prediction.closed == [event.event_id]


@pytest.mark.parametrize(
    "status",
    [
        pb.VENUE_MARKET_STATUS_CLOSED,
        pb.VENUE_MARKET_STATUS_DETERMINED,
        pb.VENUE_MARKET_STATUS_DISPUTED,
        pb.VENUE_MARKET_STATUS_RESOLVED,
    ],
)
async def test_what_the_venue_trades_no_more_is_locked_whatever_its_times_say(service, status: int) -> None:
    await hear(service, market_of(service))
    await run_jobs(service)
    await hear(service, market_of(service, status=status))
    await run_jobs(service)
    (event,) = await events(service)
    assert event.status == event_pb.EVENT_STATUS_LOCKED
    assert service.prediction.closed == [event.event_id]


async def test_a_venue_that_pauses_leaves_our_market_open(service) -> None:
    await hear(service, market_of(service))
    await run_jobs(service)
    await hear(service, market_of(service, status=pb.VENUE_MARKET_STATUS_PAUSED))
    await run_jobs(service)
    assert [event.status for event in await events(service)] == [event_pb.EVENT_STATUS_ACTIVE]


async def test_a_venue_that_closes_while_our_market_opens_is_not_forgotten(service) -> None:
    await hear(service, market_of(service))
    await hear(service, market_of(service, status=pb.VENUE_MARKET_STATUS_CLOSED))
    # The wish to lock comes to its turn while the event is still a draft.
    (draft,) = await events(service)
    await service.lifecycle.lock_early_job(job_of(draft.event_id, "lock_event_early"))
    await run_jobs(service)
    assert [event.status for event in await events(service)] == [event_pb.EVENT_STATUS_LOCKED]


async def test_times_that_move_while_our_market_opens_are_followed_once_it_is_open(service) -> None:
    await hear(service, market_of(service))
    later = market_of(service)
    later.close_time.FromDatetime(service.clock.now() + timedelta(hours=2))
    await hear(service, later)
    (draft,) = await events(service)
    assert draft.version == 1
    await run_jobs(service)
    (event,) = await events(service)
    expected = service.clock.now() + timedelta(hours=2) - timedelta(minutes=5)
    assert event.locks_at.ToDatetime() == expected.replace(tzinfo=None)


async def test_a_venue_that_reopens_after_the_lock_opens_nothing(service) -> None:
    await hear(service, market_of(service))
    await run_jobs(service)
    service.clock.advance(seconds=26 * 60)
    later = market_of(service)
    later.close_time.FromDatetime(service.clock.now() + timedelta(hours=2))
    await hear(service, later)
    (event,) = await events(service)
    assert event.version == 2
    await hear(service, market_of(service, status=pb.VENUE_MARKET_STATUS_CLOSED))
    await run_jobs(service)
    await hear(service, later)
    (event,) = await events(service)
    assert event.status == event_pb.EVENT_STATUS_LOCKED


class TestDisagreement:
    """An administrator said NO, much is at stake, and the venue says YES or something else."""

    async def waiting(self, service) -> event_pb.Event:
        await hear(service, market_of(service))
        await run_jobs(service)
        (event,) = await events(service)
        service.prediction.liquidity = 5_000_000_000
        return await service.resolve(event.event_id, [1_000_000, 0])

    async def withdraw(self, service, event_id: str) -> event_pb.Event:
        await service.confirm(event_id, EVE, confirm=False)
        await run_jobs(service)
        return await service.get(event_id)

    async def test_the_venues_word_is_taken_once_the_other_is_withdrawn(self, service) -> None:
        event = await self.waiting(service)
        await hear(service, resolved(market_of(service), [0, 1_000_000]))
        await run_jobs(service)
        still = await service.get(event.event_id)
        assert (still.proposal.awaits_confirmation, still.proposal.source) == (True, "admin")
        withdrawn = await self.withdraw(service, event.event_id)
        assert (withdrawn.status, withdrawn.resolution.source) == (
            event_pb.EVENT_STATUS_RESOLVED,
            "venue:kalshi",
        )

    async def test_a_void_is_kept_as_well(self, service) -> None:
        event = await self.waiting(service)
        void = market_of(service, status=pb.VENUE_MARKET_STATUS_VOID)
        void.resolution.MergeFrom(pb.VenueResolution(kind=pb.VENUE_RESOLUTION_KIND_VOID, final=True))
        await hear(service, void)
        withdrawn = await self.withdraw(service, event.event_id)
        assert withdrawn.status == event_pb.EVENT_STATUS_CANCELLED

    async def test_what_the_venue_took_back_is_not_heard_again(self, service) -> None:
        event = await self.waiting(service)
        await hear(service, resolved(market_of(service), [0, 1_000_000]))
        await hear(service, resolved(market_of(service), [0, 1_000_000], final=False))
        withdrawn = await self.withdraw(service, event.event_id)
        assert withdrawn.status == event_pb.EVENT_STATUS_LOCKED

    async def test_a_venue_that_says_the_same_needs_no_second_administrator(self, service) -> None:
        event = await self.waiting(service)
        await hear(service, resolved(market_of(service), [1_000_000, 0]))
        await run_jobs(service)
        done = await service.get(event.event_id)
        assert (done.status, done.resolution.source) == (event_pb.EVENT_STATUS_RESOLVED, "venue:kalshi")

    async def test_a_word_that_the_code_before_kept_in_its_job_is_heard(self, service) -> None:
        event = await self.waiting(service)
        await self.withdraw(service, event.event_id)
        word = VenueMarketChanged(market=resolved(market_of(service), [0, 1_000_000]))
        job = job_of(event.event_id, "hear_venue_again")
        job.payload["change"] = word.SerializeToString().hex()
        await service.venue_markets.hear_again_job(job)
        await run_jobs(service)
        assert (await service.get(event.event_id)).status == event_pb.EVENT_STATUS_RESOLVED


class TestBounds:
    async def test_replicas_at_once_keep_to_the_bound_of_a_rule(self, service) -> None:
        await bound_rules(service, 5)
        batches = [[market_of(service, 10 * replica + one) for one in range(10)] for replica in range(4)]
        await asyncio.gather(*(hear(service, *batch) for batch in batches))
        assert len(await events(service)) == 5

    async def test_what_people_tag_like_a_rule_takes_no_room(self, service) -> None:
        await bound_rules(service, 1)
        await service.create(tags=["rule:scripted-series"])
        await hear(service, market_of(service))
        assert len(await events(service)) == 2

    async def test_what_is_over_makes_room(self, service) -> None:
        await bound_rules(service, 1)
        await hear(service, market_of(service, 1))
        await run_jobs(service)
        await hear(service, market_of(service, 2))
        assert len(await events(service)) == 1
        await hear(service, resolved(market_of(service, 1), [0, 1_000_000]))
        await run_jobs(service)
        await hear(service, market_of(service, 2))
        assert len(await events(service)) == 2


async def bound_rules(service, open_max: int) -> None:
    book = service.rulebooks._shipped
    rules = [replace(rule, open_max=open_max) for rule in book.rules]
    content = to_content(replace(book, rules=rules))
    async with service.database.transaction() as connection:
        await service.rulebooks.replace(connection, content, 0, uuid7())


async def test_a_venue_that_moves_its_close_moves_our_lock(service) -> None:
    await hear(service, market_of(service))
    await run_jobs(service)
    later = market_of(service)
    later.close_time.FromDatetime(service.clock.now() + timedelta(hours=2))
    await hear(service, later)
    (event,) = await events(service)
    expected = service.clock.now() + timedelta(hours=2) - timedelta(minutes=5)
    assert event.locks_at.ToDatetime() == expected.replace(tzinfo=None)
