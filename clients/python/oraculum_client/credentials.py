"""Who asks: a person with a token, or a program with a key that signs each request."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Credentials(Protocol):
    """Anything that can say who a request comes from."""

    def headers(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        """The headers that say it."""
        ...


@dataclass
class Bearer:
    """A person's access token; put a new one in its place when it was refreshed."""

    token: str

    def headers(self, method: str, target: str, body: bytes) -> Mapping[str, str]:  # noqa: ARG002  a token signs nothing
        """The token."""
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    def __repr__(self) -> str:
        return "Bearer(…)"


@dataclass(frozen=True)
class ApiKey:
    """A program's key."""

    id: str
    secret: str

    def headers(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        """The request's signature; it counts for half a minute."""
        timestamp = str(int(time.time() * 1000))  # lint-allow kit-only: a client has nothing of the house
        signed = f"{timestamp}{method}{target}".encode() + body
        signature = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        return {"x-api-key": self.id, "x-timestamp": timestamp, "x-signature": signature}

    def __repr__(self) -> str:
        return f"ApiKey(id={self.id!r})"
