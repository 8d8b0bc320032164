"""How well the same questions are found among what the venues really asked.

`labelled.json` names the questions that stand on two venues, as a person found them: of all pairs in the recordings
whose words overlap by half and that end within fifty days of each other, and of all that the matcher itself calls the
same. A line is one question: the outcome of one venue, then each outcome of the other that asks the same.
"""

import json
from pathlib import Path
from typing import Any

from oraculum_market_data.matching.matcher import Matcher, Pair
from oraculum_market_data.matching.questions import questions_of
from oraculum_market_data.normal import Market
from oraculum_market_data.replay.reports import DumpLine, report
from oraculum_market_data.wire import title_of

LABELLED: dict[str, Any] = json.loads(Path(__file__).with_name("labelled.json").read_text())
Side = tuple[str, str, int]


def markets(recordings: Path) -> list[Market]:
    """All markets in the files of the labelled questions, thousands of others among them."""
    found: dict[tuple[str, str], Market] = {}

    def tell(line: DumpLine) -> None:
        if isinstance(line.item, Market):
            found[line.item.venue.value, line.item.id] = line.item

    for name in LABELLED["files"]:
        report(recordings / name, name, tell)
    return list(found.values())


def sides(pair: Pair) -> frozenset[Side]:
    """Both outcomes of a pair."""
    return frozenset((one.venue, one.market_id, one.outcome) for one in (pair.first, pair.second))


def test_precision_and_recall_on_the_recordings(recordings: Path) -> None:
    asked = [one for market in markets(recordings) for one in questions_of(market, title_of(market))]
    found = {sides(pair) for pair in Matcher(asked).pairs()}
    questions = [
        {frozenset({tuple(one), tuple(other)}) for other in others} for one, *others in LABELLED["questions"]
    ]
    right = {pair for pairs in questions for pair in pairs} & found
    precision = len(right) / len(found)
    # Where a venue asks the same twice, one of the two is found: each outcome has one partner on another venue.
    recall = sum(bool(pairs & found) for pairs in questions) / len(questions)
    # Among 5,729 questions all 35 that stand twice are found and nothing else, as of the recordings of 2026.
    assert precision >= 0.97
    assert recall >= 0.97
