"""Attempts to sign in: guessed passwords wait longer and longer, and the owner gets in all the same."""

import asyncio

import pytest

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1 import auth_service_pb2_grpc as rpc
from oraculum.auth.v1 import credential_service_pb2 as cr
from oraculum.auth.v1 import open_id_service_pb2 as oid
from oraculum.auth.v1.open_id_service_pb2_grpc import OpenIdServiceStub
from oraculum_auth.errors import BadCredentials, SecondFactorRequired
from oraculum_auth.throttle import TooManyAttempts
from oraculum_kit.errors import PermissionDenied, Unauthenticated

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery staple"
OTHER = "another good passphrase"
DEVICE = "a-device-that-nobody-guesses"


async def sign_in(
    auth, password: str, *, email: str = EMAIL, address: str = "10.0.0.1", device: str = ""
) -> pb.SignInWithPasswordResponse:
    origin = pb.Origin(address=address, device_id=device)
    return await auth.stub.SignInWithPassword(
        pb.SignInWithPasswordRequest(email=email, password=password, origin=origin)
    )


async def proved(auth) -> None:
    await auth.stub.Register(
        pb.RegisterRequest(
            email=EMAIL, password=PASSWORD, display_name="Ada", origin=pb.Origin(device_id=DEVICE)
        )
    )
    await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=await auth.mails.token()))


async def guessed(auth, times: int, email: str = EMAIL) -> list[str]:
    """Guess from many places at once; what was answered."""
    outcomes = await asyncio.gather(
        *(sign_in(auth, "a wrong guess", email=email, address=f"10.1.{number}.1") for number in range(times)),
        return_exceptions=True,
    )
    return [type(one).__name__ for one in outcomes]


async def test_a_thousand_at_once_are_not_a_thousand_guesses(auth) -> None:
    await proved(auth)
    answers = await guessed(auth, 30)
    assert {"BadCredentials", "TooManyAttempts"} == set(answers)
    assert 6 == answers.count("BadCredentials")


async def test_an_address_that_nobody_has_is_counted_alike(auth) -> None:
    await proved(auth)
    assert sorted(await guessed(auth, 12)) == sorted(await guessed(auth, 12, "eve@example.com"))


async def test_the_wait_doubles_and_ends(auth) -> None:
    await proved(auth)
    await guessed(auth, 6)
    waits = []
    for _ in range(12):
        with pytest.raises(TooManyAttempts) as refused:
            await sign_in(auth, PASSWORD)
        waits.append(round(refused.value.retry_after_seconds or 0))
        auth.clock.advance(seconds=waits[-1])
        await guessed(auth, 1)
    assert [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] == waits
    auth.clock.advance(seconds=900)
    # The wait is over; what is asked for now is the code that a new device needs.
    with pytest.raises(SecondFactorRequired):
        await sign_in(auth, PASSWORD)


async def test_a_device_that_is_known_gets_in_whatever_others_try(auth) -> None:
    await proved(auth)
    await guessed(auth, 20)
    with pytest.raises(TooManyAttempts):
        await sign_in(auth, PASSWORD, device="another-device-of-some-length")
    await sign_in(auth, PASSWORD, device=DEVICE)


async def test_nobody_makes_their_own_device_known_by_claiming_the_address(auth) -> None:
    await proved(auth)
    auth.clock.advance(seconds=1)
    device = "the-device-of-an-attacker"
    await auth.stub.Register(
        pb.RegisterRequest(
            email=EMAIL, password=OTHER, display_name="Eve", origin=pb.Origin(device_id=device)
        )
    )
    await guessed(auth, 20)
    # It is compared with their own account alone, whatever they try.
    with pytest.raises(BadCredentials):
        await sign_in(auth, PASSWORD, device=device)


async def test_a_reset_by_mail_lets_the_owner_in(auth) -> None:
    await proved(auth)
    await guessed(auth, 20)
    await auth.credentials.RequestPasswordReset(cr.RequestPasswordResetRequest(email=EMAIL))
    token = await auth.mails.token()
    await auth.credentials.ResetPassword(cr.ResetPasswordRequest(token=token, new_password=OTHER))
    with pytest.raises(SecondFactorRequired):
        await sign_in(auth, OTHER)
    await sign_in(auth, OTHER, device=DEVICE)


async def test_one_place_does_not_try_all_accounts(auth) -> None:
    for number in range(51):
        with pytest.raises(Exception, match=r"wrong|attempts") as refused:
            await sign_in(auth, "a wrong guess", email=f"user{number}@example.com")
    assert isinstance(refused.value, TooManyAttempts) or number == 50
    with pytest.raises(TooManyAttempts):
        await sign_in(auth, "a wrong guess", email="further@example.com")


async def guessed_from_one_place(auth, times: int) -> None:
    for number in range(times):
        with pytest.raises(BadCredentials):
            await sign_in(auth, "a wrong guess", email=f"user{number}@example.com")


async def test_a_device_that_is_known_gets_in_whatever_others_behind_its_address_try(auth) -> None:
    await proved(auth)
    await guessed_from_one_place(auth, 50)
    with pytest.raises(TooManyAttempts):
        await sign_in(auth, PASSWORD)
    await sign_in(auth, PASSWORD, device=DEVICE)


async def test_who_knows_their_password_shuts_out_nobody_behind_their_address(auth) -> None:
    """Some still have to show a code: that is no wrong guess either."""
    await proved(auth)
    await auth.stub.Register(pb.RegisterRequest(email="eve@example.com", password=OTHER))
    for _ in range(3):
        await sign_in(auth, OTHER, email="eve@example.com")
        with pytest.raises(SecondFactorRequired):
            await sign_in(auth, PASSWORD, device="another-device-of-some-length")
        await sign_in(auth, PASSWORD, device=DEVICE)
    await guessed_from_one_place(auth, 50)
    with pytest.raises(TooManyAttempts):
        await sign_in(auth, OTHER, email="eve@example.com")


async def test_what_a_place_guessed_is_forgotten_by_the_hour(auth) -> None:
    await guessed_from_one_place(auth, 50)
    for _ in range(3):
        with pytest.raises(TooManyAttempts) as refused:
            await sign_in(auth, "a wrong guess", email="further@example.com")
        assert 72 == refused.value.retry_after_seconds
        auth.clock.advance(seconds=72)
        await guessed_from_one_place(auth, 1)
    auth.clock.advance(seconds=1800)
    await guessed_from_one_place(auth, 25)
    with pytest.raises(TooManyAttempts):
        await sign_in(auth, "a wrong guess", email="further@example.com")


@pytest.mark.parametrize(("service", "refusal"), [(None, Unauthenticated), ("event", PermissionDenied)])
async def test_where_somebody_comes_from_is_the_gateways_to_say(
    auth, service: str | None, refusal: type
) -> None:
    """Whoever reaches the port itself would come from another network with every guess."""
    async with auth.parties.channel(f"127.0.0.1:{auth.port}", service=service) as channel:
        stub = rpc.AuthServiceStub(channel)
        for asked in (
            stub.Register(pb.RegisterRequest(email=EMAIL, password=PASSWORD)),
            stub.SignInWithPassword(pb.SignInWithPasswordRequest(email=EMAIL, password=PASSWORD)),
            stub.SignInWithWallet(pb.SignInWithWalletRequest(nonce="n", signature="s")),
            stub.Refresh(pb.RefreshRequest(refresh_token="token")),
            OpenIdServiceStub(channel).FinishOpenId(oid.FinishOpenIdRequest(provider="p")),
        ):
            with pytest.raises(refusal):
                await asked
