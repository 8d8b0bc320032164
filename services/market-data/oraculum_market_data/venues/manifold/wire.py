"""Manifold's records as they come over the wire: markets of all ages, their answers, and bets.

One shape serves lite markets, full markets and the internal contracts: each is the other with more fields. Times are
milliseconds; answers that an old job resolved carry ISO texts.
"""

from decimal import Decimal

import msgspec

from oraculum_market_data.decoding import Wire

Moment = int | str | None


class ManifoldAnswer(Wire, frozen=True, rename="camel"):
    """An answer of a multiple choice market."""

    id: str
    text: str = ""
    index: int | None = None
    number: int | None = None
    prob: Decimal | None = None
    probability: Decimal | None = None
    pool_yes: Decimal | None = None
    pool_no: Decimal | None = None
    resolution: str | None = None
    resolution_probability: Decimal | None = None
    resolution_time: Moment = None
    contract_id: str | None = None


class PollOption(Wire, frozen=True):
    """An option of a poll."""

    id: str | int
    text: str = ""


class ManifoldMarket(Wire, frozen=True, rename="camel"):
    """A market, as lite, full or internal as it may be."""

    id: str
    question: str
    outcome_type: str = ""
    mechanism: str | None = None
    slug: str | None = None
    url: str | None = None
    creator_username: str | None = None
    description: msgspec.Raw = msgspec.Raw()
    text_description: str | None = None
    cover_image_url: str | None = None
    group_slugs: list[str] | None = None
    tags: list[str] | None = None
    lowercase_tags: list[str] | None = None
    token: str | None = None
    sibling_contract_id: str | None = None
    visibility: str | None = None
    deleted: bool | None = None

    created_time: Moment = None
    close_time: Moment = None
    resolution_time: Moment = None
    last_updated_time: Moment = None
    last_bet_time: Moment = None

    probability: Decimal | None = None
    prob: Decimal | None = None
    pool: dict[str, Decimal] | Decimal | None = None
    p: Decimal | None = None
    value: Decimal | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    is_log_scale: bool | None = None
    total_liquidity: Decimal | None = None
    volume: Decimal | None = None
    volume24_hours: Decimal | None = msgspec.field(name="volume24Hours", default=None)

    is_resolved: bool = False
    resolution: str | None = None
    resolution_probability: Decimal | None = None
    resolution_value: Decimal | None = None
    resolutions: dict[str, Decimal] | None = None

    should_answers_sum_to_one: bool | None = None
    answers: list[msgspec.Raw] | None = None
    options: list[PollOption] | None = None
    bets: list[msgspec.Raw] | None = None
    comments: list[msgspec.Raw] | None = None


class MarketPart(Wire, frozen=True, rename="camel"):
    """The fields of a market that changed, with its id."""

    id: str
    question: str | None = None
    close_time: Moment = None
    last_updated_time: Moment = None
    prob: Decimal | None = None
    probability: Decimal | None = None
    pool: dict[str, Decimal] | None = None
    p: Decimal | None = None
    volume: Decimal | None = None
    is_resolved: bool | None = None
    resolution: str | None = None
    resolution_time: Moment = None
    resolution_probability: Decimal | None = None
    resolutions: dict[str, Decimal] | None = None


class AnswerPart(Wire, frozen=True, rename="camel"):
    """The fields of an answer that changed, with its id."""

    id: str
    contract_id: str | None = None
    text: str | None = None
    index: int | None = None
    prob: Decimal | None = None
    resolution: str | None = None


class BetFill(Wire, frozen=True, rename="camel"):
    """One match of a bet with another, or with the market maker."""

    amount: Decimal
    shares: Decimal
    timestamp: Moment
    matched_bet_id: str | None = None
    is_sale: bool = False


class ManifoldBet(Wire, frozen=True, rename="camel"):
    """A bet; a limit order is one too. Its id comes again when a later fill changes it."""

    contract_id: str
    outcome: str
    amount: Decimal
    shares: Decimal
    created_time: Moment
    id: str = ""
    bet_id: str = ""
    user_id: str | None = None
    answer_id: str | None = None
    prob_before: Decimal | None = None
    prob_after: Decimal | None = None
    limit_prob: Decimal | None = None
    order_amount: Decimal | None = None
    is_filled: bool | None = None
    is_cancelled: bool | None = None
    expires_at: Moment = None
    fills: list[BetFill] | None = None
    fees: dict[str, Decimal] | None = None
    is_redemption: bool = False
    is_ante: bool = False
    updated_time: Moment = None


class ChartPoint(Wire, frozen=True):
    """A point of a market's curve: milliseconds and a probability."""

    x: int
    y: Decimal


class ChartLine(Wire, frozen=True, rename="camel"):
    """The curve of one of a question's twin markets."""

    bet_points: list[msgspec.Raw]


class ChartLines(Wire, frozen=True):
    """The curves of a question that is played for mana and for cash."""

    play: ChartLine | None = None
    cash: ChartLine | None = None


class Probability(Wire, frozen=True, rename="camel"):
    """The answer of `/market/{id}/prob`: one probability, or one for each answer."""

    prob: Decimal | None = None
    answer_probs: dict[str, Decimal] | None = None
