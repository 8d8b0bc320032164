"""What points make of a minute: its first, highest, lowest and last price, and all that was traded, in whatever order."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oraculum_market_data.minutes import Minute, Point, minutes_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

points = st.builds(
    Point,
    st.sampled_from(["oraculum", "kalshi"]),
    st.sampled_from(["a", "b"]),
    st.integers(0, 1),
    st.integers(0, 400).map(lambda halves: NOON + timedelta(seconds=halves / 2)),
    st.integers(0, 1_000_000),
    st.decimals(0, 10**12, places=9),
    st.integers(0, 1),
)


@given(st.lists(points))
def test_a_minute_is_what_is_in_it(told: list[Point]) -> None:
    """As if each had been looked up by itself; of points of one time the first opens and the last closes."""
    by_name: dict[tuple[str, str, int, datetime], list[Point]] = {}
    for point in told:
        since = int((point.at - NOON).total_seconds()) // 60
        name = point.venue, point.market_id, point.outcome, NOON + timedelta(minutes=since)
        by_name.setdefault(name, []).append(point)
    expected = [
        Minute(
            venue=name[0],
            market_id=name[1],
            outcome=name[2],
            open_millionths=min(inside, key=lambda point: point.at).millionths,
            high_millionths=max(point.millionths for point in inside),
            low_millionths=min(point.millionths for point in inside),
            close_millionths=max(reversed(inside), key=lambda point: point.at).millionths,
            volume=Decimal(sum(int(point.volume.scaleb(9)) for point in inside)).scaleb(-9),
            trades=sum(point.trades for point in inside),
            first_at=min(point.at for point in inside),
            last_at=max(point.at for point in inside),
        )
        for name, inside in by_name.items()
    ]
    assert expected == minutes_of(told)


def test_no_digit_of_a_volume_is_lost() -> None:
    """Decimals of a venue may be longer than what Python keeps of a sum by itself."""
    few = Point("manifold", "m", 0, NOON, 500_000, Decimal("1E-20"), 1)
    many = few._replace(volume=Decimal(10**30))
    (minute,) = minutes_of([few, many, few])
    assert Decimal("1000000000000000000000000000000.00000000000000000002") == minute.volume
