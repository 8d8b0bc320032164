"""Decoding the frames of Manifold's socket: acknowledgements, and broadcasts by topic.

The same message comes once for every topic it was published to and the client holds; whoever stores bets tells them
apart by id. A contract or an answer comes as the fields that changed. Nothing here keeps state.
"""

import re
from datetime import datetime
from typing import Final

import msgspec

from oraculum_market_data.decoding import (
    Decoded,
    Reader,
    Source,
    Unknown,
    Wire,
    details_of,
    each,
    malformed,
    text_of,
)
from oraculum_market_data.normal import Control, Item, Reference, Venue, VenueError
from oraculum_market_data.refusals import Refused
from oraculum_market_data.venues.manifold import changes, markets
from oraculum_market_data.venues.manifold.bets import bet_items

_CONTRACT = re.compile(r"contract/([^/]+)")
_COMMANDS: Final = frozenset({"identify", "subscribe", "unsubscribe", "ping"})
# Topics whose data is understood, but no market data of ours.
_REFERENCES: Final = ("comment", "subsidy", "annotation", "metrics", "tv_schedule", "notification")


class ManifoldFrame(Wire, frozen=True):
    """A frame, whichever way it went."""

    type: str
    txid: int | None = None
    success: bool | None = None
    error: str | None = None
    topic: str | None = None
    topics: list[str] | None = None
    data: msgspec.Raw = msgspec.Raw()


class Data(Wire, frozen=True):
    """What a broadcast carries, by topic."""

    bets: list[msgspec.Raw] | None = None
    bet: msgspec.Raw = msgspec.Raw()
    contract: msgspec.Raw = msgspec.Raw()
    answers: list[msgspec.Raw] | None = None
    answer: msgspec.Raw = msgspec.Raw()


_read_frame = Reader(ManifoldFrame)
_read_data = Reader(Data)
_read_fields = Reader(dict[str, msgspec.Raw])


class ManifoldSocket:
    """Decodes frames."""

    def decode(self, frame: bytes | str, received_at: datetime | None = None) -> Decoded:
        """Decode one frame."""
        into = Decoded()
        raw = frame.encode("utf-8", "surrogatepass") if isinstance(frame, str) else frame
        try:
            _decode(raw, Source(received_at), into)
        except Refused as refusal:
            into.records += 1
            into.refused.append(refusal.within("frame"))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            into.records += 1
            into.refused.append(malformed(error).within("frame"))
        return into


def _decode(raw: bytes, source: Source, into: Decoded) -> None:
    wire = _read_frame(raw)
    if wire.type == "broadcast" and wire.topic is not None:
        _broadcast(wire, wire.topic, raw, source, into)
        return
    into.records += 1
    if wire.type == "ack":
        into.items.append(_ack(wire, source))
    elif wire.type in _COMMANDS:
        topics = {"topics": ",".join(wire.topics)} if wire.topics else {}
        into.items.append(
            Control(
                venue=Venue.MANIFOLD,
                word=f"command {wire.type}",
                command=wire.txid,
                details=topics,
                received_at=source.received_at,
            )
        )
    else:
        into.unknown.append(Unknown(wire.type, raw))


def _ack(wire: ManifoldFrame, source: Source) -> Item:
    if wire.success is False or wire.error:
        return VenueError(
            venue=Venue.MANIFOLD,
            message=wire.error or "",
            command=wire.txid,
            received_at=source.received_at,
        )
    return Control(venue=Venue.MANIFOLD, word="ack", command=wire.txid, received_at=source.received_at)


def _broadcast(wire: ManifoldFrame, topic: str, raw: bytes, source: Source, into: Decoded) -> None:
    if any(word in topic for word in _REFERENCES):
        into.records += 1
        into.items.append(_reference(wire, topic, source))
        return
    data = _read_data(wire.data) if bytes(wire.data).lstrip()[:1] == b"{" else Data()
    market = _CONTRACT.search(topic)
    before = into.records
    # The docs speak of a bet, what comes is a list; a single one is taken as well.
    bets = [*(data.bets or ()), *([data.bet] if bytes(data.bet) else ())]
    each(bets, into, "frame.data.bets", lambda bet: bet_items(bet, source))
    if bytes(data.contract):
        _contract(data.contract, topic, source, into)
    answers = [*(data.answers or ()), *([data.answer] if bytes(data.answer) else ())]
    if answers:
        changed = changes.answers_changed(answers, None if market is None else market[1], topic, source, into)
        into.items += changed
    if into.records == before and not _is_empty_list(data):
        into.records += 1
        into.unknown.append(Unknown(f"broadcast {_pattern(topic)}", raw))


def _contract(raw: msgspec.Raw, topic: str, source: Source, into: Decoded) -> None:
    into.records += 1
    try:
        if topic.endswith("new-contract"):
            markets.decode_market(raw, source, into)
        else:
            into.items.append(changes.market_changed(raw, topic, source))
    except Refused as refusal:
        into.refused.append(refusal.within("frame.data.contract"))


def _reference(wire: ManifoldFrame, topic: str, source: Source) -> Reference:
    is_object = bytes(wire.data).lstrip()[:1] == b"{"
    market = _CONTRACT.search(topic)
    return Reference(
        venue=Venue.MANIFOLD,
        what=_pattern(topic),
        market_id=None if market is None else market[1],
        details=details_of(_read_fields(wire.data)) if is_object else {"data": text_of(wire.data)},
        received_at=source.received_at,
    )


def _is_empty_list(data: Data) -> bool:
    return data.bets == [] or data.answers == []


def _pattern(topic: str) -> str:
    """A topic without the ids in it, so that kinds can be counted."""
    if not topic.startswith(("contract/", "user/", "answer/")):
        return topic
    return "/".join("*" if index % 2 else part for index, part in enumerate(topic.split("/")))
