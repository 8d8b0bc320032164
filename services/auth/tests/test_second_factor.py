"""Second factors over gRPC against a real database."""

import asyncio
from contextlib import AbstractContextManager
from uuid import UUID

import jwt
import pytest

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1 import factor_service_pb2 as fa
from oraculum_auth import totp
from oraculum_auth.errors import SecondFactorRequired, TotpEnabled, TotpNotEnrolled, TotpWrong
from oraculum_auth.throttle import TooManyAttempts
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.ids import uuid7

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery staple"


def bearing(tokens: pb.Tokens) -> AbstractContextManager[Caller]:
    return calling_as(Caller(request_id=str(uuid7()), user_token=f"Bearer {tokens.access_token}"))


async def registered(auth) -> pb.RegisterResponse:
    return await auth.stub.Register(pb.RegisterRequest(email=EMAIL, password=PASSWORD, display_name="Ada"))


async def sign_in(auth, code: str = "") -> pb.SignInWithPasswordResponse:
    return await auth.stub.SignInWithPassword(
        pb.SignInWithPasswordRequest(email=EMAIL, password=PASSWORD, totp_code=code)
    )


def code_now(auth, secret: str) -> str:
    """The code that the authenticator shows; a step later, since each serves once."""
    auth.clock.advance(seconds=totp.STEP_SECONDS)
    return totp.code(secret, totp.step_at(auth.clock.now()))


async def enrolled(auth) -> tuple[pb.RegisterResponse, str, list[str]]:
    account = await registered(auth)
    with bearing(account.tokens):
        secret = (await auth.factors.EnrollTotp(fa.EnrollTotpRequest())).secret
        request = fa.ConfirmTotpRequest(code=code_now(auth, secret))
        codes = (await auth.factors.ConfirmTotp(request)).recovery_codes
    return account, secret, list(codes)


class TestEnrolment:
    async def test_counts_only_once_it_is_confirmed(self, auth) -> None:
        account = await registered(auth)
        with bearing(account.tokens):
            made = await auth.factors.EnrollTotp(fa.EnrollTotpRequest())
            assert made.qr_svg.startswith("<svg")
            assert made.secret in made.otpauth_uri
            await sign_in(auth)
            with pytest.raises(TotpWrong):
                await auth.factors.ConfirmTotp(fa.ConfirmTotpRequest(code="000000"))
            await auth.factors.ConfirmTotp(fa.ConfirmTotpRequest(code=code_now(auth, made.secret)))
        with pytest.raises(SecondFactorRequired):
            await sign_in(auth)

    async def test_one_in_force_is_not_replaced(self, auth) -> None:
        """Whoever steals a session must not put their own authenticator in its owner's place."""
        account, secret, _ = await enrolled(auth)
        tokens = await sign_in(auth, code_now(auth, secret))
        assert account.user.user_id == tokens.user.user_id
        with bearing(tokens.tokens):
            with pytest.raises(TotpEnabled):
                await auth.factors.EnrollTotp(fa.EnrollTotpRequest())
            with pytest.raises(TotpEnabled):
                await auth.factors.ConfirmTotp(fa.ConfirmTotpRequest(code=code_now(auth, secret)))

    async def test_its_secret_is_nowhere_in_clear(self, auth) -> None:
        _, secret, codes = await enrolled(auth)
        async with auth.database.connection() as connection:
            cursor = await connection.execute(
                "select t::text from totp t union all select r::text from recovery_code r"
            )
            text = str(await cursor.fetchall())
        for hidden in (secret, *codes, *(code.replace("-", "") for code in codes)):
            assert hidden not in text
            assert hidden.encode().hex() not in text


class TestSignIn:
    async def test_a_code_serves_once(self, auth) -> None:
        _, secret, _ = await enrolled(auth)
        code = code_now(auth, secret)
        outcomes = await asyncio.gather(*(sign_in(auth, code) for _ in range(3)), return_exceptions=True)
        assert ["SignInWithPasswordResponse", "TotpWrong", "TotpWrong"] == sorted(
            type(one).__name__ for one in outcomes
        )

    async def test_a_recovery_code_serves_once_and_is_told(self, auth) -> None:
        _, _, codes = await enrolled(auth)
        outcomes = await asyncio.gather(
            *(sign_in(auth, codes[0].lower()) for _ in range(3)), return_exceptions=True
        )
        assert ["SignInWithPasswordResponse", "TotpWrong", "TotpWrong"] == sorted(
            type(one).__name__ for one in outcomes
        )
        subjects = [(await auth.mails.next())["Subject"] for _ in range(3)]
        assert "A recovery code was used" in subjects

    async def test_a_wrong_password_is_wrong_before_any_code_is_looked_at(self, auth) -> None:
        from oraculum_auth.errors import BadCredentials

        _, secret, _ = await enrolled(auth)
        with pytest.raises(BadCredentials):
            await auth.stub.SignInWithPassword(
                pb.SignInWithPasswordRequest(email=EMAIL, password="wrong", totp_code=code_now(auth, secret))
            )

    async def test_nobody_tries_all_codes(self, auth) -> None:
        """Not even whoever knows the password and comes from many places at once."""
        account, secret, _ = await enrolled(auth)
        outcomes = await asyncio.gather(
            *(
                auth.stub.SignInWithPassword(
                    pb.SignInWithPasswordRequest(
                        email=EMAIL,
                        password=PASSWORD,
                        totp_code=f"{number:06}",
                        origin=pb.Origin(address=f"10.0.0.{number}"),
                    )
                )
                for number in range(20)
            ),
            return_exceptions=True,
        )
        names = [type(one).__name__ for one in outcomes]
        assert names.count("TotpWrong") <= 6
        assert names.count("TooManyAttempts") >= 14
        assert account.user.user_id
        with pytest.raises(TooManyAttempts):
            await sign_in(auth, totp.code(secret, totp.step_at(auth.clock.now())))
        auth.clock.advance(seconds=900)
        await sign_in(auth, code_now(auth, secret))


class TestRemoval:
    async def test_wants_a_code(self, auth) -> None:
        account, secret, _ = await enrolled(auth)
        tokens = (await sign_in(auth, code_now(auth, secret))).tokens
        assert account.user.user_id
        with bearing(tokens):
            with pytest.raises(TotpWrong):
                await auth.factors.DisableTotp(fa.DisableTotpRequest(code="000000"))
            await auth.factors.DisableTotp(fa.DisableTotpRequest(code=code_now(auth, secret)))
        await sign_in(auth)

    async def test_without_one_there_is_nothing_to_remove(self, auth) -> None:
        account = await registered(auth)
        with bearing(account.tokens), pytest.raises(TotpNotEnrolled):
            await auth.factors.DisableTotp(fa.DisableTotpRequest(code="000000"))

    async def test_new_recovery_codes_replace_the_old(self, auth) -> None:
        _, secret, codes = await enrolled(auth)
        tokens = (await sign_in(auth, code_now(auth, secret))).tokens
        with bearing(tokens):
            renewed = await auth.factors.RenewRecoveryCodes(
                fa.RenewRecoveryCodesRequest(code=code_now(auth, secret))
            )
        with pytest.raises(TotpWrong):
            await sign_in(auth, codes[0])
        await sign_in(auth, renewed.recovery_codes[0])


class TestAdministrators:
    async def test_without_a_second_factor_they_have_no_rights(self, auth) -> None:
        account = await registered(auth)
        await auth.raise_administrator(account.user.user_id)
        tokens = (await sign_in(auth)).tokens
        assert ["creator", "user"] == roles(tokens)
        with bearing(tokens):
            secret = (await auth.factors.EnrollTotp(fa.EnrollTotpRequest())).secret
            await auth.factors.ConfirmTotp(fa.ConfirmTotpRequest(code=code_now(auth, secret)))
        refreshed = await auth.stub.Refresh(pb.RefreshRequest(refresh_token=tokens.refresh_token))
        assert ["admin", "creator", "user"] == roles(refreshed.tokens)
        with bearing(refreshed.tokens):
            await auth.factors.DisableTotp(fa.DisableTotpRequest(code=code_now(auth, secret)))
        again = await auth.stub.Refresh(pb.RefreshRequest(refresh_token=refreshed.tokens.refresh_token))
        assert ["creator", "user"] == roles(again.tokens)
        assert UUID(account.user.user_id)


def roles(tokens: pb.Tokens) -> list[str]:
    claims: list[str] = jwt.decode(tokens.access_token, options={"verify_signature": False})["roles"]
    return claims
