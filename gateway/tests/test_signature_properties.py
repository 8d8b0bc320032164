"""A program's signature stands for one request: any other time, method, address, body or secret has another one."""

from hypothesis import assume, given
from hypothesis import strategies as st

from oraculum_gateway.signed import signature

SECRETS = st.binary(min_size=1, max_size=64)
TIMES = st.integers(10**9, 10**10 - 1).map(str) | st.integers(10**12, 10**13 - 1).map(str)
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE"])
TARGETS = st.text('abc/?&=%{}":1', max_size=20).map(lambda text: f"/{text}")
REQUESTS = st.tuples(TIMES, METHODS, TARGETS, st.binary(max_size=40))


@given(SECRETS, REQUESTS, REQUESTS)
def test_two_requests_never_have_one_signature(
    secret: bytes, one: tuple[str, str, str, bytes], other: tuple[str, str, str, bytes]
) -> None:
    """But for where the address ends and the body begins: no address that has a route ends in what a body begins with."""
    time, method, target, body = one
    another_time, another_method, another_target, another_body = other
    assume(
        (time, method, target.encode() + body)
        != (another_time, another_method, another_target.encode() + another_body)
    )
    assert signature(secret, *one) != signature(secret, *other)


@given(SECRETS, SECRETS, REQUESTS)
def test_two_secrets_never_make_one_signature(
    one: bytes, other: bytes, request: tuple[str, str, str, bytes]
) -> None:
    # HMAC fills a key up with zeros: those that differ in these alone are one key.
    assume(one.rstrip(b"\0") != other.rstrip(b"\0"))
    assert signature(one, *request) != signature(other, *request)
