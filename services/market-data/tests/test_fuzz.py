"""Whatever comes over the wire, a decoder answers: with items, refusals that say why, or an unknown. It never raises."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.normal import Venue
from oraculum_market_data.replay.reports import encoder
from oraculum_market_data.venues.kalshi.bookkeeper import KalshiBooks
from oraculum_market_data.venues.polymarket.bookkeeper import PolymarketBooks
from oraculum_market_data.venues.reading import reading

SAMPLES = {
    venue: list(json.loads((Path(__file__).parent / f"samples/{venue.value}.json").read_text()).values())
    for venue in Venue
}
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**63, 2**64, -(2**70), 10**400, 253402300800000, 8640000000000001]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "NaN", "-Infinity", "1e999999999", "1e-5000", "1_0", "\u0661", "0x1", "-0", ".5", "1" * 200,
         "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2026-02-30",
         "[", "{", "[]", "{}", '["a"', "[1e999]", "yes", "YES", "null", "\x00", "\U0001f600"]
    ),
    st.lists(st.one_of(st.integers(), st.text(max_size=3)), max_size=4),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=3),
    st.builds(lambda depth: json.loads("[" * depth + "]" * depth), st.integers(1, 40)),
)  # fmt: skip
QUIET = settings(
    max_examples=1_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, one in inner for place in _places(one, (*path, name)))]


def _changed(payload: Any, path: tuple[Any, ...], change: Any) -> Any:
    """The payload with one place replaced, or removed when the change is ...."""
    if not path:
        return {} if change is ... else change
    copied = copy.deepcopy(payload)
    holder = copied
    for name in path[:-1]:
        holder = holder[name]
    if change is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = change
    return copied


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Venue, Any]:
    """A payload of some venue with up to three of its places changed."""
    venue = draw(st.sampled_from(list(Venue)))
    payload = draw(st.sampled_from(SAMPLES[venue]))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(_places(payload)))
        payload = _changed(payload, path, draw(st.one_of(st.just(...), STRANGE)))
    return venue, payload


def answers_well(decoded: Decoded) -> None:
    """Everything in an answer can be handed on."""
    for item in decoded.items:
        assert encoder.encode(item)
    for refused in decoded.refused:
        assert refused.record
        assert refused.field
        assert refused.reason
    assert decoded.records >= len(decoded.refused)


@QUIET
@given(mutations())
def test_changed_payloads(mutation: tuple[Venue, Any]) -> None:
    venue, payload = mutation
    body = json.dumps(payload).encode()
    read = reading(venue)
    for decoded in (read.body(body, Source()), read.body(b"[" + body + b"]", Source()), read.frame(body)):
        answers_well(decoded)
        KalshiBooks().apply(decoded)
        PolymarketBooks().apply(decoded.items)


@QUIET
@given(
    st.sampled_from(list(Venue)), st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode))
)
def test_rubbish(venue: Venue, rubbish: bytes) -> None:
    read = reading(venue)
    answers_well(read.body(rubbish, Source()))
    answers_well(read.frame(rubbish))


@QUIET
@given(st.sampled_from(list(Venue)), st.data())
def test_payloads_cut_or_scratched(venue: Venue, data: st.DataObject) -> None:
    body = bytearray(json.dumps(data.draw(st.sampled_from(SAMPLES[venue]))).encode())
    at = data.draw(st.integers(0, len(body) - 1))
    if data.draw(st.booleans()):
        del body[at:]
    else:
        body[at] = data.draw(st.integers(0, 255))
    read = reading(venue)
    answers_well(read.body(bytes(body), Source()))
    answers_well(read.frame(bytes(body)))


@pytest.mark.parametrize("venue", list(Venue))
@pytest.mark.parametrize(
    "opening", [b"[", b'{"a":', b'{"msg":', b'{"data":[', b'{"event_type":"book","bids":[']
)
def test_nesting_beyond_all_reason(venue: Venue, opening: bytes) -> None:
    body = opening * 200_000
    read = reading(venue)
    for decoded in (read.body(body, Source()), read.frame(body)):
        answers_well(decoded)
        assert decoded.refused
    closed = b"[" * 100_000 + b"]" * 100_000
    answers_well(read.body(closed, Source()))
    answers_well(
        read.body(b'{"id":"1","question":"?","outcomeType":"BINARY","description":' + closed + b"}", Source())
    )
