"""Both kinds of client: how a request goes out and is sent again until its outcome is known."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx

from oraculum_client.credentials import Bearer, Credentials
from oraculum_client.devices import kept_device_id
from oraculum_client.exchange import UNKNOWN, Ask, check, pause, read
from oraculum_client.problems import Document, OutcomeUnknown

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 10.0
ATTEMPTS: Final = 5
SIGN_IN: Final = frozenset({"/api/v1/auth/register", "/api/v1/auth/login"})


class _Both:
    """What is the same in both."""

    _device_id: str | None

    def _ready(self, ask: Ask) -> Ask:
        """A request with its key, and with the device's name where somebody signs in."""
        if ask.path not in SIGN_IN:
            return ask.keyed()
        if self._device_id is None:
            self._device_id = kept_device_id()
        return replace(ask.keyed(), device_id=self._device_id)


class Connection(_Both):
    """What a client is made of."""

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        credentials: Credentials | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        attempts: int = ATTEMPTS,
        device_id: str | None = None,
    ) -> None:
        """Talk to the gateway at `url`, as nobody, with a token, or with an API key.

        `device_id` is what is sent to sign in; None for the name that the environment gives or this machine keeps, empty
        for none.
        """
        self.credentials = credentials or Bearer(token)
        self._client = httpx.Client(base_url=url, timeout=timeout_seconds)
        self._attempts = attempts
        self._device_id = device_id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def told(self, ask: Ask, shape: type[T]) -> T:
        """Send a request and read what it is answered with."""
        return read(ask, self.raw(ask), shape)

    def done(self, ask: Ask) -> None:
        """Send a request that is answered with nothing."""
        check(ask, self.raw(ask))

    def raw(self, ask: Ask) -> httpx.Response:
        """Send a request until its outcome is known, or attempts end; the answer as it came."""
        ask = self._ready(ask)
        for attempt in range(self._attempts - 1):
            response: httpx.Response | None = None
            try:
                response = self._client.send(ask.request(self._client, self.credentials))
            except httpx.TransportError:
                pass
            else:
                if response.status_code not in UNKNOWN | {429}:
                    return response
            time.sleep(pause(response, attempt))
        with _telling_the_key(ask):
            return self._client.send(ask.request(self._client, self.credentials))


class AsyncConnection(_Both):
    """What an async client is made of."""

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        credentials: Credentials | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        attempts: int = ATTEMPTS,
        device_id: str | None = None,
    ) -> None:
        """Talk to the gateway at `url`, as nobody, with a token, or with an API key.

        `device_id` is what is sent to sign in; None for the name that the environment gives or this machine keeps, empty
        for none.
        """
        self.credentials = credentials or Bearer(token)
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout_seconds)
        self._attempts = attempts
        self._device_id = device_id

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def told(self, ask: Ask, shape: type[T]) -> T:
        """Send a request and read what it is answered with."""
        return read(ask, await self.raw(ask), shape)

    async def done(self, ask: Ask) -> None:
        """Send a request that is answered with nothing."""
        check(ask, await self.raw(ask))

    async def raw(self, ask: Ask) -> httpx.Response:
        """Send a request until its outcome is known, or attempts end; the answer as it came."""
        ask = self._ready(ask)
        for attempt in range(self._attempts - 1):
            response: httpx.Response | None = None
            try:
                response = await self._client.send(ask.request(self._client, self.credentials))
            except httpx.TransportError:
                pass
            else:
                if response.status_code not in UNKNOWN | {429}:
                    return response
            await asyncio.sleep(pause(response, attempt))
        with _telling_the_key(ask):
            return await self._client.send(ask.request(self._client, self.credentials))


@contextmanager
def _telling_the_key(ask: Ask) -> Iterator[None]:
    """A connection that broke at last leaves a command unknown, as a 504 does; what has no key happened or did not matter."""
    try:
        yield
    except httpx.TransportError as error:
        if not ask.key:
            raise
        detail = f"The connection broke: {error!r}"
        raise OutcomeUnknown(Document(code="connection_broken", detail=detail), ask.key) from error
