"""Whether the platform is being worked on, as notification said last on the channel `system`.

An administrator's word is in force here as soon as the stream of live messages brings it; a gateway that starts asks for
the channel's last word. While notification is away a gateway goes on with what it knows, and one that never heard
anything takes commands: nobody can say otherwise meanwhile. See docs/adr/0081.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import structlog

from oraculum_gateway import metrics
from oraculum_gateway.live import Hub, LiveMessage
from oraculum_gateway.problems import Problem
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock
from oraculum_kit.errors import ServiceError

_log = structlog.stdlib.get_logger(__name__)

_CHANNEL: Final = "system"
_KIND: Final = "system.maintenance"
_ON: Final = "on"
_RETRY_SECONDS: Final = 1.0
# What clients are told where nobody said when it ends, and the most that they are told.
_COME_AGAIN_SECONDS: Final = 60
_COME_AGAIN_SECONDS_MAX: Final = 3600


@dataclass(frozen=True, slots=True)
class _State:
    on: bool = False
    message: str = ""
    ends_at: datetime | None = None


class Maintenance:
    """Hears where it stands, and refuses commands while it is on."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self._state = _State()
        self._sequence = 0

    def admit(self, user: User | None) -> None:
        """Let a command pass, or say that it must wait. Administrators pass: somebody must try what was mended."""
        if not self._state.on or (user is not None and "admin" in user.roles):
            return
        seconds = str(self._come_again_seconds())
        raise Problem(503, "maintenance", self._state.message, headers={"retry-after": seconds})

    def hear(self, message: LiveMessage) -> None:
        """Take what the channel says."""
        if message.sequence <= self._sequence:
            return
        self._sequence = message.sequence
        told = orjson.loads(f"{{{message.rest}")
        # After a long absence the hub brings the last word of each kind in one message.
        words = told["messages"] if message.kind == "snapshot" else [{"type": message.kind, **told}]
        for word in words:
            if word["type"] == _KIND:
                self._take(word["data"])

    async def run(self) -> None:
        """Listen until cancelled; the hub carries on by itself over streams that break."""
        while not await self._begin():  # noqa: ASYNC110  another process is waited for
            await asyncio.sleep(_RETRY_SECONDS)
        await asyncio.Event().wait()

    async def _begin(self) -> bool:
        """Hear the channel from now on, and what it said last; False while nobody is there to say it."""
        try:
            await self._hub.watch(_CHANNEL, self)
            said, _, _ = await self._hub.resume(_CHANNEL, 0)
        except ServiceError as error:
            _log.warning("maintenance.unheard", reason=error.reason)
            return False
        for message in said:
            self.hear(message)
        return True

    def _take(self, data: dict[str, Any]) -> None:
        ends_at = data.get("ends_at")
        self._state = _State(
            on=data["state"] == _ON,
            message=data["message"],
            ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
        )
        metrics.MAINTENANCE.set(int(self._state.on))
        _log.info("maintenance.heard", state=data["state"])

    def _come_again_seconds(self) -> int:
        ends_at = self._state.ends_at
        if ends_at is None:
            return _COME_AGAIN_SECONDS
        left = int((ends_at - self._clock.now()).total_seconds()) + 1
        # It takes longer than was meant: ask now and then.
        return min(left, _COME_AGAIN_SECONDS_MAX) if left > 0 else _COME_AGAIN_SECONDS
