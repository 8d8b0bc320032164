"""The crawler: opens events from venue markets that a rule admits, and resolves them by the venue's own result.

The rules are data (rulebooks.py keeps them), the first that admits a market names itself in the event's tags. A venue market
opens one event: its identity is a unique key of the database, so it makes no difference how often, in what order or by
how many replicas we hear of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum.market_data.v1.market_data_facts_pb2 import VenueMarketChanged
from oraculum_event.drafting import (
    BINARY_LABELS,
    DESCRIPTION_LENGTH_MAX,
    LABEL_LENGTH_MAX,
    ONE,
    TAGS_MAX,
    TITLE_LENGTH_MAX,
)
from oraculum_event.records import CATEGORIES, Draft, EventType, VenueMarketRef
from oraculum_kit.timestamps import from_wire
from oraculum_money import Price, Units

# A market that is about to lock is not worth a subsidy.
CRAWLED_OPEN_AT_LEAST: Final = timedelta(seconds=10)
# A market maker that opens at the edge has nothing left to move; venues quote there when they know the answer.
PRIOR_MIN: Final = Price(20_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which venue markets become events."""

    name: str
    venues: tuple[str, ...] = ()
    # The venue's category words or tags, any of them; every market when empty.
    categories: tuple[str, ...] = ()
    # What the title must match somewhere.
    title: str = ""
    # In the venue's own unit; a market that does not tell its volume has none.
    volume_min: Decimal = Decimal(0)
    outcomes_max: int = 10
    closes_within_days: int = 365
    # How many events of this rule may be open at once.
    open_max: int = 50
    # The category of the event where the venue's words say nothing that we know.
    category: str = "custom"

    def admits(self, market: pb.VenueMarket) -> bool:
        """Whether the market is of the kind that this rule is for."""
        return self.refusal(market) is None

    def refusal(self, market: pb.VenueMarket) -> str | None:
        """Why the market is not of the kind that this rule is for; None where it is."""
        words = {word.casefold() for word in market.categories}
        if self.venues and market.venue not in self.venues:
            return f"is for {', '.join(self.venues)}"
        if self.categories and words.isdisjoint(self.categories):
            return f"wants one of the words {', '.join(self.categories)}"
        if self.title and re.search(self.title, market.title) is None:
            return "wants another title"
        if len(market.outcomes) > self.outcomes_max:
            return f"takes {self.outcomes_max} outcomes at most"
        if self.volume_min and _decimal(market.volume) < self.volume_min:
            return f"wants a volume of {format(self.volume_min, 'f')} at least"
        return None

    @property
    def tag(self) -> str:
        """The word by which its events are counted."""
        return f"rule:{self.name}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a venue market: the rule that is for it, the event, or why there is none."""

    rule: Rule | None = None
    draft: Draft | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules in their order, and what the house puts into each market."""

    rules: Sequence[Rule]
    subsidy: Units
    asset: str = "USDC"
    # Which of our categories a venue's word means.
    categories: dict[str, str] = field(default_factory=dict)

    def draft(self, change: VenueMarketChanged, now: datetime) -> tuple[Rule, Draft] | None:
        """The event that a venue market becomes, if any rule wants it."""
        judged = self.judge(change, now)
        return None if judged.rule is None or judged.draft is None else (judged.rule, judged.draft)

    def judge(self, change: VenueMarketChanged, now: datetime) -> Judgement:
        """What becomes of a venue market, and why nothing where it does not."""
        market = change.market
        if market.status != pb.VENUE_MARKET_STATUS_OPEN:
            return Judgement(reasons=("the venue does not trade it",))
        if not tradable(market):
            return Judgement(
                reasons=("it has not the shape of an event: a question, and outcomes of which one wins",)
            )
        refusals = []
        for rule in self.rules:
            refusal = rule.refusal(market)
            if refusal is None:
                return self._judge_times(rule, change, now)
            refusals.append(f"{rule.name}: {refusal}")
        return Judgement(reasons=tuple(refusals))

    def _judge_times(self, rule: Rule, change: VenueMarketChanged, now: datetime) -> Judgement:
        draft = self._draft(rule, change)
        if draft is None:
            return Judgement(rule, reasons=(f"{rule.name}: the venue does not say when it closes",))
        if draft.locks_at <= now + CRAWLED_OPEN_AT_LEAST:
            return Judgement(rule, reasons=(f"{rule.name}: bets would close at once",))
        if draft.locks_at >= now + timedelta(rule.closes_within_days):
            return Judgement(
                rule, reasons=(f"{rule.name}: closes later than in {rule.closes_within_days} days",)
            )
        return Judgement(rule, draft)

    def _draft(self, rule: Rule, change: VenueMarketChanged) -> Draft | None:
        market = change.market
        start, end = venue_times(market)
        if end is None:
            return None
        binary = is_binary(market)
        return Draft(
            title=_cut(market.title, TITLE_LENGTH_MAX),
            description=_cut(market.description, DESCRIPTION_LENGTH_MAX),
            event_type=EventType.BINARY if binary else EventType.MULTIPLE_CHOICE,
            category=self._category(rule, market),
            tags=[rule.tag, *(_cut(word, 50) for word in market.categories if word.strip())][:TAGS_MAX],
            outcome_labels=labels(market),
            start_time=start,
            end_time=end,
            resolution_source=f"The result of this market on {market.venue}: {market.url}",
            asset=self.asset,
            subsidy=self.subsidy,
            prior=prior(change),
            creator_user_id=None,
            venue=VenueMarketRef(
                market.venue,
                market.venue_market_id,
                [outcome.venue_outcome_id for outcome in market.outcomes],
                market.url,
            ),
            image_url=market.image_url if market.image_url.startswith("https://") else "",
        )

    def _category(self, rule: Rule, market: pb.VenueMarket) -> str:
        for word in market.categories:
            known = self.categories.get(word.casefold(), word.casefold())
            if known in CATEGORIES:
                return known
        return rule.category


def tradable(market: pb.VenueMarket) -> bool:
    """Whether a market has the shape of an event: a question and two or more outcomes of which one wins."""
    names = [label.casefold() for label in labels(market)]
    return (
        bool(market.title.strip())
        and len(names) >= len(BINARY_LABELS)
        and len(set(names)) == len(names)
        and all(names)
        and (is_binary(market) or market.mutually_exclusive)
    )


def is_binary(market: pb.VenueMarket) -> bool:
    """Whether a market has two outcomes; the contract puts NO first."""
    return len(market.outcomes) == len(BINARY_LABELS)


def labels(market: pb.VenueMarket) -> list[str]:
    """Outcome labels by index."""
    return [_cut(outcome.label, LABEL_LENGTH_MAX) for outcome in market.outcomes]


def venue_times(market: pb.VenueMarket) -> tuple[datetime | None, datetime | None]:
    """Start and end: the start is the game's where one is named, else the close; the end is never before it."""
    close = from_wire(market.close_time) if market.HasField("close_time") else None
    start = from_wire(market.start_time) if market.HasField("start_time") else close
    if start is None:
        return None, None
    end = close if close is not None and close > start else start + timedelta(seconds=1)
    return start, end


def prior(change: VenueMarketChanged) -> list[Price]:
    """Prior prices from the venue's quotes, away from the edges and summing to one; empty where it quotes nothing.

    A binary market may quote one side only; the other is what is missing to one.
    """
    count = len(change.market.outcomes)
    quoted = {
        quote.outcome: quote.probability_millionths
        for quote in change.quotes
        if quote.HasField("probability_millionths") and 0 <= quote.outcome < count
    }
    if len(quoted) == 1 and count == len(BINARY_LABELS):
        (outcome, price), *_ = quoted.items()
        quoted[1 - outcome] = ONE - price
    if len(quoted) != count:
        return []
    return _normalised([quoted[outcome] for outcome in range(count)])


def _normalised(weights: Sequence[int]) -> list[Price]:
    """Scale to a sum of one, with every price at least the minimum; what rounding leaves goes to the likeliest."""
    low = min(PRIOR_MIN, ONE // (2 * len(weights)))
    total = sum(weights)
    if total <= 0:
        return []
    room = ONE - low * len(weights)
    prices = [low + room * weight // total for weight in weights]
    likeliest = max(range(len(prices)), key=prices.__getitem__)
    prices[likeliest] += ONE - sum(prices)
    return [Price(price) for price in prices]


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return Decimal(0)


def _cut(text: str, length_max: int) -> str:
    return " ".join(text.replace("\0", "").split())[:length_max].strip()
