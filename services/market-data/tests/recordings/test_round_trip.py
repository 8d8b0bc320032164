"""No price, size, time or identifier is altered between a venue's words and the normal form.

The other side of the comparison is written apart from the decoders: it reads the recorded JSON with the standard
library, numbers as decimals, looks for fields by name, and wants each value back among the items of the same record.
"""

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from oraculum_market_data.decoding import Source
from oraculum_market_data.normal import Venue
from oraculum_market_data.replay.reports import encoder
from oraculum_market_data.venues.reading import reading

NUMBERS = {
    "polymarket": """
        bestBid bestAsk lastTradePrice orderPriceMinTickSize orderMinSize volume volume24hr liquidity openInterest price
        size minimum_tick_size minimum_order_size tick_size min_order_size last_trade_price best_bid best_ask
        old_tick_size new_tick_size order_price_min_tick_size fee_rate_bps p value mts mos""",
    "kalshi": """
        yes_bid_dollars yes_ask_dollars no_bid_dollars no_ask_dollars last_price_dollars settlement_value_dollars
        open_dollars high_dollars low_dollars close_dollars mean_dollars previous_dollars yes_price_dollars
        no_price_dollars price_dollars liquidity_dollars yes_bid_size_fp yes_ask_size_fp volume_fp volume_24h_fp
        open_interest_fp count_fp delta_fp last_trade_size_fp floor_strike start end step fee_multiplier""",
    "manifold": """
        probability prob p totalLiquidity volume volume24Hours amount shares probBefore probAfter limitProb orderAmount
        value min max resolutionValue YES NO y""",
}
TIMES = {
    "polymarket": """
        startDate endDate startTime closedTime createdAt updatedAt gameStartTime eventStartTime
        acceptingOrdersTimestamp accepting_order_timestamp end_date_iso game_start_time timestamp t aot""",
    "kalshi": """
        open_time close_time created_time updated_time expected_expiration_time latest_expiration_time
        occurrence_datetime settlement_ts last_updated_ts strike_date create_date open_date close_date
        expiration_date expected_expiration_date target_datetime end_period_ts ts open_ts close_ts settled_ts""",
    "manifold": """
        createdTime closeTime lastUpdatedTime lastBetTime resolutionTime timestamp x""",
}
IDENTIFIERS = {
    "polymarket": """
        id conditionId condition_id questionID question_id token_id asset_id asset market hash transactionHash
        proxyWallet negRiskMarketID negRiskRequestID neg_risk_market_id neg_risk_request_id slug market_slug symbol
        full_accuracy_value winning_asset_id c""",
    "kalshi": """
        ticker event_ticker series_ticker market_ticker market_id trade_id ticker_name mve_collection_ticker id
        collection_ticker order_id""",
    "manifold": "id contractId userId slug matchedBetId siblingContractId",
}
LISTED = {"outcomePrices": "number", "clobTokenIds": "identifier"}
# Objects inside records that describe something else: tags, series, rewards, the makers of answers and comments.
BESIDE = {
    "tags", "series", "clobRewards", "eventMetadata", "rewards", "feeSchedule", "_metadata", "queries", "summary",
    "comments", "answers", "description", "fees", "groupLinks", "sale", "probChanges", "startPool", "dpmPool",
    "totalShares", "totalBets", "phantomShares", "points", "orderbook_1s", "resolutions", "rulebook_variables",
    "markets_by_series", "potential_payout", "product_metadata", "settlement_sources", "external", "profile", "r", "fd", "t_",
}  # fmt: skip
OWNERS = (
    "conditionId", "condition_id", "trade_id", "asset_id", "ticker_name", "ticker", "market_ticker", "event_ticker",
    "c", "id",
)  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# By venue: what a field of that name holds.
KINDS = {
    venue: {
        name: kind
        for kind, names in (("identifier", IDENTIFIERS), ("time", TIMES), ("number", NUMBERS))
        for name in names[venue].split()
    }
    for venue in NUMBERS
}


class Leaves:
    """All values in the items of a payload, by what they could be."""

    def __init__(self) -> None:
        self.numbers: set[Decimal] = set()
        self.times: set[datetime] = set()
        self.texts: set[str] = set()

    def add(self, value: Any) -> None:
        """Take in a value and all that is in it."""
        if isinstance(value, dict):
            for name, inner in value.items():
                self.texts.add(name)
                self.add(inner)
        elif isinstance(value, list):
            for inner in value:
                self.add(inner)
        elif isinstance(value, str):
            self._add_text(value)
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            self.numbers.add(Decimal(value))
            self.texts.add(str(value))

    def merge(self, other: "Leaves") -> None:
        """Take in the values of another."""
        self.numbers |= other.numbers
        self.times |= other.times
        self.texts |= other.texts

    def _add_text(self, text: str) -> None:
        self.texts.add(text)
        self.texts.update(text.split(":"))
        if text[:1] in {"{", "["}:
            # Details stay JSON; a title that begins with a bracket is a title.
            with contextlib.suppress(json.JSONDecodeError):
                self.add(json.loads(text, parse_float=Decimal))
        number, time = as_number(text), as_time(text)
        if number is not None:
            self.numbers.add(number)
        if time is not None:
            self.times.add(time)


def as_number(value: Any) -> Decimal | None:
    """Read a number by the standard library."""
    return _as_number(str(value))


@cache
def _as_number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def as_time(value: Any) -> datetime | None:
    """Read a time by the standard library; a number counts seconds or milliseconds."""
    return _as_time(str(value))


@cache
def _as_time(text: str) -> datetime | None:
    if text.isdigit() and len(text) in {10, 12, 13, 14, 15}:
        return EPOCH + (
            timedelta(seconds=int(text)) if len(text) == 10 else timedelta(milliseconds=int(text))
        )
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read


Claim = tuple[str | None, str, str, Any]


def claims(venue: str, value: Any, owner: str | None = None) -> Iterator[Claim]:
    """Every value that must come back: (owner, field, what it is, value)."""
    if isinstance(value, list):
        for inner in value:
            yield from claims(venue, inner, owner)
    elif isinstance(value, dict):
        mine = next((str(value[name]) for name in OWNERS if isinstance(value.get(name), str | int)), owner)
        for name, inner in value.items():
            if name not in BESIDE and inner is not None and inner != "":
                yield from _claims_of(venue, value, name, inner, mine)


def _claims_of(
    venue: str, record: dict[str, Any], name: str, value: Any, owner: str | None
) -> Iterator[Claim]:
    if name in LISTED and isinstance(value, str):
        yield from ((owner, name, LISTED[name], one) for one in json.loads(value, parse_float=Decimal))
    elif isinstance(value, dict | list):
        yield from claims(venue, value, owner)
    elif isinstance(value, str) and value[:1] == "{":
        yield from claims(venue, json.loads(value, parse_float=Decimal), owner)
    elif not _is_a_recorders_word(record, name):
        kind = KINDS[venue].get(name)
        if kind is not None:
            yield owner, name, kind, value


def _is_a_recorders_word(record: dict[str, Any], name: str) -> bool:
    """What a recorder put beside the venue's fields, and seconds where the same moment stands with more digits."""
    return (
        (name == "asset" and "interval_sec" in record)
        or "true_start_ts" in record
        or (name == "ts" and ("ts_ms" in record or "time" in record))
    )


def came_back(leaves: Leaves, name: str, kind: str, value: Any) -> bool:
    """Whether a value is among those of the normal form, unaltered."""
    if kind == "identifier":
        return str(value) in leaves.texts
    if kind == "time":
        time = as_time(value)
        # What the venue means as "never set", and what no calendar holds, are kept as they were written.
        return time is None or time.year == 1 or time in leaves.times or str(value) in leaves.texts
    number = as_number(value)
    assert number is not None, (name, value)
    if name in {"shares", "amount"}:
        return number in leaves.numbers or -number in leaves.numbers
    return number in leaves.numbers


def test_what_was_recorded_comes_back(recording: Path) -> None:
    if recording.suffix == ".txt":
        return
    venue = recording.parts[-3]
    read = reading(Venue(venue))
    content = recording.read_bytes()
    lost: list[tuple[str | None, str, Any]] = []
    for payload in content.splitlines() if recording.suffix == ".jsonl" else [content]:
        decoded = read.body(payload, Source())
        if not decoded.items:
            continue
        refused = " ".join(refusal.record for refusal in decoded.refused)
        by_owner, everything = leaves_of(decoded.items)
        for owner, name, kind, value in claims(venue, json.loads(payload, parse_float=Decimal)):
            if owner == "" and "condition_id=" in refused:
                continue
            leaves = by_owner.get(owner or "", everything)
            if not came_back(leaves, name, kind, value):
                lost.append((owner, name, value))
    assert lost == []


def leaves_of(items: list[Any]) -> tuple[dict[str, Leaves], Leaves]:
    """The values of all items, and those of the items in which an identifier occurs, by identifier."""
    by_owner: dict[str, Leaves] = defaultdict(Leaves)
    everything = Leaves()
    for item in items:
        told = json.loads(encoder.encode(item), parse_float=Decimal)
        owners = {told.get("id"), told.get("market_id"), told.get("outcome_id"), told.get("event_id")}
        owners |= set(told.get("aliases", {}).values())
        leaves = Leaves()
        leaves.add(told)
        for owner in owners - {None}:
            by_owner[str(owner)].merge(leaves)
        everything.merge(leaves)
    return dict(by_owner), everything
