"""The order book service by REST: markets with their tokens, books, price history."""

from decimal import Decimal
from typing import Final

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.decoding import Decoded, Reader, Source
from oraculum_market_data.figures import price, price_of, size
from oraculum_market_data.normal import (
    UNNAMED,
    BookSnapshot,
    Level,
    Market,
    Outcome,
    Payout,
    PricePoint,
    Resolution,
    Status,
    Venue,
)
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept, numbered, optional_figure, optional_price, words
from oraculum_market_data.venues.polymarket.clob_wire import (
    ClobBook,
    ClobLevel,
    ClobMarket,
    ClobToken,
    HistoryPoint,
    ShortFees,
    ShortMarket,
)
from oraculum_market_data.venues.polymarket.resolutions import result

_UNIT: Final = "USDC"
_NO_IDENTITY: Final = "empty: the market cannot be told from others"
_HALF: Final = Decimal("0.5")

_read_market = Reader(ClobMarket)
_read_short_market = Reader(ShortMarket)
_read_book = Reader(ClobBook)
_read_point = Reader(HistoryPoint)


def decode_market(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a market. Dead entries whose tokens have no id are understood; one without an id of its own is refused."""
    wire = _read_market(raw)
    if not wire.condition_id:
        raise Refused("condition_id", _NO_IDENTITY)
    outcomes = _outcomes(wire.tokens)
    kept = Kept()
    into.items.append(
        Market(
            venue=Venue.POLYMARKET,
            id=wire.condition_id,
            aliases=_aliases(wire),
            slug=wire.market_slug or "",
            title=wire.question or "",
            description=wire.description or "",
            outcomes=outcomes,
            status=_status(wire, outcomes),
            original_status=words(
                active=wire.active,
                closed=wire.closed,
                archived=wire.archived,
                accepting_orders=wire.accepting_orders,
                enable_order_book=wire.enable_order_book,
            ),
            tags=tuple(wire.tags or ()),
            tick_size=optional_price(wire.minimum_tick_size, "minimum_tick_size"),
            minimum_size=optional_figure(wire.minimum_order_size, "minimum_order_size"),
            opens_at=kept.time("opens_at", wire.accepting_order_timestamp),
            game_starts_at=kept.time("game_starts_at", wire.game_start_time),
            ends_at=kept.time("ends_at", wire.end_date_iso),
            unit=_UNIT,
            neg_risk=wire.neg_risk,
            mutually_exclusive=True,
            resolution=_resolution(wire, outcomes),
            fees=_base_fees(wire.maker_base_fee, wire.taker_base_fee),
            image_url=wire.image or "",
            kept=kept.texts,
            received_at=source.received_at,
        )
    )


def decode_short_market(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a market in the short form."""
    wire = _read_short_market(raw)
    if not wire.condition_id:
        raise Refused("c", _NO_IDENTITY)
    tokens = [ClobToken(token_id=token.token_id, outcome=token.outcome) for token in wire.tokens]
    fees = wire.fees or ShortFees()
    named = {"rate": fees.rate, "exponent": fees.exponent, "taker_only": fees.taker_only}
    kept = Kept()
    into.items.append(
        Market(
            venue=Venue.POLYMARKET,
            id=wire.condition_id,
            outcomes=_outcomes(tokens),
            status=Status.OPEN if wire.accepting_orders else Status.PAUSED,
            original_status=words(accepting_orders=wire.accepting_orders),
            tick_size=optional_price(wire.minimum_tick_size, "mts"),
            minimum_size=optional_figure(wire.minimum_order_size, "mos"),
            opens_at=kept.time("opens_at", wire.accepting_order_timestamp),
            unit=_UNIT,
            neg_risk=wire.neg_risk,
            mutually_exclusive=True,
            fees={
                **_base_fees(wire.maker_base_fee, wire.taker_base_fee),
                **{name: str(value).lower() for name, value in named.items() if value is not None},
            },
            kept=kept.texts,
            received_at=source.received_at,
        )
    )


def decode_book(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a book."""
    into.items.append(book(_read_book(raw), source))


def book(wire: ClobBook, source: Source) -> BookSnapshot:
    """Translate a book; its levels keep the order in which they were sent, best last on the wire."""
    last, tick = wire.last_trade_price, wire.tick_size
    return BookSnapshot(
        venue=Venue.POLYMARKET,
        market_id=wire.market,
        outcome_id=wire.asset_id,
        bids=_levels(wire.bids, "bids"),
        asks=_levels(wire.asks, "asks"),
        hash=wire.hash or "",
        tick_size=price(tick, "tick_size") if tick else None,
        minimum_size=size(wire.min_order_size, "min_order_size") if wire.min_order_size else None,
        last=price(last, "last_trade_price") if last else None,
        venue_time=moments.from_epoch_text(wire.timestamp, "timestamp") if wire.timestamp else None,
        received_at=source.received_at,
    )


def decode_point(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a point of a price history. Which token it is of only the request says, or the key of a batch."""
    wire = _read_point(raw)
    into.items.append(
        PricePoint(
            venue=Venue.POLYMARKET,
            market_id=UNNAMED,
            outcome_id=source.subject,
            price=price_of(wire.p, "p"),
            venue_time=moments.from_epoch_text(wire.t, "t"),
        )
    )


def _levels(wire: list[ClobLevel] | None, field: str) -> tuple[Level, ...]:
    return tuple(Level(price(level.price, field), size(level.size, field)) for level in wire or ())


def _outcomes(tokens: list[ClobToken]) -> tuple[Outcome, ...]:
    labels = [token.outcome for token in tokens]
    outcomes = [
        Outcome(
            index=index,
            label=token.outcome,
            id=token.token_id or None,
            price=optional_price(token.price, "tokens.price"),
        )
        for index, token in zip(numbered(labels), tokens, strict=True)
    ]
    return tuple(sorted(outcomes, key=lambda outcome: outcome.index))


def _aliases(wire: ClobMarket) -> dict[str, str]:
    named = {
        "question": wire.question_id,
        "neg_risk_market": wire.neg_risk_market_id,
        "neg_risk_request": wire.neg_risk_request_id,
    }
    return {name: value for name, value in named.items() if value}


def _base_fees(maker: Decimal | None, taker: Decimal | None) -> dict[str, str]:
    named = {"maker_base_bps": maker, "taker_base_bps": taker}
    return {name: str(value) for name, value in named.items() if value is not None}


def _status(wire: ClobMarket, outcomes: tuple[Outcome, ...]) -> Status:
    if _resolution(wire, outcomes) is not None:
        return Status.RESOLVED
    if wire.closed or wire.archived:
        # Some closed markets say accepting_orders all the same.
        return Status.CLOSED
    if wire.active is False:
        return Status.UPCOMING
    return Status.PAUSED if wire.accepting_orders is False else Status.OPEN


def _resolution(wire: ClobMarket, outcomes: tuple[Outcome, ...]) -> Resolution | None:
    """The result, when the service names it: one winner, or half each. Prices alone are no result here."""
    if not wire.closed:
        return None
    if wire.is_50_50_outcome and len(outcomes) == 2:
        halves = tuple(Payout(outcome.index, _HALF) for outcome in outcomes)
        return result(halves, outcomes, "is_50_50_outcome")
    winners = [token for token in wire.tokens if token.winner]
    if len(winners) != 1:
        return None
    labels = [token.outcome for token in wire.tokens]
    won = numbered(labels)[wire.tokens.index(winners[0])]
    payouts = tuple(Payout(outcome.index, Decimal(int(outcome.index == won))) for outcome in outcomes)
    return result(payouts, outcomes, f"winner={winners[0].outcome}")
