"""What people ask for while a version is rolled out, and how often: they look around, look at what is theirs, and bet."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from oraculum_dev.bench.load import head
from oraculum_dev.demo.api import new_key

# Shares of the requests; the rest looks at events.
BETS: Final = 0.1
OWN: Final = 0.2
OWN_PATHS: Final = (
    "/wallet/balances",
    "/positions",
    "/users/me",
    "/notifications",
    "/markets?limit=5",
)


@dataclass(frozen=True)
class Wishes:
    """Who asks for what."""

    address: str
    events: Sequence[str]
    tokens: Sequence[str]

    def one(self, chance: random.Random) -> bytes:
        """A request."""
        token, event = chance.choice(self.tokens), chance.choice(self.events)
        kind = chance.random()
        if kind < BETS:
            return self._bet(token, event, chance)
        looks = ("/events?status=active", f"/events/{event}", f"/events/{event}/trades")
        path = chance.choice(OWN_PATHS if kind < BETS + OWN else looks)
        return head("GET", f"/api/v1{path}", self.address, token).encode() + b"\r\n"

    def _bet(self, token: str, event: str, chance: random.Random) -> bytes:
        body = json.dumps(
            {"event_id": event, "outcome": chance.randint(0, 1), "side": "buy", "amount": "0.05"}
        )
        return (
            head("POST", "/api/v1/predictions", self.address, token)
            + f"idempotency-key: {new_key()}\r\ncontent-type: application/json\r\n"
            + f"content-length: {len(body)}\r\n\r\n{body}"
        ).encode()
