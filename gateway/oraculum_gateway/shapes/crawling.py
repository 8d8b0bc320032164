"""Shapes of the crawler's rules."""

from typing import Annotated

from pydantic import Field

from oraculum_gateway.shapes.base import DecimalIn, Given, TimeOut, Told

_Word = Annotated[str, Field(min_length=1, max_length=100)]
_Category = Annotated[str, Field(max_length=50)]


class CrawlerRuleIn(Given):
    """Which venue markets become events."""

    name: Annotated[str, Field(min_length=1, max_length=40, examples=["busy-kalshi"])]
    venues: Annotated[list[_Word], Field(max_length=10)] = Field(default_factory=list)
    # Any of the venue's words; every market when empty.
    categories: Annotated[list[_Word], Field(max_length=100)] = Field(default_factory=list)
    # A regular expression that the title must match somewhere.
    title_pattern: Annotated[str, Field(max_length=200)] = ""
    # In the venue's own unit.
    volume_min: DecimalIn | None = None
    outcomes_max: Annotated[int, Field(ge=2, le=100)] = 10
    closes_within_days: Annotated[int, Field(ge=1, le=3650)] = 365
    open_max: Annotated[int, Field(ge=0, le=10_000)] = 50
    category: _Category = "custom"


class RulesIn(Given):
    """All rules, in order: the first that admits a market opens it."""

    rules: Annotated[list[CrawlerRuleIn], Field(min_length=1, max_length=100)]
    # Which of our categories a venue's word means.
    category_words: Annotated[dict[_Word, _Category], Field(max_length=1000)] = Field(default_factory=dict)


class CrawlerRulesIn(RulesIn):
    """Rules that shall hold."""

    # The version that was read; any when 0.
    version: Annotated[int, Field(ge=0, lt=2**63)] = 0


class CrawlerRuleOut(Told):
    """Which venue markets become events."""

    name: str
    venues: list[str]
    categories: list[str]
    title_pattern: str
    volume_min: str
    outcomes_max: int
    closes_within_days: int
    open_max: int
    category: str


class CrawlerRulesOut(Told):
    """The rules that hold."""

    version: int
    rules: list[CrawlerRuleOut]
    category_words: dict[str, str]
    set_at: TimeOut | None
    # Null for the rules that the platform came with.
    set_by: str | None


class DryRunIn(Given):
    """Rules to try, and on which markets."""

    # Those that hold now when absent.
    rules: RulesIn | None = None
    venue: Annotated[str, Field(max_length=50)] = ""
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class CrawlerVerdictOut(Told):
    """What would become of a venue's market."""

    venue: str
    market_id: str
    title: str
    rule: str | None
    opens: bool
    # Why not: one sentence of the market itself, or one for each rule.
    reasons: list[str]


class DryRunOut(Told):
    """What would become of the markets; those that would be opened first."""

    data: list[CrawlerVerdictOut]
    markets: int
    opens: int
