"""From whom an order comes, as far as risk wants to know.

Of devices and addresses it matters only whether two are the same, so only keyed digests are kept: there are so few addresses
that whoever reads the table would find the one behind any other digest. The key follows from the service's own, which its
replicas share and the database never sees; where that is replaced, people are seen anew, as after the month that sightings
are asked about.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from oraculum_kit.caller import Caller
from oraculum_kit.identity import NOBODY, Identity
from oraculum_prediction.repository.risk_reviews import ADDRESS, DEVICE, Trace

_DIGEST_BYTES: Final = 16
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Origin:
    """What the person's token says, and digests of the device and the address that the order came from."""

    tier: str = "basic"
    identity: Identity = NOBODY
    device: str | None = None
    address: str | None = None
    # Somebody has looked at it, or it is a sale of a trigger: it is not held again.
    cleared: bool = False
    # It was held, and this is its placement after somebody let it pass.
    reviewed: bool = False

    @property
    def traces(self) -> tuple[Trace, ...]:
        """What of it can be compared with others'."""
        traces = ((DEVICE, self.device), (ADDRESS, self.address))
        return tuple((kind, trace) for kind, trace in traces if trace is not None)


UNKNOWN: Final = Origin()


def trace_key(secret: str) -> bytes:
    """The key of digests, from a secret of the service's."""
    return hashlib.blake2b(secret.encode(), digest_size=_KEY_BYTES, person=b"oraculum-traces").digest()


def origin_of(caller: Caller, key: bytes) -> Origin:
    """The origin of the request at hand, with digests under this key."""
    return Origin(
        tier=caller.user.tier if caller.user else "basic",
        identity=Identity.of(caller.user),
        device=_digest(caller.device_id, key),
        address=_digest(caller.address, key),
    )


def _digest(text: str | None, key: bytes) -> str | None:
    if not text:
        return None
    return hashlib.blake2b(
        text.encode(), key=key, digest_size=_DIGEST_BYTES, person=b"oraculum-risk"
    ).hexdigest()
