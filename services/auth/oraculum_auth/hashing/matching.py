"""Whether a password is the one behind a hash."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


def matches(hasher: PasswordHasher, encoded: str, password: str) -> bool:
    """Compare them; takes as long as making the hash did."""
    try:
        return hasher.verify(encoded, password)
    except (VerificationError, InvalidHashError):
        return False
