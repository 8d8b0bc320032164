"""Markets find a socket with room, and stay with it."""

from oraculum_market_data.normal import Market, Status, Venue
from oraculum_market_data.shards import Shards


def markets(*names: str) -> list[Market]:
    return [Market(venue=Venue.POLYMARKET, id=name, status=Status.OPEN) for name in names]


def names(shards: Shards, *wanted: str) -> list[list[str]]:
    return [[market.id for market in shard] for shard in shards.spread(markets(*wanted))]


def test_sockets_fill_up_one_after_the_other() -> None:
    assert [["a", "b"], ["c"], []] == names(Shards(3, 2), "a", "b", "c")


def test_a_market_stays_where_it_came() -> None:
    shards = Shards(2, 2)
    names(shards, "a", "b", "c", "d")
    assert [["b"], ["c", "d"]] == names(shards, "b", "c", "d")
    assert [["b", "e"], ["c", "d"]] == names(shards, "b", "c", "d", "e")


def test_what_finds_no_room_is_left_out() -> None:
    assert [["a"], ["b"]] == names(Shards(2, 1), "a", "b", "c")
