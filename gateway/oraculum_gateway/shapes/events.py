"""Shapes of events, quotes, trades and candles."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import (
    AmountOut,
    DecimalIn,
    Given,
    IdQuery,
    PageQuery,
    PriceIn,
    PriceOut,
    TimeIn,
    TimeOut,
    Told,
)
from oraculum_gateway.shapes.judging import ProposalOut

_SORT: Final[dict[str, Any]] = {
    "pattern": r"^(trending|(created_at|start_time|end_time|locks_at):(asc|desc))?$"
}

EventStatus = Literal["draft", "active", "locked", "resolving", "resolved", "cancelled"]
EventKind = Literal["binary", "multiple_choice", "scalar"]
Mechanism = Literal["lmsr", "cpmm", "cpmm_multi"]
SideName = Literal["buy", "sell"]
Title = Annotated[str, Field(max_length=500, examples=["Will it rain in Oslo tomorrow?"])]


class OutcomeOut(Told):
    """A possible outcome and what it costs now; prices are null while nobody can say them."""

    id: int
    label: str
    price: PriceOut | None
    odds: AmountOut | None
    volume: AmountOut | None


class ResolutionOut(Told):
    """How an event came out: what one share of each outcome pays."""

    revision: int
    payouts: list[PriceOut]
    source: str
    note: str
    # The number that a scalar event came to.
    value: str | None


class ScaleOut(Told):
    """The range of a scalar event; LOW and HIGH share one whole unit by where the number lies."""

    lower: str
    upper: str
    step: str
    unit: str


class VenueOut(Told):
    """The venue market that an event was opened from."""

    venue: str
    market_id: str
    url: str


class EventOut(Told):
    """An event."""

    id: str
    title: str
    description: str
    type: EventKind
    category: str
    tags: list[str]
    status: EventStatus
    outcomes: list[OutcomeOut]
    asset: str
    total_volume: AmountOut | None
    total_liquidity: AmountOut | None
    # The parameter b of a market maker by the logarithmic rule, from which anybody can compute its prices.
    liquidity_parameter: AmountOut | None
    participant_count: int | None
    sequence: int | None
    start_time: TimeOut | None
    end_time: TimeOut
    locks_at: TimeOut
    resolution_time: TimeOut | None
    resolution_source: str
    resolution: ResolutionOut | None
    # A result that is asked for and does not stand yet.
    proposal: ProposalOut | None
    # How long a proposed result may be disputed; null where the platform's own time holds.
    challenge_seconds: int | None
    # When it is resolved without anybody saying so.
    resolve_by: TimeOut | None
    # What it is resolved to then; called off where this is empty.
    deadline_payouts: list[PriceOut]
    scale: ScaleOut | None
    # What its market trades by: a logarithmic rule, one pool, or several, which take market orders only.
    mechanism: Mechanism
    # A draft that only its author and administrators see.
    unpublished: bool
    subsidy: AmountOut
    # What its author pays for opening it, beside the subsidy where that is theirs, too.
    creation_fee: AmountOut
    creator_pays: bool
    settlement: Literal["internal", "evm", "solana"]
    contract_address: str | None
    creator: str | None
    venue: VenueOut | None
    image_url: str | None
    created_at: TimeOut
    updated_at: TimeOut
    version: int


class EventsQuery(PageQuery):
    """Which events, in which order."""

    status: EventStatus | None = None
    category: Annotated[str, Field(max_length=50)] = ""
    type: EventKind | None = None
    q: Annotated[str, Field(max_length=500)] = ""
    creator: IdQuery = ""
    sort: Annotated[str, Field(max_length=50, examples=["created_at:desc"], json_schema_extra=_SORT)] = ""
    page: Annotated[int, Field(ge=0, le=500)] = 0
    venue: Annotated[str, Field(max_length=50)] = ""
    market_id: Annotated[str, Field(max_length=200)] = ""


class ScaleIn(Given):
    """The range of a scalar event."""

    lower: DecimalIn
    upper: DecimalIn
    step: DecimalIn
    unit: Annotated[str, Field(min_length=1, max_length=50, examples=["°C"])]


class EventIn(Given):
    """A new event."""

    title: Title
    description: Annotated[str, Field(max_length=20_000)] = ""
    type: EventKind = "binary"
    category: Annotated[str, Field(max_length=50)]
    tags: Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=20)] = Field(
        default_factory=list
    )
    outcomes: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)] = Field(
        default_factory=list
    )
    start_time: TimeIn | None = None
    end_time: TimeIn
    resolution_source: Annotated[str, Field(max_length=2000)] = ""
    asset: Annotated[str, Field(max_length=10)] = "USDC"
    subsidy: DecimalIn | None = None
    prices: Annotated[list[PriceIn], Field(max_length=100)] = Field(default_factory=list)
    image_url: Annotated[str, Field(max_length=2000)] = ""
    scale: ScaleIn | None = None
    # What its market shall trade by: cpmm for two outcomes, cpmm_multi for 3 to 20, lmsr for any number.
    mechanism: Mechanism = "lmsr"
    # Keeps it a draft until it is published.
    draft: bool = False
    challenge_seconds: Annotated[int, Field(ge=0, le=2_592_000)] | None = None
    # When it is resolved without anybody saying so: some days after the end, so that administrators come first.
    resolve_by: TimeIn | None = None
    # What it is resolved to then, an administrator's to say; called off where this is empty.
    deadline_payouts: Annotated[list[PriceIn], Field(max_length=100)] = Field(default_factory=list)


class EventChangesIn(Given):
    """Changes of an event; an absent field stays as it is."""

    title: Title | None = None
    description: Annotated[str, Field(max_length=20_000)] | None = None
    category: Annotated[str, Field(max_length=50)] | None = None
    start_time: TimeIn | None = None
    end_time: TimeIn | None = None
    resolution_source: Annotated[str, Field(max_length=2000)] | None = None
    image_url: Annotated[str, Field(max_length=2000)] | None = None
    tags: Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=20)] | None = None
    # The rest changes only while it is an unpublished draft.
    outcomes: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)] | None = None
    prices: Annotated[list[PriceIn], Field(max_length=100)] | None = None
    subsidy: DecimalIn | None = None
    scale: ScaleIn | None = None
    mechanism: Mechanism | None = None
    version: Annotated[int, Field(ge=0, lt=2**63)] = 0


class PublishIn(Given):
    """Which version of a draft shall be published."""

    version: Annotated[int, Field(ge=0, lt=2**63)] = 0


class DraftsQuery(PageQuery):
    """Which drafts; an administrator sees everybody's."""

    creator: IdQuery = ""


class ResolveIn(Given):
    """A result: the outcome that won, what a share of each outcome pays, or the number that a scalar event came to."""

    outcome: Annotated[int, Field(ge=0, lt=100)] | None = None
    payouts: Annotated[list[PriceIn], Field(max_length=100)] = Field(default_factory=list)
    value: DecimalIn | None = None
    # Puts this in the place of a result that stands: a new revision, paid as a difference.
    correct: bool = False
    note: Annotated[str, Field(max_length=2000)] = ""


class ReasonIn(Given):
    """Why."""

    reason: Annotated[str, Field(max_length=2000)] = ""


class CancelQuery(ReasonIn):
    """Why an event is called off, and when the hour ends whose prices its shares are paid: the last of its trading, if none."""

    void_hour_ends_at: TimeIn | None = None


class QuoteQuery(Given):
    """A bet that somebody thinks of."""

    outcome: Annotated[int, Field(ge=0, lt=100)]
    side: SideName = "buy"
    amount: DecimalIn | None = None
    shares: DecimalIn | None = None


class QuoteOut(Told):
    """What a bet would do now."""

    event_id: str
    outcome: int
    side: SideName
    shares: AmountOut
    gross: AmountOut
    fee: AmountOut
    # What is paid in all (buy) or received (sell).
    net: AmountOut
    asset: str
    average_price: PriceOut
    prices_before: list[PriceOut]
    prices_after: list[PriceOut]
    # How far the price of the outcome would move.
    impact: Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")]
    sequence: int


class TradeOut(Told):
    """A fill, without whose it is."""

    id: str
    event_id: str
    outcome: int
    side: SideName
    shares: AmountOut
    amount: AmountOut
    prices: list[PriceOut]
    sequence: int
    created_at: TimeOut


class CandlesQuery(Given):
    """A span of time in pieces."""

    interval: Literal["1m", "5m", "1h", "1d"] = "1h"
    outcome: Annotated[int, Field(ge=0, lt=100)] | None = None
    start: TimeIn | None = None
    end: TimeIn | None = None


class CandleOut(Told):
    """Prices over a piece of time."""

    outcome: int
    time: TimeOut
    open: PriceOut
    high: PriceOut
    low: PriceOut
    close: PriceOut
    volume: str
    trades: int


class CandlesOut(Told):
    """Candles, oldest first; pieces without a trade are left out."""

    interval: str
    data: list[CandleOut]


class CategoryIn(Given):
    """A category of the operator's own."""

    category: Annotated[str, Field(min_length=2, max_length=50, pattern=r"^[a-z][a-z0-9-]{1,49}$")]
    label: Annotated[str, Field(min_length=1, max_length=100)]


class CategoryOut(Told):
    """A category."""

    category: str
    label: str
    active_events: int


class CategoriesOut(Told):
    """The categories."""

    data: list[CategoryOut]
