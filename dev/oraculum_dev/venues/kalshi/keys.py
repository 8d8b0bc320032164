"""The key that Kalshi's socket wants at the handshake, and the check of what a client signed with it."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SOCKET_PATH = "/trade-api/ws/v2"
_KEY, _TIMESTAMP, _SIGNATURE = (f"kalshi-access-{name}" for name in ("key", "timestamp", "signature"))
_MOST_SKEW_MS = 30_000
_PADDING = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)


class Keys:
    """Who may connect: everybody, whoever names a key, or whoever signs with the known one."""

    def __init__(self, *, required: bool = False, public_key: rsa.RSAPublicKey | None = None) -> None:
        self._required = required or public_key is not None
        self._public_key = public_key

    def admit(self, headers: Mapping[str, str], now_ms: int) -> bool:
        """Whether a handshake with these headers is let in."""
        if not self._required:
            return True
        named = [headers.get(name, "") for name in (_KEY, _TIMESTAMP, _SIGNATURE)]
        if not all(named):
            return False
        return self._public_key is None or self._is_signed(self._public_key, named[1], named[2], now_ms)

    def _is_signed(self, key: rsa.RSAPublicKey, timestamp: str, signature: str, now_ms: int) -> bool:
        """Check RSA-PSS with SHA-256 over time, method and path; the path goes from the root, without a query."""
        if not timestamp.isdigit() or abs(int(timestamp) - now_ms) > _MOST_SKEW_MS:
            return False
        try:
            signed = base64.b64decode(signature, validate=True)
            key.verify(signed, f"{timestamp}GET{SOCKET_PATH}".encode(), _PADDING, hashes.SHA256())
        except (binascii.Error, InvalidSignature):
            return False
        return True


def load(path: Path) -> rsa.RSAPublicKey:
    """Read the public key of a client from a PEM file."""
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError(f"{path} holds no RSA key, and Kalshi takes no other")
    return key
