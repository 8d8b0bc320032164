"""What Manifold's socket says has changed about a market or its answers: the changed fields and an id, no more."""

import msgspec

from oraculum_market_data.decoding import Decoded, Reader, Source
from oraculum_market_data.figures import finite, not_negative
from oraculum_market_data.normal import UNNAMED, Item, MarketChange, Outcome, Pool, Resolution, Status, Venue
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept, optional_figure
from oraculum_market_data.venues.manifold.resolutions import resolution_of
from oraculum_market_data.venues.manifold.vocabulary import (
    CANCEL,
    NO,
    NO_INDEX,
    YES,
    YES_INDEX,
    kept_time,
    optional_probability,
)
from oraculum_market_data.venues.manifold.wire import AnswerPart, MarketPart

_read_market = Reader(MarketPart)
_read_answer = Reader(AnswerPart)
_YES_OR_NO = (Outcome(index=NO_INDEX, label="No", id=NO), Outcome(index=YES_INDEX, label="Yes", id=YES))


def market_changed(raw: msgspec.Raw, topic: str, source: Source) -> MarketChange:
    """Translate the fields of a market that changed. `isResolved: false` undoes a resolution."""
    wire = _read_market(raw)
    kept = Kept()
    price = optional_probability(wire.prob if wire.probability is None else wire.probability, "prob")
    return MarketChange(
        venue=Venue.MANIFOLD,
        market_id=wire.id,
        word=topic.rsplit("/", 1)[-1] if topic.startswith("global/") else "contract",
        status=_status(wire),
        title=wire.question,
        closes_at=kept_time(kept, "closes_at", wire.close_time),
        outcomes=() if price is None else (Outcome(index=YES_INDEX, label="Yes", id=YES, price=price),),
        resolution=_resolution(wire, kept),
        volume=optional_figure(wire.volume, "volume"),
        pool=_pool(wire),
        kept=kept.texts,
        venue_time=kept_time(kept, "venue_time", wire.last_updated_time),
        received_at=source.received_at,
    )


def answers_changed(
    raws: list[msgspec.Raw], market_id: str | None, topic: str, source: Source, into: Decoded
) -> list[Item]:
    """Translate the fields of answers that changed: one change of a market for each market that they belong to."""
    by_market: dict[str, list[Outcome]] = {}
    for index, raw in enumerate(raws):
        into.records += 1
        try:
            wire = _read_answer(raw)
            outcome = Outcome(
                index=-1 if wire.index is None else wire.index,
                label=wire.text or "",
                id=wire.id,
                price=optional_probability(wire.prob, "prob"),
                resolution=wire.resolution,
            )
        except Refused as refusal:
            into.refused.append(refusal.within(f"frame.data.answers[{index}]"))
            continue
        by_market.setdefault(wire.contract_id or market_id or UNNAMED, []).append(outcome)
    return [
        MarketChange(
            venue=Venue.MANIFOLD,
            market_id=market,
            word=topic.rsplit("/", 1)[-1],
            outcomes=tuple(outcomes),
            received_at=source.received_at,
        )
        for market, outcomes in by_market.items()
    ]


def _status(wire: MarketPart) -> Status | None:
    if wire.is_resolved is None:
        return None
    if not wire.is_resolved:
        return Status.OPEN
    return Status.VOID if wire.resolution == CANCEL else Status.RESOLVED


def _resolution(wire: MarketPart, kept: Kept) -> Resolution | None:
    if not wire.is_resolved or wire.resolution is None:
        return None
    return resolution_of(
        wire.resolution,
        _YES_OR_NO if wire.resolution in {YES, NO} or wire.resolutions is None else (),
        wire.resolution_probability,
        wire.resolutions,
        resolved_at=kept_time(kept, "resolved_at", wire.resolution_time),
    )


def _pool(wire: MarketPart) -> Pool | None:
    if wire.pool is None:
        return None
    return Pool(
        reserves={name: not_negative(finite(held, "pool"), "pool") for name, held in wire.pool.items()},
        weight=optional_figure(wire.p, "p"),
    )
