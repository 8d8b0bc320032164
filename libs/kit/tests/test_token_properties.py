"""Whatever is made of a token without its key is refused, and nothing that is shown as one breaks the verifier."""

import asyncio
import base64
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from oraculum_kit.clock import ManualClock
from oraculum_kit.ids import uuid7
from oraculum_kit.keys import StaticKeys
from oraculum_kit.testing import ISSUER
from oraculum_kit.tokens import TokenExpired, TokenInvalid, user_tokens

CLOCK = ManualClock()
KEY = Ed25519PrivateKey.generate()
NOW = int(CLOCK.now().timestamp())
CLAIMS: dict[str, Any] = {
    "iss": ISSUER, "aud": "oraculum", "sub": str(uuid7()), "sid": str(uuid7()), "roles": ["user"], "tier": "basic",
    "kyc": "none", "jurisdiction": "DE", "iat": NOW, "exp": NOW + 900, "jti": "j",
}  # fmt: skip
TOKEN = jwt.encode(CLAIMS, KEY, "EdDSA", headers={"kid": "k1"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def accepted(token: str) -> bool:
    """Whether a verifier that has never seen it takes it; any other failure than a refusal is one of the test."""
    verifier = user_tokens(StaticKeys({"k1": KEY.public_key()}), issuer=ISSUER, clock=CLOCK)
    try:
        asyncio.run(verifier.verify(token))
    except (TokenInvalid, TokenExpired):
        return False
    return True


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def parts(token: str) -> list[bytes]:
    return [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")]


def signed(header: Any, claims: Any) -> str:
    text = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    return f"{text}.{encoded(KEY.sign(text.encode()))}"


def test_the_token_itself_is_taken() -> None:
    assert accepted(TOKEN)
    assert accepted(signed({"alg": "EdDSA", "kid": "k1"}, CLAIMS))


@given(st.integers(0, 2), st.integers(0, 10_000), st.integers(0, 7))
def test_no_bit_of_it_may_be_another(part: int, place: int, bit: int) -> None:
    changed = parts(TOKEN)
    raw = bytearray(changed[part])
    raw[place % len(raw)] ^= 1 << bit
    changed[part] = bytes(raw)
    assert not accepted(".".join(map(encoded, changed)))


@given(st.text(max_size=300) | st.text("abcXYZ019-_.=", max_size=300))
def test_text_is_no_token(text: str) -> None:
    assert not accepted(text)


@given(st.permutations(TOKEN.split(".")), st.integers(1, 3))
def test_its_parts_in_another_order_or_number_are_none(shuffled: list[str], kept: int) -> None:
    token = ".".join(shuffled[:kept])
    assume(token != TOKEN)
    assert not accepted(token)


@given(st.dictionaries(st.sampled_from(sorted(CLAIMS)), JSON, min_size=1, max_size=3))
def test_claims_of_any_shape_break_nothing_though_they_are_signed(changes: dict[str, Any]) -> None:
    """Who signs is auth; still no claim may be anything that a service falls over."""
    accepted(signed({"alg": "EdDSA", "kid": "k1"}, {**CLAIMS, **changes}))


@given(JSON, JSON)
def test_a_header_decides_nothing(algorithm: Any, key_id: Any) -> None:
    """Neither the algorithm nor the key is the token's to choose."""
    assume((algorithm, key_id) != ("EdDSA", "k1"))
    assert not accepted(signed({"alg": algorithm, "kid": key_id}, CLAIMS))


@given(JSON)
def test_anything_signed_is_no_token(anything: Any) -> None:
    assume(not isinstance(anything, dict) or not CLAIMS.keys() <= anything.keys())
    assert not accepted(signed({"alg": "EdDSA", "kid": "k1"}, anything))
    assert not accepted(signed(anything, CLAIMS))
