"""Live messages for all sockets of this process, over one stream to notification.

The hub watches a channel while any socket does. For each watched channel it knows the last sequence that it passed on;
when the stream breaks it opens a new one, compares positions, and fetches by `Resume` what it missed, so that sockets
see no gap, or a `snapshot` where that is too old. A message is rendered once and the same text goes to every socket.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Final, Protocol

import orjson
import structlog

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_gateway import metrics
from oraculum_gateway.asking import Asked
from oraculum_gateway.services import Services
from oraculum_kit import traces
from oraculum_kit.errors import ServiceError, Unavailable

_log = structlog.stdlib.get_logger(__name__)

_RECONNECT_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
_POSITION_SECONDS_MAX: Final = 5.0
_RESUMED_AT_ONCE_MAX: Final = 16
# Kinds of which only the newest matters to somebody who cannot keep up.
CONFLATED_KINDS: Final = frozenset({"market.quote"})


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """A message of a channel, ready to be written."""

    channel: str
    kind: str
    from_sequence: int
    sequence: int
    # Everything after `"seq": n`, so that a conflated one need not be rendered again.
    rest: str
    # The trace that it is part of, where somebody looks at it.
    traceparent: str = ""

    @property
    def text(self) -> str:
        """The message as a socket gets it."""
        return self.conflated_from(self.from_sequence)

    def conflated_from(self, from_sequence: int) -> str:
        """The same message, standing for everything since that sequence."""
        head = f'{{"type":"{self.kind}","channel":{_quoted(self.channel)},'
        if from_sequence < self.sequence:
            head += f'"from_seq":{from_sequence},'
        return f'{head}"seq":{self.sequence},{self.rest}'


class Listener(Protocol):
    """Whoever hears a channel."""

    def hear(self, message: LiveMessage) -> None:
        """Take a message; never waits."""
        ...


@dataclass(slots=True)
class _Channel:
    listeners: set[Listener] = field(default_factory=set)
    # The last sequence that was passed on; None until notification has told where the channel stands.
    sequence: int | None = None
    known: asyncio.Event = field(default_factory=asyncio.Event)
    # Whether the present stream carries it on, with all that was missed before.
    current: bool = False


class Hub:
    """Passes messages from notification to listeners."""

    def __init__(self, services: Services) -> None:
        self._notification = services.notification
        self._channels: dict[str, _Channel] = {}
        self._asked = Asked()
        self._connected = False

    async def watch(self, name: str, listener: Listener) -> int:
        """Begin to pass a channel on to a listener; the sequence after which it will hear everything."""
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = _Channel()
            metrics.CHANNELS.set(len(self._channels))
            self._asked.add(name)
        channel.listeners.add(listener)
        try:
            async with asyncio.timeout(_POSITION_SECONDS_MAX):
                await channel.known.wait()
        except TimeoutError:
            self.unwatch(name, listener)
            raise Unavailable("live messages are away at the moment") from None
        return channel.sequence or 0

    def unwatch(self, name: str, listener: Listener) -> None:
        """Pass a channel on to this listener no more."""
        channel = self._channels.get(name)
        if channel is None:
            return
        channel.listeners.discard(listener)
        if not channel.listeners:
            del self._channels[name]
            # Whoever still waited to hear where it stands does not want to know any more.
            channel.known.set()
            metrics.CHANNELS.set(len(self._channels))
            self._asked.remove(name)

    def is_current(self, name: str) -> bool:
        """Whether all that was said on a watched channel has been passed on, but for what is on its way."""
        channel = self._channels.get(name)
        return channel is not None and channel.current

    async def resume(self, name: str, after_sequence: int) -> tuple[list[LiveMessage], bool, int]:
        """What a channel said after a sequence, whether that is only its latest state, and where it stands."""
        response = await self._notification.Resume(
            pb.ResumeRequest(channel=name, after_sequence=after_sequence)
        )
        return [rendered(message) for message in response.messages], response.snapshot, response.sequence

    async def run(self) -> None:
        """Keep one stream to notification until cancelled."""
        failures = 0
        while True:
            try:
                await self._stream()
            except ServiceError as error:
                _log.warning("live.stream_broke", reason=error.reason)
            failures = 0 if self._connected else failures + 1
            self._connected = False
            for channel in self._channels.values():
                channel.current = False
            await asyncio.sleep(_RECONNECT_SECONDS[min(failures, len(_RECONNECT_SECONDS) - 1)])

    async def _stream(self) -> None:
        # What was asked before this stream is in `_channels`; beside it only what comes after must be told.
        asked = self._asked = Asked(self._channels)
        try:
            async for response in self._notification.Subscribe(asked.requests()):
                self._connected = True
                await self._place(response.positions)
                for message in response.messages:
                    self._pass_on(rendered(message))
        finally:
            asked.end()

    async def _place(self, positions: Sequence[pb.ChannelPosition]) -> None:
        """Learn where channels stand; fetch what was said of them while we were not connected.

        Several at once: whoever waits here reads nothing, and notification cuts off a gateway that leaves too much unread.
        """
        behind = [position for position in positions if self._is_behind(position)]
        room = asyncio.Semaphore(_RESUMED_AT_ONCE_MAX)
        outcomes = await asyncio.gather(
            *(self._catch_up(position, room) for position in behind), return_exceptions=True
        )
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
        for position in positions:
            self._settle(position)

    def _is_behind(self, position: pb.ChannelPosition) -> bool:
        channel = self._channels.get(position.channel)
        return channel is not None and channel.sequence is not None and channel.sequence < position.sequence

    async def _catch_up(self, position: pb.ChannelPosition, room: asyncio.Semaphore) -> None:
        async with room:
            channel = self._channels.get(position.channel)
            if channel is None or channel.sequence is None:
                # Nobody watches it any more, or somebody does anew, who has missed nothing.
                return
            missed, too_old, latest = await self.resume(position.channel, channel.sequence)
        for message in [_snapshot(position.channel, missed, latest)] if too_old else missed:
            self._pass_on(message)

    def _settle(self, position: pb.ChannelPosition) -> None:
        channel = self._channels.get(position.channel)
        if channel is not None:
            # A channel may only go forward: a message of this stream may have come before the answer.
            channel.sequence = max(channel.sequence or 0, position.sequence)
            channel.current = True
            channel.known.set()

    def _pass_on(self, message: LiveMessage) -> None:
        channel = self._channels.get(message.channel)
        if channel is None or (channel.sequence is not None and message.sequence <= channel.sequence):
            return
        channel.sequence = message.sequence
        looked_at = traces.first_sampled([message.traceparent])
        if looked_at is None:
            _tell(channel, message)
            return
        # The end of the way of a bet: from here each socket writes it when its client reads.
        with traces.span("socket tell", traces.PRODUCER, parent=looked_at) as span:
            span.set("oraculum.channel", message.channel.partition(".")[0])
            span.set("oraculum.message.kind", message.kind)
            span.set("oraculum.sockets", len(channel.listeners))
            _tell(channel, message)


def _tell(channel: _Channel, message: LiveMessage) -> None:
    for listener in channel.listeners:
        listener.hear(message)


def rendered(message: pb.ChannelMessage) -> LiveMessage:
    """A message as text, except for its sequences."""
    time = message.occurred_at.ToDatetime(tzinfo=UTC).isoformat(timespec="milliseconds")
    return LiveMessage(
        channel=message.channel,
        kind=message.kind,
        from_sequence=message.from_sequence or message.sequence,
        sequence=message.sequence,
        rest=f'"ts":"{time.replace("+00:00", "Z")}","data":{message.data_json.decode() or "{}"}}}',
        traceparent=message.traceparent,
    )


def _snapshot(channel: str, messages: Sequence[LiveMessage], sequence: int) -> LiveMessage:
    """What stands for messages that are too old to be fetched: a gap that says that it is one."""
    rest = f'"messages":[{",".join(message.text for message in messages)}]}}'
    return LiveMessage(channel, "snapshot", sequence, sequence, rest)


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
