"""Which questions of different venues are the same.

Candidates share rare words; a pair is then judged by what must not differ (figures, days, direction, names) and by how
much of its words, weighed by how rare they are, both have. What cannot be decided is left out: a pair that is shown as
the same and is not costs whoever trades on it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log
from typing import Final

from oraculum_market_data.matching.questions import Question
from oraculum_market_data.matching.words import DECISIVE

THRESHOLD: Final = 0.6
# A word that so many questions have finds no candidates.
_COMMON_SHARE: Final = 0.05
_COMMON_MIN: Final = 40
_RARE_WORDS: Final = 6
_DAYS_APART_MAX: Final = 45


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions that are the same, and how sure we are, from 0 to 1."""

    first: Question
    second: Question
    score: float


class Matcher:
    """Judges questions against each other, knowing how rare words are among all of them."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._questions = list(questions)
        self._counts = Counter(word for one in self._questions for word in one.words)

    def pairs(self, threshold: float = THRESHOLD) -> list[Pair]:
        """The same questions, each market with the best of every other venue."""
        judged = (
            Pair(first, second, score)
            for first, second in self._candidates()
            if (score := self.score(first, second)) >= threshold
        )
        return _best(judged)

    def score(self, first: Question, second: Question) -> float:
        """How sure it is that two questions are the same; 0 where something keeps them apart."""
        if not _may_be_same(first, second):
            return 0.0
        shared = self._weight(first.words & second.words)
        every = self._weight(first.words | second.words)
        fewer = min(self._weight(first.words), self._weight(second.words))
        if not every or not fewer:
            return 0.0
        # One venue says in ten words what another says in five: what is contained counts beside what is shared.
        words = 0.6 * shared / every + 0.4 * shared / fewer
        names = _shared(first.names, second.names)
        return (
            (0.7 * words + 0.2 * names + 0.1 * _time(first, second))
            if names is not None
            else (0.85 * words + 0.15 * _time(first, second))
        )

    def _weight(self, words: Iterable[str]) -> float:
        total = len(self._questions) + 1
        return sum(log(total / (self._counts[word] + 0.5)) for word in words)

    def _candidates(self) -> Iterator[tuple[Question, Question]]:
        common = max(_COMMON_MIN, int(len(self._questions) * _COMMON_SHARE))
        by_word: dict[str, list[int]] = defaultdict(list)
        for number, one in enumerate(self._questions):
            rare = sorted(one.words, key=lambda word: self._counts[word])[:_RARE_WORDS]
            for word in rare:
                if 1 < self._counts[word] <= common:
                    by_word[word].append(number)
        seen: set[tuple[int, int]] = set()
        for numbers in by_word.values():
            for pair in combinations(numbers, 2):
                first, second = self._questions[pair[0]], self._questions[pair[1]]
                if first.venue != second.venue and pair not in seen:
                    seen.add(pair)
                    yield (first, second) if first.venue < second.venue else (second, first)


def _best(pairs: Iterable[Pair]) -> list[Pair]:
    """One to one between any two venues: the surest pair takes both, whatever else they resemble is left."""
    taken: set[tuple[str, str, int, str]] = set()
    chosen: list[Pair] = []
    for pair in sorted(pairs, key=lambda one: (-one.score, one.first.market_id, one.second.market_id)):
        sides = (
            (pair.first.venue, pair.first.market_id, pair.first.outcome, pair.second.venue),
            (pair.second.venue, pair.second.market_id, pair.second.outcome, pair.first.venue),
        )
        if taken.isdisjoint(sides):
            taken.update(sides)
            chosen.append(pair)
    return chosen


def _may_be_same(first: Question, second: Question) -> bool:
    """Whether nothing that two questions say keeps them apart."""
    decided = not (first.words ^ second.words) & DECISIVE and first.is_negative == second.is_negative
    directed = not first.direction or not second.direction or first.direction == second.direction
    # Whoever asks of one among several must be asked the same way elsewhere.
    named = first.subject <= second.words and second.subject <= first.words
    # Each may know somebody whom the other does not name, but not both.
    known = not (first.names - second.words and second.names - first.words)
    measured = first.figures == second.figures
    return decided and directed and named and known and measured and _times_fit(first, second)


def _times_fit(first: Question, second: Question) -> bool:
    if first.days and second.days:
        return _days_fit(first, second) and _days_fit(second, first)
    if first.days or second.days:
        named, other = (first, second) if first.days else (second, first)
        closes_on = other.closes_on
        return closes_on is None or any(
            abs((day.last - closes_on).days) <= _DAYS_APART_MAX for day in named.days
        )
    if first.closes_on is None or second.closes_on is None:
        return True
    return abs((first.closes_on - second.closes_on).days) <= 2 * _DAYS_APART_MAX


def _days_fit(first: Question, second: Question) -> bool:
    """Whether every day that one names fits one of the other's."""
    return all(any(day.fits(other) for other in second.days) for day in first.days)


def _shared(first: frozenset[str], second: frozenset[str]) -> float | None:
    """How many of all names both have; None where one names nobody."""
    return len(first & second) / len(first | second) if first and second else None


def _time(first: Question, second: Question) -> float:
    """Nearness in time: by the days they name, else by when they close."""
    if first.days and second.days:
        return 1.0
    if first.closes_on is None or second.closes_on is None:
        return 0.5
    apart = abs((first.closes_on - second.closes_on).days)
    return max(0.0, 1.0 - apart / _DAYS_APART_MAX)


def summary(pairs: Sequence[Pair], truth: Iterable[frozenset[tuple[str, str]]]) -> tuple[float, float]:
    """Precision and recall of pairs of (venue, market id) against those that a person found to be the same."""
    found = {
        frozenset({(pair.first.venue, pair.first.market_id), (pair.second.venue, pair.second.market_id)})
        for pair in pairs
    }
    true = set(truth)
    right = len(found & true)
    return (right / len(found) if found else 1.0), (right / len(true) if true else 1.0)
