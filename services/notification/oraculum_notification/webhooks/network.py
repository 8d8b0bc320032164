"""Connections to addresses that were looked at: resolve, refuse, and connect to what was resolved.

A name is resolved here and the connection goes to that very address: asking twice would let a name stand for a public
address when it is checked and for a private one when it is used. One bad address among several refuses the name.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpcore

from oraculum_notification.webhooks.addresses import Address, AddressRefusedError, Rules
from oraculum_notification.webhooks.metering import MeteredStream

# Name servers that do not answer hold a thread of these, and nobody else's.
_THREADS: Final = 64
_ADDRESSES_MAX: Final = 4


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """The network behind the client's pool."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._inner = httpcore.AnyIOBackend()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="webhook-names")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to one of the addresses that a name stands for, if all of them are allowed."""
        async with asyncio.timeout(timeout):
            addresses = await self._resolve(host, port)
        failure: Exception = httpcore.ConnectError("the name stands for no address")
        for address in addresses[:_ADDRESSES_MAX]:
            if not self._rules.admits(address):
                raise AddressRefusedError(f"{host} stands for {address}")
        for address in addresses[:_ADDRESSES_MAX]:
            try:
                stream = await self._inner.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
                return MeteredStream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait, between attempts of the client's own; it has none."""
        await self._inner.sleep(seconds)

    def close(self) -> None:
        """Let the threads go; who still waits for a name is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _resolve(self, host: str, port: int) -> list[Address]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _ask, host, port)
        return list(dict.fromkeys(ipaddress.ip_address(address) for address in found))


def _ask(host: str, port: int) -> list[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return [str(address[0]) for *_, address in answers]
