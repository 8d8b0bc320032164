"""Codes of an authenticator, against the vectors of their standard."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_auth import totp

# RFC 6238, appendix B: the secret is the ASCII text 12345678901234567890; of its eight digits we show the last six.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, digits: str) -> None:
    assert digits == totp.code(SECRET, totp.step_at(datetime.fromtimestamp(seconds, UTC)))


@given(st.integers(0, 2**31), st.integers(-3, 3))
def test_a_neighbouring_step_is_taken_and_no_other(seconds: int, distance: int) -> None:
    now = datetime.fromtimestamp(seconds + 1000, UTC)
    step = totp.step_at(now) + distance
    found = totp.matching_step(SECRET, totp.code(SECRET, step), now)
    # Two steps may have one code by chance; then the later of the two that could be meant is.
    assert found is None or totp.code(SECRET, found) == totp.code(SECRET, step)
    assert (found is not None) >= (abs(distance) <= totp.DRIFT_STEPS)


@pytest.mark.parametrize("given", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00"])
def test_what_is_no_code_matches_nothing(given: str) -> None:
    assert totp.matching_step(SECRET, given, datetime.fromtimestamp(59, UTC)) is None


def test_the_uri_carries_what_an_authenticator_needs() -> None:
    parts = urlsplit(totp.uri(SECRET, "ada@example.com"))
    assert ("otpauth", "totp", "/Oraculum:ada@example.com") == (parts.scheme, parts.netloc, parts.path)
    expected = {
        "secret": [SECRET], "issuer": ["Oraculum"], "algorithm": ["SHA1"], "digits": ["6"], "period": ["30"],
    }  # fmt: skip
    assert expected == parse_qs(parts.query)
