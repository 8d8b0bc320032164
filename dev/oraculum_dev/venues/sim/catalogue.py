"""The events that the venues list by themselves, planned by the month, by the day and by the slot.

Keys hold the period, so a venue that is started twice in a period lists the same events, and one that is
started later lists new ones: no key ever comes back with another life.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from oraculum_dev.venues.sim import subjects
from oraculum_dev.venues.sim.chance import seeded
from oraculum_dev.venues.sim.terms import DAY, HOUR, MINUTE, SECOND, EventPlan, Question, Topic, Venue

SLOT = 15 * MINUTE
_DAILY_LIFE = 3 * DAY


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def month_bounds(at_ms: int) -> tuple[int, int]:
    """Return the first moment of the month and of the month after the next."""
    first = _moment(at_ms).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = (first + timedelta(days=63)).replace(day=1)
    return _ms(first), _ms(after)


def _chances(random: Random, count: int) -> list[float]:
    weights = [random.expovariate(1.0) + 0.05 for _ in range(count)]
    return [weight / sum(weights) for weight in weights]


def _legs(random: Random, key: str, title: str, labels: tuple[str, ...]) -> tuple[Question, ...]:
    chances = _chances(random, len(labels))
    return tuple(
        Question(f"{key}-{number}", f"{title.rstrip('?')}: {label}?", label, chance)
        for number, (label, chance) in enumerate(zip(labels, chances, strict=True))
    )


def monthly(seed: int, venue: Venue, at_ms: int) -> Iterator[EventPlan]:
    """Plan the long events of the month of a moment; they close when the month after it ends."""
    opens, closes = month_bounds(at_ms)
    moment = _moment(opens)
    stamp, month = f"{moment:%y%b}".upper(), f"{_moment(closes - DAY):%B %Y}"
    random = seeded(seed, venue, stamp)

    def plan(series: str, topic: Topic, title: str, labels: tuple[str, ...]) -> EventPlan:
        key = f"{series}-{stamp}"
        several = len(labels) > 1
        questions = (
            _legs(random, key, title, labels)
            if several
            else (Question(key, title, labels[0], random.uniform(0.08, 0.92)),)
        )
        return EventPlan(
            venue=venue, key=key, series=series, topic=topic, title=title,
            rules=f"This resolves by official sources. It closes at the end of {month}.",
            questions=questions, exclusive=several, step=random.choice((10, 10, 1)),
            opens_ms=opens, closes_ms=closes, determines_ms=closes + HOUR, finalizes_ms=closes + 2 * HOUR,
        )  # fmt: skip

    yield plan("KXELECT", Topic.POLITICS, *random.choice(subjects.ELECTIONS))
    yield plan("KXAWARD", Topic.ENTERTAINMENT, *random.choice(subjects.AWARDS))
    yield plan("KXCHAMP", Topic.SPORTS, *random.choice(subjects.CHAMPIONSHIPS))
    yield plan("KXRATE", Topic.ECONOMICS, f"Central bank decision in {month}?", subjects.RATE_DECISIONS)
    for series, topic, titles in (
        ("KXPOL", Topic.POLITICS, subjects.YES_NO_POLITICS),
        ("KXECON", Topic.ECONOMICS, subjects.YES_NO_ECONOMICS),
        ("KXENT", Topic.ENTERTAINMENT, subjects.YES_NO_ENTERTAINMENT),
        ("KXSCI", Topic.WEATHER, subjects.YES_NO_SCIENCE),
    ):
        for number, title in enumerate(titles):
            yield plan(f"{series}{number}", topic, title.format(month=month), ("Yes",))


def daily(seed: int, venue: Venue, at_ms: int) -> Iterator[EventPlan]:
    """Plan what is listed at the midnight before a moment: games and temperatures of three days later."""
    opens = at_ms - at_ms % DAY
    day = _moment(opens + _DAILY_LIFE)
    stamp = f"{day:%y%b%d}".upper()
    random = seeded(seed, venue, stamp)
    for series, clubs, hour in (
        ("KXFUTBOL", subjects.FOOTBALL_CLUBS, 19),
        ("KXHOOPS", subjects.BASKETBALL_CLUBS, 23),
        ("KXTENNIS", subjects.TENNIS_PLAYERS, 13),
    ):
        home, away = random.sample(clubs, 2)
        chance = random.uniform(0.2, 0.8)
        yield _game(
            venue, f"{series}-{stamp}", (home, away), chance, opens=opens, starts=_ms(day) + hour * HOUR
        )
    yield _temperature(venue, random.choice(subjects.CITIES), stamp, opens, random)


def _game(
    venue: Venue, key: str, sides: tuple[str, str], chance: float, *, opens: int, starts: int
) -> EventPlan:
    """Plan a game: one market, whose outcomes are named after the sides where the venue does so."""
    title = f"{sides[0]} vs. {sides[1]}"
    asked = title if venue is Venue.POLYMARKET else f"Will {sides[0]} beat {sides[1]}?"
    closes = starts + 3 * HOUR
    return EventPlan(
        venue=venue, key=key, series=key.partition("-")[0], topic=Topic.SPORTS, title=title,
        rules=f"If {sides[0]} wins against {sides[1]}, the market resolves to the first outcome.",
        questions=(Question(key, asked, sides[0], chance),),
        outcomes=sides if venue is Venue.POLYMARKET else ("Yes", "No"), volatility=0.05,
        opens_ms=opens, starts_ms=starts, closes_ms=closes,
        determines_ms=starts + 2 * HOUR, finalizes_ms=starts + 2 * HOUR + 10 * MINUTE,
    )  # fmt: skip


def _temperature(venue: Venue, city: str, stamp: str, opens: int, random: Random) -> EventPlan:
    key = f"KXHIGH-{stamp}"
    low = random.randint(-5, 30)
    labels = (
        f"{low}° or below",
        f"{low + 1}° to {low + 2}°",
        f"{low + 3}° to {low + 4}°",
        f"{low + 5}° or above",
    )
    title = f"Highest temperature in {city} on {stamp}?"
    closes = opens + _DAILY_LIFE + DAY
    return EventPlan(
        venue=venue, key=key, series="KXHIGH", topic=Topic.WEATHER, title=title,
        rules=f"This resolves to the bracket that holds the highest temperature measured in {city}.",
        questions=_legs(random, key, title, labels), exclusive=True, volatility=0.03,
        opens_ms=opens, closes_ms=closes, determines_ms=closes + 10 * MINUTE, finalizes_ms=closes + 30 * MINUTE,
    )  # fmt: skip


def slot(seed: int, venue: Venue, at_ms: int) -> Iterator[EventPlan]:
    """Plan the quarter-hour markets of the slot of a moment: opened with it, resolved just after it."""
    opens = at_ms - at_ms % SLOT
    closes = opens + SLOT
    stamp = f"{_moment(closes):%y%b%d%H%M}".upper()
    random = seeded(seed, venue, stamp)
    for code, name, price in subjects.COINS:
        key = f"KX{code}15M-{stamp}"
        title = f"{name} up or down at {_moment(closes):%H:%M} UTC?"
        yield EventPlan(
            venue=venue, key=key, series=f"KX{code}15M", topic=Topic.CRYPTO, title=title,
            rules=f"This resolves by the price of {name} at the close against that at the open, about ${price:,}.",
            questions=(Question(key, title, "Up", random.uniform(0.42, 0.58)),),
            outcomes=("Up", "Down") if venue is Venue.POLYMARKET else ("Yes", "No"), volatility=0.08,
            opens_ms=opens, closes_ms=closes,
            determines_ms=closes + 5 * SECOND, finalizes_ms=closes + 20 * SECOND,
        )  # fmt: skip


def standing(seed: int, venue: Venue, now_ms: int) -> Iterator[EventPlan]:
    """Plan everything that is listed when a venue is first looked at."""
    yield from monthly(seed, venue, now_ms)
    for days_ago in (3, 2, 1, 0):
        yield from daily(seed, venue, now_ms - days_ago * DAY)
    yield from slot(seed, venue, now_ms)


def renamed(plan: EventPlan, suffix: str) -> EventPlan:
    """Return the same plan under keys of its own."""
    questions = tuple(replace(question, key=f"{question.key}{suffix}") for question in plan.questions)
    return replace(plan, key=f"{plan.key}{suffix}", title=f"{plan.title} ({suffix})", questions=questions)
