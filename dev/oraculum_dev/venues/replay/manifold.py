"""Recorded Manifold objects as a source for its routes, with the scripted markets behind them."""

from collections.abc import Iterator, Sequence
from typing import Any

from oraculum_dev.venues.manifold.invented import Invented
from oraculum_dev.venues.replay.kinds import Kind
from oraculum_dev.venues.replay.records import Record
from oraculum_dev.venues.replay.shelf import Fields, shelf
from oraculum_dev.venues.replay.streams import Frame, Stream
from oraculum_dev.venues.wire.rows import Row, encode

_MARKET = (
    "id", "slug", "question", "outcomeType", "creatorId", "createdTime", "closeTime", "lastUpdatedTime",
    "lastBetTime", "lastCommentTime", "isResolved", "resolutionTime", "volume24Hours", "totalLiquidity",
    "uniqueBettorCount", "probability", "prob",
)  # fmt: skip
_BET = ("id", "contractId", "userId", "createdTime", "limitProb", "isFilled")


def _identity(fields: Fields) -> Any:
    return fields.get("id")


def _padded(value: Any) -> str:
    """Return a time as text that sorts as the number does."""
    return f"{float(value or 0):020.3f}"


class Recorded:
    """The recordings and the invented markets together, seen as Manifold."""

    def __init__(self, records: Sequence[Record], live: Invented) -> None:
        self._live = live
        self._markets = shelf(
            records,
            Kind.MARKET,
            _MARKET,
            identity=_identity,
            updated=lambda fields: _padded(fields.get("lastUpdatedTime")),
        )
        self._recorded_bets = shelf(
            records,
            Kind.BET,
            _BET,
            identity=_identity,
            updated=lambda fields: _padded(fields.get("createdTime")),
        )

    def markets(self) -> Iterator[Row]:
        """Return the contracts, those with their full form included."""
        yield from self._live.markets()
        yield from self._markets

    def market(self, name: str, *, by_slug: bool) -> bytes | None:
        """Return the fullest recorded form of a contract, which is the longest."""
        field = "slug" if by_slug else "id"
        found = [row.raw for row in self._markets if row.fields.get(field) == name]
        return max(found, key=len) if found else self._live.market(name, by_slug=by_slug)

    def bets(self) -> Sequence[Row]:
        """Return the bets, newest first."""
        return [*self._live.bets(), *reversed(self._recorded_bets)]

    def probability(self, name: str) -> bytes | None:
        """Return the recorded probability of a contract."""
        for row in reversed(self._markets):
            if row.fields.get("id") == name:
                shown = row.fields.get("probability", row.fields.get("prob"))
                return encode({"prob": shown})
        return self._live.probability(name)

    def stream(self) -> Stream:
        """Return the recorded bets as a session of the socket, since no such session was recorded."""
        frames = tuple(
            Frame(
                raw=row.raw,
                keys=frozenset({f"contract/{row.fields['contractId']}/new-bet", "global", "global/new-bet"}),
                at_ms=int(row.fields.get("createdTime") or 0),
                kind="bet",
                message=b'{"bets":[' + row.raw + b"]}",
            )
            for row in self._recorded_bets
        )
        return Stream("recorded bets", frames)
