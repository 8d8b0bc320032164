"""Every recorded file is understood; what is refused is refused with a reason, and only where the venue broke its rules."""

import json
from functools import cache
from pathlib import Path

from oraculum_market_data.normal import Status, VenueError
from oraculum_market_data.replay.reports import DumpLine, FileReport, report

# The order book service lists dead markets that have no id of any kind: they cannot be told from one another.
WITHOUT_IDENTITY = {"clob__markets_page_1000.json": 54}
# Where the provenance counts events, and the markets in them are records of ours as well; or where it counts none.
COUNTED_OTHERWISE = {
    "events_mlb_props_nested.json",
    "events_sports_nested.json",
    "v1_events_scalar-and-odd-statuses_trimmed_2026-02.json",
    "gamma__event.json",
    "gamma__event_fed-decision-june_negrisk.json",
    "gamma__event_slug_nobel-peace-prize-2026_negrisk-augmented.json",
    "gamma__events_list_2026-02.json",
}


@cache
def told_of(recording: Path) -> tuple[FileReport, int]:
    """The report of a file, read once for all tests, and how many lines a dump of it has."""
    lines = 0

    def count(_: DumpLine) -> None:
        nonlocal lines
        lines += 1

    return report(recording, recording.name, count), lines


def test_every_recording_is_understood_or_refused_with_a_reason(recording: Path) -> None:
    told, _ = told_of(recording)
    assert recording.parent.parent.name == told.venue
    assert {} == told.unknown
    assert WITHOUT_IDENTITY.get(recording.name, 0) == len(told.refused)
    for refused in told.refused:
        assert refused.record.startswith("data[")
        assert refused.field == "condition_id"
        assert "cannot be told from others" in refused.reason


def test_nothing_is_left_out(recording: Path) -> None:
    """The provenance says how many records a file holds; where it counts as we do we find as many."""
    provenance = recording.parents[2] / "provenance.json"
    entries = {entry["name"]: entry for entry in json.loads(provenance.read_text())}
    entry = entries.get(recording.name, {})
    counted = entry.get("n")
    if not isinstance(counted, int) or counted < 10 or recording.name in COUNTED_OTHERWISE:
        return
    told, lines = told_of(recording)
    assert counted <= max(told.records, told.messages)
    assert lines == told.updates


def test_text_bodies_are_errors_of_the_venue(recordings: Path) -> None:
    lines: list[DumpLine] = []
    report(recordings / "polymarket/rest/clob__404_wrong-path.txt", "404", lines.append)
    report(recordings / "manifold/rest/markets_308_http-redirect.txt", "308", lines.append)
    report(recordings / "manifold/rest/bet_403_bad-key.json", "403", lines.append)
    errors = [line.item for line in lines]
    assert all(isinstance(error, VenueError) for error in errors)
    assert [error.code for error in errors] == ["404", "308", ""]
    assert "private user" in errors[2].message


def test_closed_is_not_resolved(recordings: Path) -> None:
    """Of the closed markets of one page four in ten have no winner, and none of those counts as resolved."""
    lines: list[DumpLine] = []
    report(recordings / "polymarket/rest/clob__markets_page_1000.json", "page", lines.append)
    statuses = [line.item.status for line in lines]
    assert statuses.count(Status.RESOLVED) == 579 + 7
    assert statuses.count(Status.CLOSED) > 300
