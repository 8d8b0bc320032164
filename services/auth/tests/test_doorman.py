"""Sign-ins that look unusual, over gRPC against a real database, with real mails."""

from datetime import UTC, datetime, timedelta

import pytest

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1.credential_service_pb2 import VerifyEmailRequest
from oraculum_auth.errors import SecondFactorRequired, VerificationCodeWrong
from oraculum_auth.locations import CountryTable, Place, impossibly_fast

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
HOME, AWAY = "a-device-of-ada-at-home", "a-device-that-nobody-knows"
PARIS = Place("FR", latitude=48.86, longitude=2.35)
LYON = Place("FR", latitude=45.76, longitude=4.84)
TOKYO = Place("JP", latitude=35.68, longitude=139.69)


def origin(device_id: str = HOME, address: str = "paris") -> pb.Origin:
    return pb.Origin(
        address=address, user_agent="Mozilla/5.0 (X11; Linux) Firefox/140.0", device_id=device_id
    )


async def registered(auth, *, proved: bool = True, device_id: str = HOME) -> None:
    auth.places.of |= {"paris": PARIS, "lyon": LYON, "tokyo": TOKYO}
    await auth.stub.Register(pb.RegisterRequest(email=EMAIL, password=PASSWORD, origin=origin(device_id)))
    token = await auth.mails.token()
    if proved:
        await auth.credentials.VerifyEmail(VerifyEmailRequest(token=token))


async def sign_in(auth, where: pb.Origin, code: str = "") -> pb.SignInWithPasswordResponse:
    return await auth.stub.SignInWithPassword(
        pb.SignInWithPasswordRequest(email=EMAIL, password=PASSWORD, origin=where, verification_code=code)
    )


async def mailed_code(auth) -> str:
    text = (await auth.mails.next()).get_content()
    return next(line.strip() for line in text.splitlines() if line.strip().isdecimal())


async def test_a_known_device_at_a_known_place_just_signs_in(auth) -> None:
    await registered(auth)
    await sign_in(auth, origin())
    auth.clock.advance(seconds=30 * 86400)
    assert (await sign_in(auth, origin(address="lyon"))).tokens.access_token


async def test_a_new_device_wants_the_code_of_a_mail(auth) -> None:
    await registered(auth)
    with pytest.raises(SecondFactorRequired) as refused:
        await sign_in(auth, origin(AWAY))
    assert ("mail", "new_device") == (refused.value.metadata["method"], refused.value.metadata["signs"])
    code = await mailed_code(auth)
    assert (await sign_in(auth, origin(AWAY), code)).tokens.access_token
    assert "new device" in str((await auth.mails.next())["subject"])
    # From now on it is known, and the code is used up.
    assert (await sign_in(auth, origin(AWAY))).tokens.access_token
    with pytest.raises(VerificationCodeWrong):
        await sign_in(auth, origin("yet-another-new-device"), code)


async def test_a_wrong_or_an_old_code_opens_nothing(auth) -> None:
    await registered(auth)
    with pytest.raises(SecondFactorRequired):
        await sign_in(auth, origin(AWAY))
    code = await mailed_code(auth)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    with pytest.raises(VerificationCodeWrong):
        await sign_in(auth, origin(AWAY), wrong)
    auth.clock.advance(seconds=660)
    with pytest.raises(VerificationCodeWrong):
        await sign_in(auth, origin(AWAY), code)


async def test_another_country_at_an_impossible_speed_wants_it_too(auth) -> None:
    await registered(auth)
    await sign_in(auth, origin())
    auth.clock.advance(seconds=7200)
    with pytest.raises(SecondFactorRequired) as refused:
        await sign_in(auth, origin(address="tokyo"))
    assert "new_country,impossible_speed" == refused.value.metadata["signs"]
    await sign_in(auth, origin(address="tokyo"), await mailed_code(auth))
    # Both countries are known now; the way back still takes its time.
    auth.clock.advance(seconds=7200)
    with pytest.raises(SecondFactorRequired) as refused:
        await sign_in(auth, origin())
    assert "impossible_speed" == refused.value.metadata["signs"]
    auth.clock.advance(seconds=72000)
    assert (await sign_in(auth, origin())).tokens.access_token


async def test_a_program_that_is_known_without_a_name_is_known_with_its_first_one(auth) -> None:
    """It learned to tell one: nobody is asked for a code where nothing but that has changed."""
    await registered(auth, device_id="")
    assert (await sign_in(auth, origin(HOME))).tokens.access_token
    with pytest.raises(SecondFactorRequired) as refused:
        await sign_in(auth, origin(AWAY))
    assert "new_device" == refused.value.metadata["signs"]
    # It may still tell none, and it keeps the name that it told.
    for device_id in ("", HOME):
        assert (await sign_in(auth, origin(device_id))).tokens.access_token


async def test_the_first_name_excuses_no_other_program_and_no_other_country(auth) -> None:
    await registered(auth, device_id="")
    auth.clock.advance(seconds=30 * 86400)
    other = pb.Origin(address="paris", user_agent="curl/8.0", device_id=HOME)
    for where, signs in ((other, "new_device"), (origin(address="tokyo"), "new_country")):
        with pytest.raises(SecondFactorRequired) as refused:
            await sign_in(auth, where)
        assert signs == refused.value.metadata["signs"]


async def test_whoever_proved_no_address_cannot_be_asked(auth) -> None:
    """The code would go to whoever owns the address that was claimed."""
    await registered(auth, proved=False)
    assert (await sign_in(auth, origin(AWAY))).tokens.access_token


def test_speed_is_that_of_the_great_circle() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert impossibly_fast(PARIS, noon, TOKYO, noon + timedelta(hours=9))
    assert not impossibly_fast(PARIS, noon, TOKYO, noon + timedelta(hours=10))
    assert not impossibly_fast(PARIS, noon, LYON, noon + timedelta(minutes=1))
    assert impossibly_fast(Place("FR"), noon, Place("JP"), noon + timedelta(minutes=59))
    assert not impossibly_fast(Place("FR"), noon, Place("JP"), noon + timedelta(minutes=61))
    assert not impossibly_fast(Place("FR"), noon, Place(""), noon)


def test_the_table_that_comes_along_knows_countries() -> None:
    table = CountryTable()
    assert ["US", "US", "", "", ""] == [
        table.place(address).country
        for address in ("8.8.8.8", "2001:4860:4860::8888", "10.0.0.1", "127.0.0.1", "nonsense")
    ]
