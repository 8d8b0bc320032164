"""Secrets of subscriptions, and what is signed with them.

A secret is derived (HKDF, RFC 5869) from a key that only notification has and from the subscription's id. It is told
once and kept nowhere: who reads the database, its backups or the stored answers of commands finds none. What is kept is
a short mark of it, by which it shows that the key was replaced and the secret that its owner has is not ours any more.

The signature follows Stripe's scheme (https://docs.stripe.com/webhooks#verify-manually):

    X-Oraculum-Signature: t=1795247244,v1=hex(HMAC-SHA256(secret, "1795247244." + body))

The time is that of sending: a receiver refuses what is too old, so nobody can send again what they overheard.
"""

import hashlib
import hmac
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PREFIX: Final = "whsec_"
_BYTES: Final = 32
_MARK_BYTES: Final = 8
_PURPOSE: Final = b"oraculum.notification webhook secret 1/"


class Secrets:
    """Derives them."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._material = key.private_bytes_raw()

    def of(self, subscription_id: UUID) -> str:
        """The secret of a subscription, as its owner gets it."""
        derivation = HKDF(SHA256(), _BYTES, salt=None, info=_PURPOSE + subscription_id.bytes)
        return _PREFIX + derivation.derive(self._material).hex()


def mark(secret: str) -> bytes:
    """By what a secret is known again without being told."""
    return hashlib.sha256(secret.encode()).digest()[:_MARK_BYTES]


def signature(secret: str, seconds: int, body: bytes) -> str:
    """The header's value for a body that is sent at this second since 1970."""
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
