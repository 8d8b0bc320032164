"""What a field of a request may look like. Every bad field is named, all at once."""

import json
from collections.abc import Iterable
from typing import Final

from email_validator import EmailNotValidError, validate_email

from oraculum_auth import showing
from oraculum_auth.guessable import is_guessable
from oraculum_auth.passwords import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, normalised
from oraculum_kit.validation import Violations

DISPLAY_NAME_LENGTH_MAX: Final = 50
PREFERENCES_BYTES_MAX: Final = 16 * 1024


PREFERENCES_DEPTH_MAX: Final = 32
# A reader may take a longer number for infinite, and refuse the whole account that holds it.
_DIGITS_MAX: Final = 300


class Form(Violations):
    """What only accounts have: addresses, passwords, names, preferences."""

    def email(self, text: str) -> str:
        """The address in its one stored form: normalised and in lower case."""
        try:
            # No DNS query: an address is proved by the mail that reaches it.
            return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
        except EmailNotValidError as error:
            self.refuse("email", str(error))
            return ""

    def password(self, text: str, *, about: Iterable[str] = (), field: str = "password") -> str:
        """A new password; long beats strange, and what everybody uses is refused (NIST SP 800-63B)."""
        text = normalised(text)
        if not PASSWORD_LENGTH_MIN <= len(text) <= PASSWORD_LENGTH_MAX:
            self.refuse(field, f"must have {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters")
        elif is_guessable(text, about=about):
            self.refuse(field, "is one of those that are tried first; choose one that nobody else has")
        return text

    def display_name(self, text: str) -> str:
        """A name for others to see: one line, nothing invisible."""
        name = " ".join(text.split())
        if not 1 <= len(name) <= DISPLAY_NAME_LENGTH_MAX:
            self.refuse("display_name", f"must have 1 to {DISPLAY_NAME_LENGTH_MAX} characters")
        if not all(character.isprintable() for character in name):
            self.refuse("display_name", "must not contain control or invisible characters")
        return name

    def preferences(self, text: str) -> str:
        """A JSON object, the client's own business but for what it says of what others see."""
        if len(text.encode()) > PREFERENCES_BYTES_MAX:
            self.refuse("preferences", f"must be at most {PREFERENCES_BYTES_MAX} bytes")
            return "{}"
        try:
            value = json.loads(text, parse_int=_whole)
            _check_depth(value)
            # Written anew, because a database takes less than a parser: no NaN, no lone surrogates, no NUL.
            written = json.dumps(value, ensure_ascii=False, allow_nan=False)
            written.encode()
        except (ValueError, RecursionError):
            value, written = None, ""
        if not isinstance(value, dict) or "\\u0000" in written:
            self.refuse("preferences", "must be a JSON object that a database can keep")
            return "{}"
        if value.get(showing.PREFERENCE, showing.SETTLED) not in showing.CHOICES:
            self.refuse(f"preferences.{showing.PREFERENCE}", f"must be one of {', '.join(showing.CHOICES)}")
        return written


def _whole(text: str) -> int:
    if len(text) > _DIGITS_MAX:
        raise ValueError("a number that few readers can read")
    return int(text)


def _check_depth(value: object, depth: int = 0) -> None:
    if depth > PREFERENCES_DEPTH_MAX:
        raise ValueError("nested too deeply")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _check_depth(inner, depth + 1)
