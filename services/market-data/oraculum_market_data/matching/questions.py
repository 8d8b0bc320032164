"""What a question says, taken apart: words, names, figures, the day it is about, and which way it asks.

Two questions of one wording that differ in a figure, a day or a direction are two questions; so these are taken out of
the words and compared by themselves.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from oraculum_market_data.matching.days import Day, days_in
from oraculum_market_data.matching.words import CANONICAL, NEGATIVE, STOP_WORDS, TOWARDS
from oraculum_market_data.normal import Market

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'&]*(?:\.[A-Za-z])*\.?|[0-9]+(?:st|nd|rd|th)\b")
_FIGURE: Final = re.compile(
    r"(?<![A-Za-z0-9.])[-+]?\$?\s?([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)\s?"
    r"(thousand|million|billion|trillion|bps|bp|k|m|mm|b|bn|t|tn|%)?(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SCALES: Final = {
    "k": 3, "thousand": 3, "m": 6, "mm": 6, "million": 6, "b": 9, "bn": 9, "billion": 9,
    "t": 12, "tn": 12, "trillion": 12, "bps": -2, "bp": -2,
}  # fmt: skip
# What editors put before a question: [Single Market] Will ..., archWill ...
_MARKED: Final = re.compile(r"^\s*(?:\[[^\]]*\]\s*|arch(?=[A-Z]))")
# Typographers' apostrophes as typists write them; asterisks make words bold.
_TYPED: Final = {0x2018: "'", 0x2019: "'", ord("*"): None}
_ENDINGS: Final = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", ""))
_LONG_ENOUGH: Final = 4


@dataclass(frozen=True, slots=True)
class Question:
    """One outcome of a market, as a question of its own."""

    venue: str
    market_id: str
    outcome: int
    text: str
    words: frozenset[str]
    names: frozenset[str]
    # Of one outcome among several: which. Whoever asks the same must name it.
    subject: frozenset[str]
    figures: frozenset[Decimal]
    days: frozenset[Day]
    closes_on: date | None
    # Which way it asks: "above", "below", or neither.
    direction: str
    is_negative: bool


def question(
    venue: str,
    market_id: str,
    outcome: int,
    text: str,
    closes_at: datetime | None = None,
    *,
    subject: str = "",
) -> Question:
    """Take a question apart."""
    plain = _plain(text)
    closes_on = None if closes_at is None else closes_at.date()
    days, without_days = days_in(plain, closes_on)
    figures, without_figures = _figures(without_days)
    spoken = [_bare(found[0]) for found in _WORD.finditer(without_figures)]
    raised = {raw for raw in spoken[1:] if raw[:1].isupper()} | {raw for raw in spoken[:1] if raw.isupper()}
    names = {name for name in _compared(raised) if len(name) > 1}
    folded = {raw.casefold() for raw in spoken}
    towards = {TOWARDS[word] for word in folded if word in TOWARDS} | _signs(plain)
    return Question(
        venue=venue,
        market_id=market_id,
        outcome=outcome,
        text=text,
        words=_compared(spoken),
        names=frozenset(names),
        subject=_words(subject),
        figures=frozenset(figures),
        days=frozenset(days),
        closes_on=closes_on,
        direction=towards.pop() if len(towards) == 1 else "",
        is_negative=len(folded & NEGATIVE) % 2 == 1,
    )


def questions_of(market: Market, title: str, *, outcomes_max: int = 40) -> list[Question]:
    """The questions that a market asks: one, when it is yes or no; else one of each outcome."""
    closes_at = market.closes_at or market.ends_at
    venue = market.venue.value
    if [outcome.label.casefold() for outcome in market.outcomes] == ["no", "yes"] or _says_itself(market):
        return [question(venue, market.id, 1, title, closes_at, subject=_group(market))]
    return [
        question(
            venue, market.id, outcome.index, f"{title} {outcome.label}", closes_at, subject=outcome.label
        )
        for outcome in market.outcomes[:outcomes_max]
        if outcome.label
    ]


def _says_itself(market: Market) -> bool:
    """Kalshi writes the same words on both sides of a yes-or-no market."""
    labels = [outcome.label for outcome in market.outcomes]
    return len(labels) == 2 and labels[0] == labels[1]


def _group(market: Market) -> str:
    """Which of several under a common title a market is, where that is said apart."""
    return "" if market.group_title.casefold() in {"yes", "no"} else market.group_title


def _words(text: str) -> frozenset[str]:
    return _compared([_bare(found[0]) for found in _WORD.finditer(_plain(text))])


def _compared(spoken: Iterable[str]) -> frozenset[str]:
    folded = (raw.casefold() for raw in spoken)
    words = (word for raw in folded if raw not in STOP_WORDS for word in canonical(raw))
    return frozenset(word for word in words if len(word) > 1)


@lru_cache(maxsize=50_000)
def canonical(word: str) -> tuple[str, ...]:
    """A word as it is compared: known short forms written out, endings off."""
    known = CANONICAL.get(word)
    if known is not None:
        return known
    return (_stem(word),)


def _stem(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LONG_ENOUGH - 1 and not word.endswith("ss"):
            stem = word[: -len(ending)] + instead
            return stem.rstrip("e") if len(stem) > _LONG_ENOUGH else stem
    return word.rstrip("e") if len(word) > _LONG_ENOUGH else word


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", _MARKED.sub("", text))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_TYPED)


def _bare(word: str) -> str:
    """U.S. is US, Trump's is Trump."""
    return re.sub(r"'s$", "", word).replace(".", "").strip("'&")


def _figures(text: str) -> tuple[list[Decimal], str]:
    figures: list[Decimal] = []
    for found in _FIGURE.finditer(text):
        exact = Decimal(found[1].replace(",", ""))
        figures.append(exact.scaleb(_SCALES.get((found[2] or "").casefold(), 0)).normalize())
    return figures, _FIGURE.sub(" ", text)


def _signs(text: str) -> set[str]:
    above, below = bool(re.search(r"[>≥]|\d\s?\+", text)), bool(re.search(r"[<≤]", text))
    return ({"above"} if above else set()) | ({"below"} if below else set())
