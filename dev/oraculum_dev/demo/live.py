"""A person's socket: it follows channels, counts their sequence numbers, and after a break resumes where it was."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from oraculum_dev.demo.api import StoryError

AGAIN_SECONDS = 0.3


@dataclass(frozen=True)
class Message:
    """Something that a channel said."""

    kind: str
    channel: str
    sequence: int
    data: dict[str, Any]


@dataclass
class _Channel:
    """How far one channel was heard. While it catches up, what comes live is kept back."""

    sequence: int | None = None
    live: bool = False
    kept: list[dict[str, Any]] = field(default_factory=list)


class Live:
    """Follows channels over a socket that may break."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._channels: dict[str, _Channel] = {}
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[NoReturn] | None = None
        self._changed = asyncio.Condition()
        self.heard: list[Message] = []
        # Sequence numbers that were skipped, in words; a socket that keeps its promise leaves this empty.
        self.gaps: list[str] = []
        self.breaks = 0

    async def __aenter__(self) -> "Live":
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def follow(self, *names: str, seconds: float = 30) -> None:
        """Follow channels from now on; return once the server has said where each of them stands."""
        for name in names:
            self._channels.setdefault(name, _Channel())
        if self._socket:
            with suppress(WebSocketException):
                await self._send({"type": "subscribe", "channels": list(names)})
        await self._until(
            lambda: all(self._channels[name].live for name in names), seconds, _subscribed(names)
        )

    async def hear(self, what: str, holds: Callable[[Message], bool], seconds: float) -> Message:
        """Wait for a message, or find it among those that came already."""
        found: list[Message] = []

        def there() -> bool:
            found.extend(message for message in self.heard if holds(message))
            return bool(found)

        await self._until(there, seconds, what)
        return found[0]

    async def _until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError:
            raise StoryError(f"waited {seconds:.0f} s on the socket for {what}; it did not come") from None

    async def _run(self) -> NoReturn:
        while True:
            with suppress(OSError, InvalidHandshake, WebSocketException, TimeoutError):
                async with connect(self._url, open_timeout=5, ping_interval=5, ping_timeout=5) as socket:
                    self._socket = socket
                    await self._send({"type": "auth", "token": self._token})
                    if self._channels:
                        await self._send({"type": "subscribe", "channels": list(self._channels)})
                    async for text in socket:
                        await self._take(json.loads(text))
            self._socket = None
            self.breaks += 1
            for channel in self._channels.values():
                channel.live, channel.kept = False, []
            await asyncio.sleep(AGAIN_SECONDS)

    async def _send(self, message: dict[str, Any]) -> None:
        if self._socket:
            await self._socket.send(json.dumps(message))

    async def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "subscribed":
                await self._subscribed(message)
            case "resumed" | "snapshot":
                self._resumed(message)
            case "auth.rejected" | "error":
                # A service behind the socket is away for a moment: come again and begin anew.
                await asyncio.sleep(AGAIN_SECONDS)
                if self._socket:
                    await self._socket.close()
            case _ if message.get("channel") in self._channels:
                channel = self._channels[message["channel"]]
                channel.kept.append(message)
                if channel.live:
                    self._pass_on(message["channel"], channel)
        async with self._changed:
            self._changed.notify_all()

    async def _subscribed(self, message: dict[str, Any]) -> None:
        for told in message["channels"]:
            name, channel = told["channel"], self._channels[told["channel"]]
            if channel.sequence is None:
                channel.sequence = told["seq"]
            if channel.sequence < told["seq"]:
                await self._send({"type": "resume", "channel": name, "seq": channel.sequence})
            else:
                channel.live = True
                self._pass_on(name, channel)
        if message["rejected"]:
            await asyncio.sleep(AGAIN_SECONDS)
            await self._send(
                {"type": "subscribe", "channels": [told["channel"] for told in message["rejected"]]}
            )

    def _resumed(self, message: dict[str, Any]) -> None:
        name, channel = message["channel"], self._channels[message["channel"]]
        if message["type"] == "snapshot":
            self.gaps.append(f"{name}: too old to resume after {channel.sequence}")
            channel.sequence = message["seq"]
        channel.kept = [*message["messages"], *channel.kept]
        channel.live = True
        self._pass_on(name, channel)

    def _pass_on(self, name: str, channel: _Channel) -> None:
        kept, channel.kept = channel.kept, []
        for message in kept:
            last, sequence = channel.sequence or 0, message["seq"]
            if sequence <= last:
                continue
            if message.get("from_seq", sequence) > last + 1:
                self.gaps.append(f"{name}: {sequence} came after {last}")
            channel.sequence = sequence
            self.heard.append(Message(message["type"], name, sequence, message["data"]))


def _subscribed(names: tuple[str, ...]) -> str:
    return f"the subscription to {', '.join(names)}"
