"""Small hand-written payloads of every shape, one by one: each is understood whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from oraculum_market_data.decoding import Source
from oraculum_market_data.normal import Venue
from oraculum_market_data.replay.reports import encoder
from oraculum_market_data.venues.reading import reading

SAMPLES = Path(__file__).parent / "samples"


def _cases() -> list[Any]:
    return [
        pytest.param(venue, payload, id=f"{venue.value}: {name}")
        for venue in Venue
        for name, payload in json.loads((SAMPLES / f"{venue.value}.json").read_text()).items()
    ]


@pytest.mark.parametrize(("venue", "payload"), _cases())
def test_is_understood_whole(venue: Venue, payload: Any) -> None:
    decoded = reading(venue).body(json.dumps(payload).encode(), Source(subject="subject"))
    assert [] == [str(refused) for refused in decoded.refused]
    assert [] == decoded.unknown
    assert decoded.items
    assert all(encoder.encode(item) for item in decoded.items)


@pytest.mark.parametrize(("venue", "payload"), _cases())
def test_unknown_fields_are_ignored(venue: Venue, payload: Any) -> None:
    """A venue that adds a field to any object loses nothing by it."""
    plain = reading(venue).body(json.dumps(payload).encode(), Source())
    more = reading(venue).body(json.dumps(_with_more(payload)).encode(), Source())
    if any(type(item).__name__ in {"Reference", "VenueError", "Control"} for item in plain.items):
        assert len(plain.items) == len(more.items) or more.unknown
    else:
        assert plain.items == more.items


def _with_more(value: Any) -> Any:
    # Maps from ids to figures are no objects with fields: a stranger in them is another id.
    if isinstance(value, dict) and not ({"YES", "a1", "creatorFee", "Word"} & value.keys()):
        return {**{name: _with_more(inner) for name, inner in value.items()}, "aFieldOf2031": {"deep": [1]}}
    if isinstance(value, list):
        return [_with_more(inner) for inner in value]
    return value
