"""Passwords that everybody tries first (NIST SP 800-63B section 3.1.1.2, OWASP ASVS 5.0 6.2.4 to 6.2.11).

The list is zxcvbn's (MIT), 30,000 passwords of leaks by how often they were found. Long passwords are rare there, so what
a person appends to a short one to make it long enough is taken off before looking: `password2026!` is `password`.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]  # it has no stubs

_COMMON: Final = frozenset(FREQUENCY_LISTS["passwords"])
_CONTEXT: Final = ("oraculum", "prediction", "passphrase")
_PADDING: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LEET: Final = str.maketrans("013457@$!", "oleastasi")
_SHORT: Final = 4


def is_guessable(password: str, *, about: Iterable[str] = ()) -> bool:
    """Whether a guesser would try it early; `about` are words of the person: their address, their name."""
    plain = password.casefold()
    if len(set(plain)) < _SHORT or plain in _COMMON or _is_sequence(plain):
        return True
    core = _PADDING.sub("", plain)
    # Only where little was added to the common word: what is long and random may end in one by chance.
    readings = {core, core.translate(_LEET), plain.translate(_LEET), _PADDING.sub("", plain.translate(_LEET))}
    if any(len(reading) >= _SHORT and _is_known(reading) for reading in readings):
        return True
    words = {word.casefold() for text in about for word in re.split(r"[\W_]+", text) if len(word) >= _SHORT}
    left = plain
    for word in (*_CONTEXT, *words):
        left = left.replace(word, "")
    return len(_PADDING.sub("", left)) < _SHORT


def _is_known(word: str) -> bool:
    half, odd = divmod(len(word), 2)
    return word in _COMMON or (not odd and word[:half] == word[half:] and word[:half] in _COMMON)


def _is_sequence(text: str) -> bool:
    """Whether each character follows the one before it by the same step, as in abcdefghij and 9876543210."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(steps) == 1 and steps <= {-1, 0, 1}
