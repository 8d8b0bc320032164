"""Several accounts that claim one address: none hides another, and none helps to guess another's password."""

import asyncio
from typing import Any

import pytest

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1 import credential_service_pb2 as cr
from oraculum_auth.errors import BadCredentials
from oraculum_auth.throttle import TooManyAttempts

EMAIL = "ada@example.com"
ADA, EVE, LAST = "correct horse battery staple", "another good passphrase", "the last of three passphrases"
HOME, ELSEWHERE = "a-device-of-ada-at-home", "a-device-that-eve-made-known"
NEW = "a passphrase of next year"


async def registered(auth, password: str, device: str = "", *, proved: bool = False) -> str:
    """The id of an account; each is a second younger than the one before."""
    auth.clock.advance(seconds=1)
    request = pb.RegisterRequest(email=EMAIL, password=password, origin=pb.Origin(device_id=device))
    account = await auth.stub.Register(request)
    token = await auth.mails.token()
    if proved:
        await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=token))
    return str(account.user.user_id)


async def sign_in(auth, password: str, device: str = "", address: str = "10.0.0.1") -> str:
    origin = pb.Origin(address=address, device_id=device)
    request = pb.SignInWithPasswordRequest(email=EMAIL, password=password, origin=origin)
    return str((await auth.stub.SignInWithPassword(request)).user.user_id)


async def guessed(auth, times: int) -> set[str]:
    outcomes: list[Any] = await asyncio.gather(
        *(sign_in(auth, "a wrong guess", address=f"10.1.{number}.1") for number in range(times)),
        return_exceptions=True,
    )
    return {type(one).__name__ for one in outcomes}


async def test_a_later_claim_shuts_nobody_out(auth) -> None:
    ada, eve = await registered(auth, ADA), await registered(auth, EVE)
    assert [ada, eve] == [await sign_in(auth, password) for password in (ADA, EVE)]


async def test_claims_before_and_after_shut_nobody_out_where_they_signed_in_before(auth) -> None:
    eve = await registered(auth, EVE)
    ada = await registered(auth, ADA, HOME)
    last = await registered(auth, LAST)
    assert [eve, last] == [await sign_in(auth, password) for password in (EVE, LAST)]
    assert ada == await sign_in(auth, ADA, HOME)


async def test_a_claim_beside_the_owner_of_the_address_is_found_where_it_signed_in_before(auth) -> None:
    ada = await registered(auth, ADA, HOME)
    owner = await registered(auth, LAST, proved=True)
    auth.clock.advance(seconds=1)
    await auth.stub.Register(pb.RegisterRequest(email=EMAIL, password=EVE))
    assert [ada, owner] == [await sign_in(auth, ADA, HOME), await sign_in(auth, LAST)]


async def test_a_new_password_is_mailed_for_each_claim(auth) -> None:
    """So that no claim draws to itself what another was to get; whoever reads the mails takes both."""
    ada, eve = await registered(auth, ADA), await registered(auth, EVE)
    await auth.credentials.RequestPasswordReset(cr.RequestPasswordResetRequest(email=EMAIL))
    for number, token in enumerate([await auth.mails.token() for _ in range(2)]):
        request = cr.ResetPasswordRequest(token=token, new_password=f"{NEW}, {number}")
        await auth.credentials.ResetPassword(request)
    assert [ada, eve] == [await sign_in(auth, f"{NEW}, {number}") for number in range(2)]
    for password in (ADA, EVE):
        with pytest.raises(BadCredentials):
            await sign_in(auth, password)


async def test_signing_in_to_a_claim_gives_no_guesses_at_the_others(auth) -> None:
    await registered(auth, ADA, proved=True)
    auth.clock.advance(seconds=1)
    await auth.stub.Register(pb.RegisterRequest(email=EMAIL, password=EVE))
    assert {"BadCredentials"} == await guessed(auth, 3)
    await sign_in(auth, EVE)
    assert {"BadCredentials"} == await guessed(auth, 2)
    with pytest.raises(TooManyAttempts):
        await sign_in(auth, ADA, address="10.2.0.1")


async def test_a_device_that_one_claim_knows_tries_no_other_past_the_bound(auth) -> None:
    """It signs in to its own account whatever others try, and learns nothing of another one's password."""
    eve = await registered(auth, EVE, ELSEWHERE)
    ada = await registered(auth, ADA, HOME)
    await guessed(auth, 12)
    with pytest.raises(BadCredentials):
        await sign_in(auth, ADA, ELSEWHERE)
    assert [eve, ada] == [await sign_in(auth, EVE, ELSEWHERE), await sign_in(auth, ADA, HOME)]


async def elsewhere_guessed(auth, times: int) -> None:
    """Guess at addresses that nobody has, all from the network of everybody here."""
    for number in range(times):
        origin = pb.Origin(address="10.0.0.1")
        request = pb.SignInWithPasswordRequest(
            email=f"user{number}@example.com", password="a wrong guess", origin=origin
        )
        with pytest.raises(BadCredentials):
            await auth.stub.SignInWithPassword(request)


async def test_claiming_an_address_first_passes_no_bound_of_a_network(auth) -> None:
    """Past it the device that a claim knows still signs in to that claim, and is compared with no other."""
    eve, ada = await registered(auth, EVE, ELSEWHERE), await registered(auth, ADA)
    await elsewhere_guessed(auth, 50)
    with pytest.raises(BadCredentials):
        await sign_in(auth, ADA, ELSEWHERE)
    assert eve == await sign_in(auth, EVE, ELSEWHERE)
    auth.clock.advance(seconds=3600)
    assert ada == await sign_in(auth, ADA, ELSEWHERE)


async def test_a_guess_past_a_claim_of_ones_own_counts_against_the_network(auth) -> None:
    """And what was right is given back to it, as of anybody."""
    eve = await registered(auth, EVE, ELSEWHERE)
    await registered(auth, ADA)
    await elsewhere_guessed(auth, 49)
    assert [eve, eve] == [await sign_in(auth, EVE, ELSEWHERE) for _ in range(2)]
    with pytest.raises(BadCredentials):
        await sign_in(auth, "a wrong guess", ELSEWHERE)
    with pytest.raises(TooManyAttempts):
        await sign_in(auth, ADA)
