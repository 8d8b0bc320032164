"""One of several replicas: the channel to it, and whether it says that it serves."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any, Final

import structlog

from oraculum_kit.client import Channel

_log = structlog.get_logger(__name__)

_CHECK_SECONDS: Final = 1.0
# Longer than a busy replica takes to say that it is there, shorter than callers wait.
_CHECK_PATIENCE_SECONDS: Final = 2.0
# One that is suspected by many is asked a few times a second, not as often as they call.
_SUSPICION_SECONDS: Final = 0.05


def rank(key: str, address: str) -> bytes:
    """Where an address stands for a key: the lowest has it."""
    return blake2b(f"{key} {address}".encode(), digest_size=8).digest()


class Replica:
    """One replica, and whether it says that it serves."""

    def __init__(self, address: str, opened: Channel, changed: Callable[[], None]) -> None:
        self.address = address
        self.channel = opened
        # Believed until it was asked.
        self.serves = True
        self._changed = changed
        self._methods: dict[str, Any] = {}
        self._suspected = asyncio.Event()
        self._watching = asyncio.create_task(self._watch())

    def rank(self, key: str) -> tuple[bool, bytes]:
        """Where it stands for a key: those that serve first, and among them as the hash has it."""
        return not self.serves, rank(key, self.address)

    def method(self, kind: str, method: str, serializers: Sequence[Any], options: dict[str, Any]) -> Any:
        """A method of this replica."""
        known = self._methods.get(method)
        if known is None:
            known = self._methods[method] = getattr(self.channel, kind)(method, *serializers, **options)
        return known

    def suspect(self) -> None:
        """Ask it soon: a call has failed."""
        self._suspected.set()

    async def close(self, grace: float | None) -> None:
        """Stop watching and close the channel, with a grace for what is being answered."""
        self._watching.cancel()
        await asyncio.wait({self._watching})
        await self.channel.close(grace)

    async def _watch(self) -> None:
        while True:
            serves = await self._says_it_serves()
            if serves != self.serves:
                self.serves = serves
                self._changed()
                tell = _log.info if serves else _log.warning
                tell("replica.serves" if serves else "replica.silent", address=self.address)
            self._suspected.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_CHECK_SECONDS):
                    await self._suspected.wait()
            await asyncio.sleep(_SUSPICION_SECONDS)

    async def _says_it_serves(self) -> bool:
        try:
            await self.channel.check(_CHECK_PATIENCE_SECONDS)
        except Exception:  # noqa: BLE001  whatever it was, it did not say so
            return False
        return True
