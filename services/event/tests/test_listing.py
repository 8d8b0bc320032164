"""Lists of events: found by words, filtered, in order, and whole however they are paged."""

import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_event.repository.events import SORTS, TRENDING, _count, _page, _trending
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.ids import uuid7

TITLES = [
    "Will it rain in Oslo?",
    "Will Ελλάδα win the cup?",
    "Who wins the Oslo marathon?",
    "Will Bitcoin rise?",
]


async def titles(service, **request: object) -> list[str]:
    response = await service.stub.ListEvents(pb.ListEventsRequest(**request))
    return [event.title for event in response.events]


@pytest.fixture
async def listed(service) -> object:
    for title in TITLES:
        service.clock.advance(seconds=1)
        await service.create(title, category="sports" if "win" in title else "weather")
    return service


async def test_the_newest_come_first(listed) -> None:
    assert await titles(listed) == TITLES[::-1]


async def test_the_oldest_come_first_when_asked(listed) -> None:
    assert await titles(listed, sort="created_at:asc") == TITLES


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("oslo", [TITLES[2], TITLES[0]]),
        ("Oslo marathons", [TITLES[2]]),
        ("ελλάδα", [TITLES[1]]),
        ('"win the cup"', [TITLES[1]]),
        ("oslo -rain", [TITLES[2]]),
        ("snow", []),
        ("' or 1=1 --", []),
        ("%", []),
    ],
)
async def test_words_are_found(listed, query: str, found: list[str]) -> None:
    assert await titles(listed, query=query) == found


async def test_filters_go_together(listed) -> None:
    assert await titles(listed, category="sports", query="oslo") == [TITLES[2]]
    assert await titles(listed, statuses=[pb.EVENT_STATUS_RESOLVED]) == []


@pytest.mark.parametrize("sort", ["", "created_at:asc", "start_time:desc", "end_time:asc", "locks_at"])
async def test_pages_hold_everything_once_while_more_comes_in(listed, sort: str) -> None:
    seen, cursor = [], ""
    while True:
        page = await listed.stub.ListEvents(pb.ListEventsRequest(limit=1, cursor=cursor, sort=sort))
        seen += [event.title for event in page.events]
        cursor = page.next_cursor
        if not cursor:
            break
        if len(seen) == 1 and sort == "":
            listed.clock.advance(seconds=1)
            await listed.create("One that came in between")
    assert sorted(seen) == sorted(TITLES)


async def test_a_person_turns_pages_and_sees_how_many_there_are(listed) -> None:
    page = await listed.stub.ListEvents(pb.ListEventsRequest(limit=3, page=2))
    assert ([event.title for event in page.events], page.total) == ([TITLES[0]], 4)


@pytest.mark.parametrize(
    ("field", "request_fields"),
    [
        ("limit", {"limit": 101}),
        ("cursor", {"cursor": "nonsense"}),
        ("page", {"page": 2, "cursor": "x"}),
        ("page", {"page": -1}),
        ("sort", {"sort": "title:asc"}),
        ("sort", {"sort": "created_at:up"}),
        ("category", {"category": "x' or true --"}),
        ("creator_user_id", {"creator_user_id": "me"}),
        ("query", {"query": "a\0b"}),
    ],
)
async def test_a_bad_field_is_named(service, field: str, request_fields: dict[str, object]) -> None:
    with pytest.raises(InvalidArgument) as refused:
        await service.stub.ListEvents(pb.ListEventsRequest(**request_fields))
    assert field in [violation.field for violation in refused.value.violations]


async def test_several_come_in_the_order_asked_without_those_that_are_not_there(listed) -> None:
    listing = await listed.stub.ListEvents(pb.ListEventsRequest())
    ids = [listing.events[2].event_id, str(uuid7()), listing.events[0].event_id]
    response = await listed.stub.BatchGetEvents(pb.BatchGetEventsRequest(event_ids=ids))
    assert [event.event_id for event in response.events] == [ids[0], ids[2]]


async def test_categories_count_what_is_open(listed) -> None:
    response = await listed.stub.ListCategories(pb.ListCategoriesRequest())
    assert {entry.category: entry.active_events for entry in response.categories if entry.active_events} == {
        "sports": 2,
        "weather": 2,
    }


@pytest.mark.parametrize("sort", SORTS)
async def test_every_order_reads_an_index_and_sorts_nothing(service, sort: str) -> None:
    if sort == TRENDING:
        statement = _trending(("statuses",), after=False)
    else:
        statement = _page(("statuses",), sort, descending=True, after=False)
    async with service.database.transaction() as connection:
        # On a small table a sort is cheap; what counts is that there is a way without one.
        await connection.execute("set local enable_seqscan = off")
        await connection.execute("set local enable_sort = off")
        cursor = await connection.execute(
            f"explain {statement.sql}",
            {"statuses": ["active", "locked"], "row_count": 21, "skip": 0},
        )
        plan = "\n".join(row[0] for row in await cursor.fetchall())
    assert "Index" in plan
    assert "Sort" not in plan


async def test_counting_a_list_looks_at_no_results(service) -> None:
    statement = _count(("statuses",))
    async with service.database.connection() as connection:
        cursor = await connection.execute(f"explain {statement.sql}", {"statuses": ["active"]})
        assert "resolution" not in "\n".join(row[0] for row in await cursor.fetchall())
