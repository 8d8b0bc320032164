"""One attempt: a signed POST to an address that was looked at, and what came of it in a word.

No redirect is followed, since it would lead past the check of the URL; no proxy of the environment is used, since it
would resolve names for us; of an answer no more is read than is needed to use the connection again.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final, Self

import httpcore

from oraculum_notification.webhooks.addresses import AddressRefusedError, Rules, UrlRefusedError
from oraculum_notification.webhooks.metering import AnswerTooLongError
from oraculum_notification.webhooks.network import PublicNetwork

DELIVERED: Final = "delivered"
GONE: Final = "status_410"
_CONNECTIONS_MAX: Final = 128
_IDLE_SECONDS: Final = 5.0
_CONNECT_SECONDS: Final = 5.0
_ATTEMPT_SECONDS: Final = 10.0
_BODY_BYTES_MAX: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an attempt, how long it took, and what the receiver said to it."""

    word: str
    seconds: float
    said: bytes = b""

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.word == DELIVERED


class Poster:
    """Sends. Open it with `async with`."""

    def __init__(self, rules: Rules, *, attempt_seconds: float = _ATTEMPT_SECONDS) -> None:
        self._rules = rules
        self._attempt_seconds = attempt_seconds
        self._network = PublicNetwork(rules)
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=_CONNECTIONS_MAX,
            max_keepalive_connections=_CONNECTIONS_MAX,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=self._network,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.aclose()
        self._network.close()

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Result:
        """Send once."""
        began, said = monotonic(), b""
        try:
            # A receiver that lets a byte fall now and then meets no timeout but this one.
            async with asyncio.timeout(self._attempt_seconds):
                word, said = await self._send(url, headers, body)
        except (UrlRefusedError, AddressRefusedError):
            word = "address_refused"
        except (TimeoutError, httpcore.TimeoutException):
            word = "timeout"
        except AnswerTooLongError:
            word = "answer_too_long"
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            word = "unreachable"
        return Result(word, monotonic() - began, said)

    async def _send(self, url: str, headers: dict[str, str], body: bytes) -> tuple[str, bytes]:
        to = self._rules.destination(url)
        address = httpcore.URL(
            scheme="https" if to.secure else "http", host=to.host, port=to.port, target=to.target
        )
        sent = [("host", to.authority), ("content-length", str(len(body))), *headers.items()]
        timeouts = {"connect": _CONNECT_SECONDS, "pool": _CONNECT_SECONDS}
        async with self._pool.stream(
            "POST", address, headers=sent, content=body, extensions={"timeout": timeouts}
        ) as response:
            said = b""
            # What it said was said in its status, however much of nothing follows.
            with suppress(AnswerTooLongError):
                async for chunk in response.aiter_stream():
                    said += chunk
                    if len(said) > _BODY_BYTES_MAX:
                        break
        # 200 to 299, and nothing else: a redirect leads somewhere that nobody asked for.
        word = DELIVERED if response.status // 100 == 2 else f"status_{response.status}"
        return word, said
