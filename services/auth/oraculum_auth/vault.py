"""Personal data at rest: AES-256-GCM (NIST SP 800-38D) under a key of each person's own.

A person's key is wrapped by one of the ring's keys, and the wrapping names which. So turning the ring touches one short
row per person and none of their data, and erasing a person is erasing that row: what was sealed under it, in backups
too, is noise from then on. What a value belongs to is authenticated with it, so nobody who can write to the database
can move one person's value to another, or one field's to another.

What must be found again is found by a keyed hash (HMAC-SHA-256): whoever reads the table cannot try addresses on it.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oraculum_kit.keyring import KEY_BYTES, KeyRing, KeyRingError

_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A person's key as the database keeps it."""

    user_id: UUID
    key_id: str
    wrapped: bytes


class Vault:
    """Seals and opens. The ring is asked for each time: it may be turned while we run."""

    def __init__(self, ring: Callable[[], KeyRing]) -> None:
        self._ring = ring

    @property
    def active_key_id(self) -> str:
        """The key that wraps from now on."""
        return self._ring().active

    def new_key(self, user_id: UUID) -> PersonKey:
        """A key for a person, wrapped."""
        return self._wrapped(user_id, os.urandom(KEY_BYTES))

    def rewrapped(self, key: PersonKey) -> PersonKey:
        """The same key under the ring's active one."""
        return self._wrapped(key.user_id, self._unwrapped(key))

    def seal(self, key: PersonKey, field: str, value: str) -> bytes:
        """Encrypt one field of a person."""
        return _encrypt(self._unwrapped(key), value.encode(), _label(key.user_id, field))

    def open(self, key: PersonKey, field: str, sealed: bytes) -> str:
        """Decrypt one field of a person."""
        return _decrypt(self._unwrapped(key), sealed, _label(key.user_id, field)).decode()

    def index(self, kind: str, value: str) -> bytes:
        """The keyed hash by which a value is found again."""
        return hmac.digest(self._ring().index_key, f"{kind}\0{value}".encode(), hashlib.sha256)

    def _wrapped(self, user_id: UUID, key: bytes) -> PersonKey:
        ring = self._ring()
        wrapped = _encrypt(ring.keys[ring.active], key, _label(user_id, f"key/{ring.active}"))
        return PersonKey(user_id, ring.active, wrapped)

    def _unwrapped(self, key: PersonKey) -> bytes:
        wrapping = self._ring().keys.get(key.key_id)
        if wrapping is None:
            raise KeyRingError(f"the ring of data keys lacks the key {key.key_id!r}")
        return _decrypt(wrapping, key.wrapped, _label(key.user_id, f"key/{key.key_id}"))


def _label(user_id: UUID, field: str) -> bytes:
    return f"oraculum.auth/{user_id}/{field}".encode()


def _encrypt(key: bytes, value: bytes, label: bytes) -> bytes:
    # Random nonces: a person's key seals a few values in its life, far from the 2^32 where they could repeat.
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, label)


def _decrypt(key: bytes, sealed: bytes, label: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], label)
    except (InvalidTag, ValueError) as error:
        raise KeyRingError("a sealed value was changed, or its key is another one") from error
