"""From whom an order comes, as far as risk wants to know."""

import hashlib
from dataclasses import dataclass
from typing import Final

from oraculum_kit.caller import Caller
from oraculum_kit.identity import NOBODY, Identity
from oraculum_prediction.repository.risk_reviews import ADDRESS, DEVICE, Trace

_DIGEST_BYTES: Final = 16


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


def origin_of(caller: Caller) -> Origin:
    """The origin of the request at hand."""
    return Origin(
        tier=caller.user.tier if caller.user else "basic",
        identity=Identity.of(caller.user),
        device=_digest(caller.device_id),
        address=_digest(caller.address),
    )


def _digest(text: str | None) -> str | None:
    """Only whether two are the same matters, so only that is kept."""
    if not text:
        return None
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES, person=b"oraculum-risk").hexdigest()
