"""One-time codes of an authenticator: RFC 6238 with what every authenticator takes (SHA-1, six digits, 30 seconds)."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

STEP_SECONDS: Final = 30
DIGITS: Final = 6
# A code of the step before or after is taken too: clocks differ, and people type slowly (RFC 6238 section 5.2).
DRIFT_STEPS: Final = 1
_SECRET_BYTES: Final = 20


def new_secret() -> str:
    """A secret in base32."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def uri(secret: str, account: str) -> str:
    """What a QR code carries (the Key URI Format)."""
    label = quote(f"Oraculum:{account}", safe=":@")
    query = urlencode(
        {
            "secret": secret,
            "issuer": "Oraculum",
            "algorithm": "SHA1",
            "digits": DIGITS,
            "period": STEP_SECONDS,
        }
    )
    return f"otpauth://totp/{label}?{query}"


def code(secret: str, step: int) -> str:
    """The code of a time step (RFC 4226 section 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_at(time: datetime) -> int:
    """The time step of a moment."""
    return int(time.timestamp()) // STEP_SECONDS


def matching_step(secret: str, given: str, now: datetime) -> int | None:
    """The time step whose code was given. Every candidate is compared, each in constant time."""
    present = step_at(now)
    found = None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(code(secret, step).encode(), given.encode()):
            found = step
    return found
