"""One client's socket: frames go into a bounded queue and out in order, and a fault may meet each on its way."""

import asyncio
from collections import deque
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from oraculum_dev.venues.sim.terms import Venue
from oraculum_dev.venues.wire.faults import ON_SOCKETS, Fault, Faults

MOST_QUEUED = 8_192
TRY_AGAIN_LATER = 1013
GOING_AWAY = 1001


class Connection:
    """A connected client, whose queue is bounded: past the bound it is closed, unless told otherwise."""

    def __init__(
        self,
        websocket: WebSocket,
        venue: Venue,
        faults: Faults,
        *,
        most_queued: int = MOST_QUEUED,
    ) -> None:
        self._websocket = websocket
        self._venue = venue
        self._faults = faults
        self._most_queued = most_queued
        self._overflowing = self._give_up
        self._frames: deque[str] = deque()
        self._awake = asyncio.Event()
        self._roomy = asyncio.Event()
        self._roomy.set()
        self._closing: tuple[int, str] | None = None
        self._silent_until = 0.0
        self._held: list[str] = []
        self.sent = 0

    def on_overflow(self, action: Callable[[], None]) -> None:
        """Do something else than close where the client reads too slowly; it must empty the queue."""
        self._overflowing = action

    def say(self, frame: str | bytes) -> None:
        """Send an answer: it is neither lost nor bent, whatever the faults are."""
        self._put(frame if isinstance(frame, str) else frame.decode())

    def feed(self, frame: str | bytes) -> None:
        """Send a piece of the feed, to which faults may happen."""
        written = frame if isinstance(frame, str) else frame.decode()
        if self._faults.quiet:
            self._put(written)
            return
        self._feed_through_faults(written)

    def _feed_through_faults(self, frame: str) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._silent_until:
            return
        match self._faults.draw(self._venue, ON_SOCKETS):
            case Fault.DROP:
                self.drop()
            case Fault.STALL:
                # The socket stays open and answers, but the feed is silent: the worst that the venues do.
                self._silent_until = now + self._faults.rates.stall_seconds
            case Fault.SKIP:
                pass
            case Fault.REPEAT:
                self._put(frame)
                self._put(frame)
            case Fault.RUBBISH:
                self._put(frame[: len(frame) // 2])
            case Fault.REORDER if not self._held:
                # It goes out behind the one that comes next.
                self._held.append(frame)
                return
            case Fault.DELAY:
                asyncio.get_running_loop().call_later(self._faults.rates.delay_seconds, self._put, frame)
            case _:
                self._put(frame)
        while self._held:
            self._put(self._held.pop())

    def _put(self, frame: str) -> None:
        if self._closing is not None:
            return
        if len(self._frames) >= self._most_queued:
            self._overflowing()
            return
        self._frames.append(frame)
        self._awake.set()
        if len(self._frames) * 2 > self._most_queued:
            self._roomy.clear()

    async def room(self) -> None:
        """Wait until the queue has room: for a feed that can wait for its reader, as a recording can."""
        await self._roomy.wait()

    def forget_queued(self) -> None:
        """Throw away what waits to be sent, as a venue does whose buffer for this client is full."""
        self._frames.clear()

    def _give_up(self) -> None:
        self.forget_queued()
        self.close(TRY_AGAIN_LATER, "too slow")

    def close(self, code: int, reason: str = "") -> None:
        """Close after what is queued has been sent."""
        if self._closing is None:
            self._closing = (code, reason)
            self._awake.set()

    def drop(self) -> None:
        """Cut the line without a word."""
        self._websocket.scope["state"]["abort"]()

    async def run(self, hear: Callable[[str], None]) -> None:
        """Serve the client until it leaves or is closed; `hear` gets each of its messages."""
        reading = asyncio.ensure_future(self._read(hear))
        writing = asyncio.ensure_future(self._write())
        try:
            done, _ = await asyncio.wait((reading, writing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            reading.cancel()
            writing.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)
        for task in done:
            failure = None if task.cancelled() else task.exception()
            if failure is not None and not isinstance(failure, WebSocketDisconnect | OSError):
                raise failure

    async def _read(self, hear: Callable[[str], None]) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            hear(text if text is not None else message["bytes"].decode(errors="replace"))

    async def _write(self) -> None:
        send = self._websocket.send
        while True:
            await self._awake.wait()
            self._awake.clear()
            while self._frames:
                self.sent += 1
                await send({"type": "websocket.send", "text": self._frames.popleft()})
            self._roomy.set()
            if self._closing is not None:
                code, reason = self._closing
                await self._websocket.close(code, reason)
                return
