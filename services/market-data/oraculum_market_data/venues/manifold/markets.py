"""Manifold's markets.

There is no order book behind them but a market maker: the quote is a probability, and the reserves stand beside it.
A market has no status either: it is resolved, or its closing time has passed, or it is open.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.decoding import Decoded, Reader, Source, each
from oraculum_market_data.figures import EXACT, Price, finite, not_negative
from oraculum_market_data.normal import (
    UNNAMED,
    Item,
    Market,
    Outcome,
    Pool,
    PricePoint,
    Quote,
    Scale,
    Status,
    Venue,
)
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept, optional_figure, words
from oraculum_market_data.venues.manifold.bets import bet_items, comment
from oraculum_market_data.venues.manifold.prose import plain_text
from oraculum_market_data.venues.manifold.resolutions import resolution_of
from oraculum_market_data.venues.manifold.vocabulary import (
    CANCEL,
    NO,
    NO_INDEX,
    UNIT,
    YES,
    YES_INDEX,
    kept_time,
    optional_probability,
    probability,
)
from oraculum_market_data.venues.manifold.wire import (
    ChartLine,
    ChartLines,
    ChartPoint,
    ManifoldAnswer,
    ManifoldMarket,
    Probability,
)

# These are bets on one proposition; a numeric one is YES to the extent of its value.
_YES_OR_NO = frozenset({"BINARY", "PSEUDO_NUMERIC", "STONK"})
_HUNDRED = Decimal(100)

_read_market = Reader(ManifoldMarket)
_read_answer = Reader(ManifoldAnswer)
_read_probability = Reader(Probability)
_read_lines = Reader(ChartLines)
_read_line = Reader(ChartLine)
_read_point = Reader(ChartPoint)


def decode_market(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a market, and the bets and comments that came within it until November 2022."""
    wire = _read_market(raw)
    if not wire.id:
        raise Refused("id", "empty: the market cannot be told from others")
    outcomes = _outcomes(wire)
    into.items.append(_market(wire, outcomes, source))
    into.items += _quotes(wire, outcomes, source)
    each(wire.bets or [], into, "bets", lambda bet: bet_items(bet, source))
    each(wire.comments or [], into, "comments", lambda one: [comment(one, source)])


def decode_probability(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode the answer of a probability alone."""
    wire = _read_probability(raw)
    market = source.subject or UNNAMED
    prices = {
        answer: probability(value, "answerProbs") for answer, value in (wire.answer_probs or {}).items()
    }
    if wire.prob is not None:
        prices[YES] = probability(wire.prob, "prob")
    into.items += [
        Quote(
            venue=Venue.MANIFOLD,
            market_id=market,
            outcome_id=outcome,
            last=price,
            received_at=source.received_at,
        )
        for outcome, price in prices.items()
    ]


def decode_chart(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode the curves of a question's twins, one played for mana and one for cash."""
    wire = _read_lines(raw)
    for name, line in (("play", wire.play), ("cash", wire.cash)):
        if line is not None:
            _decode_line(line, name, source, into)


def decode_line(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a curve that stands alone."""
    _decode_line(_read_line(raw), "", source, into)


def _decode_line(wire: ChartLine, line: str, source: Source, into: Decoded) -> None:
    def point(one: msgspec.Raw) -> list[Item]:
        read = _read_point(one)
        return [
            PricePoint(
                venue=Venue.MANIFOLD,
                market_id=source.subject or UNNAMED,
                outcome_id=YES,
                price=probability(read.y, "y"),
                line=line,
                venue_time=moments.from_milliseconds(read.x, "x"),
            )
        ]

    each(wire.bet_points, into, f"{line}.betPoints".lstrip("."), point)


def _market(wire: ManifoldMarket, outcomes: tuple[Outcome, ...], source: Source) -> Market:
    kept = Kept()
    closes_at = kept_time(kept, "closes_at", wire.close_time)
    _keep_percentage(wire, kept)
    return Market(
        venue=Venue.MANIFOLD,
        id=wire.id,
        aliases={"sibling": wire.sibling_contract_id} if wire.sibling_contract_id else {},
        slug=wire.slug or "",
        title=wire.question,
        description=wire.text_description or plain_text(wire.description),
        outcomes=outcomes,
        original_type=wire.outcome_type,
        status=_status(wire, is_past=_is_past(closes_at, source)),
        original_status=words(
            isResolved=wire.is_resolved,
            resolution=wire.resolution,
            visibility=wire.visibility,
            deleted=wire.deleted,
            mechanism=wire.mechanism,
        ),
        tags=tuple(wire.group_slugs or wire.tags or ()),
        closes_at=closes_at,
        created_at=kept_time(kept, "created_at", wire.created_time),
        updated_at=kept_time(kept, "updated_at", wire.last_updated_time),
        traded_at=kept_time(kept, "traded_at", wire.last_bet_time),
        volume=optional_figure(wire.volume, "volume"),
        volume_24h=optional_figure(wire.volume24_hours, "volume24Hours"),
        liquidity=optional_figure(wire.total_liquidity, "totalLiquidity"),
        unit=wire.token or UNIT,
        mutually_exclusive=True if _is_yes_or_no(wire) else wire.should_answers_sum_to_one,
        resolution=None
        if not wire.is_resolved
        else resolution_of(
            wire.resolution or "",
            outcomes,
            wire.resolution_probability,
            wire.resolutions,
            resolved_at=kept_time(kept, "resolved_at", wire.resolution_time),
            value=wire.resolution_value,
        ),
        scale=_scale(wire),
        pool=_pool(wire),
        url=wire.url or "",
        image_url=wire.cover_image_url or "",
        kept=kept.texts,
        received_at=source.received_at,
    )


def _is_past(closes_at: datetime | None, source: Source) -> bool:
    """Whether trading had ended when the answer came; without a time of receipt nobody knows."""
    return closes_at is not None and source.received_at is not None and closes_at <= source.received_at


def _status(wire: ManifoldMarket, *, is_past: bool) -> Status:
    if wire.is_resolved:
        return Status.VOID if wire.resolution == CANCEL else Status.RESOLVED
    return Status.CLOSED if is_past or wire.deleted else Status.OPEN


def _is_yes_or_no(wire: ManifoldMarket) -> bool:
    """Whether a market is one proposition. At the beginning of 2022 there were no others and no word for it."""
    return wire.outcome_type in _YES_OR_NO or (not wire.outcome_type and wire.probability is not None)


def _outcomes(wire: ManifoldMarket) -> tuple[Outcome, ...]:
    if _is_yes_or_no(wire):
        return (
            Outcome(index=NO_INDEX, label="No", id=NO),
            Outcome(index=YES_INDEX, label="Yes", id=YES, price=_probability(wire)),
        )
    if wire.options:
        return tuple(
            Outcome(index=index, label=option.text, id=str(option.id))
            for index, option in enumerate(wire.options)
        )
    return tuple(_answer(index, raw) for index, raw in enumerate(wire.answers or ()))


def _answer(index: int, raw: msgspec.Raw) -> Outcome:
    try:
        wire = _read_answer(raw)
        value = wire.probability if wire.prob is None else wire.prob
        price = optional_probability(value, "prob")
    except Refused as refusal:
        raise Refused(f"answers[{index}].{refusal.field}", refusal.reason) from None
    return Outcome(index=index, label=wire.text, id=wire.id, price=price, resolution=wire.resolution)


def _probability(wire: ManifoldMarket) -> Price | None:
    if wire.probability is not None:
        return probability(wire.probability, "probability")
    if wire.prob is None:
        return None
    if _is_percentage(wire, wire.prob):
        return probability(EXACT.divide(finite(wire.prob, "prob"), _HUNDRED), "prob")
    return probability(wire.prob, "prob")


def _is_percentage(wire: ManifoldMarket, prob: Decimal) -> bool:
    """Contracts of 2022, which have lower-case tags, state whole per cents; nothing else passes 1."""
    return prob > 1 and wire.lowercase_tags is not None


def _keep_percentage(wire: ManifoldMarket, kept: Kept) -> None:
    if wire.probability is None and wire.prob is not None and _is_percentage(wire, wire.prob):
        kept.texts["probability"] = str(wire.prob)


def _quotes(wire: ManifoldMarket, outcomes: tuple[Outcome, ...], source: Source) -> list[Item]:
    kept = Kept()
    venue_time = kept_time(kept, "venue_time", wire.last_bet_time)
    return [
        Quote(
            venue=Venue.MANIFOLD,
            market_id=wire.id,
            outcome_id=outcome.id,
            last=outcome.price,
            kept=kept.texts,
            venue_time=venue_time,
            received_at=source.received_at,
        )
        for outcome in outcomes
        if outcome.price is not None
    ]


def _scale(wire: ManifoldMarket) -> Scale | None:
    if wire.min is None or wire.max is None:
        return None
    return Scale(
        low=finite(wire.min, "min"),
        high=finite(wire.max, "max"),
        is_logarithmic=bool(wire.is_log_scale),
        value=optional_figure(wire.value, "value"),
    )


def _pool(wire: ManifoldMarket) -> Pool | None:
    """The reserves; before 2022-08 their sum alone, as one number."""
    if wire.pool is None:
        return None
    reserves = wire.pool if isinstance(wire.pool, dict) else {"": wire.pool}
    return Pool(
        reserves={name: not_negative(finite(held, "pool"), "pool") for name, held in reserves.items()},
        weight=optional_figure(wire.p, "p"),
    )
