"""The key that Kalshi's socket asks for: every handshake is signed with RSA, over time, method and path."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_PADDING: Final = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)


@dataclass(frozen=True, slots=True)
class KalshiKey:
    """A key of an account at Kalshi. It reads public data; nothing here trades."""

    key_id: str
    private_key: rsa.RSAPrivateKey

    @classmethod
    def read(cls, key_id: str, pem: str) -> Self:
        """The key out of its PEM; raises ValueError where that is none, or not RSA."""
        private_key = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(private_key, rsa.RSAPrivateKey):
            raise ValueError("Kalshi takes RSA keys only")  # noqa: TRY004  a value from outside, not a mistake of ours
        return cls(key_id, private_key)

    def headers(self, url: str, now: datetime) -> dict[str, str]:
        """What to send with the handshake; the path is signed from its root and without a query."""
        milliseconds = str(round(now.timestamp() * 1000))
        said = f"{milliseconds}GET{urlsplit(url).path}".encode()
        signature = self.private_key.sign(said, _PADDING, hashes.SHA256())
        return {
            "KALSHI-ACCESS-KEY": self.key_id,
            "KALSHI-ACCESS-TIMESTAMP": milliseconds,
            "KALSHI-ACCESS-SIGNATURE": base64.b64encode(signature).decode(),
        }
