"""Addresses proved and passwords reset by real mails, over gRPC against a real database and a real SMTP server."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1 import credential_service_pb2 as cr
from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum_auth.errors import (
    BadCredentials,
    EmailTaken,
    EmailVerified,
    MailedTokenUnknown,
    NoPassword,
    RefreshTokenUnknown,
)
from oraculum_auth.mailing import MAILS_MAX
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.ids import uuid7
from oraculum_kit.testing.messaging import eventually
from oraculum_kit.tokens import TokenRevoked

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery staple"
OTHER = "another good passphrase"


@contextmanager
def bearing(tokens: pb.Tokens) -> Iterator[None]:
    with calling_as(Caller(request_id=str(uuid7()), user_token=f"Bearer {tokens.access_token}")):
        yield


async def registered(auth, password: str = PASSWORD) -> pb.RegisterResponse:
    auth.clock.advance(seconds=1)
    return await auth.stub.Register(pb.RegisterRequest(email=EMAIL, password=password, display_name="Ada"))


async def proved(auth) -> pb.RegisterResponse:
    account = await registered(auth)
    await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=await auth.mails.token()))
    return account


async def sign_in(auth, password: str) -> pb.SignInWithPasswordResponse:
    return await auth.stub.SignInWithPassword(pb.SignInWithPasswordRequest(email=EMAIL, password=password))


async def reset_token(auth) -> str:
    async def nothing_is_being_sent() -> bool:
        async with auth.database.connection() as connection:
            rows = await connection.execute("select exists (select from job where kind = 'mail')")
            return not (await rows.fetchone())[0]

    # A mail is here before its job has ended, and whoever asks before that has asked for the same one.
    await eventually(nothing_is_being_sent)
    await auth.credentials.RequestPasswordReset(cr.RequestPasswordResetRequest(email=EMAIL))
    return await auth.mails.token()


class TestVerify:
    async def test_the_mailed_token_proves_the_address(self, auth) -> None:
        account = await registered(auth)
        mail = await auth.mails.next()
        assert (EMAIL, "Confirm your e-mail address") == (mail["To"], mail["Subject"])
        assert "auto-generated" == mail["Auto-Submitted"]
        assert "Ada" not in mail.get_content(), "a stranger could write what they like to any address"
        token = mail.get_content().partition("#token=")[2].split()[0]
        assert not account.user.email_verified
        await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=token))
        with bearing(account.tokens):
            assert (await auth.stub.GetMe(pb.GetMeRequest())).user.email_verified

    async def test_a_token_serves_once_and_for_a_day(self, auth) -> None:
        await registered(auth)
        token = await auth.mails.token()
        auth.clock.advance(seconds=86_401)
        with pytest.raises(MailedTokenUnknown):
            await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=token))
        await registered(auth)
        token = await auth.mails.token()
        outcomes = await asyncio.gather(
            *(auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=token)) for _ in range(4)),
            return_exceptions=True,
        )
        assert ["MailedTokenUnknown"] * 3 + ["VerifyEmailResponse"] == sorted(
            type(outcome).__name__ for outcome in outcomes
        )

    async def test_a_token_of_one_kind_is_none_of_the_other(self, auth) -> None:
        await registered(auth)
        token = await auth.mails.token()
        with pytest.raises(MailedTokenUnknown):
            await auth.credentials.ResetPassword(cr.ResetPasswordRequest(token=token, new_password=OTHER))
        await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=token))

    async def test_an_address_belongs_to_whoever_proves_it_first(self, auth) -> None:
        await registered(auth)
        first = await auth.mails.token()
        await registered(auth, OTHER)
        second = await auth.mails.token()
        await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=second))
        with pytest.raises(EmailTaken):
            await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=first))

    async def test_whoever_has_an_account_is_told_so_by_mail_alone(self, auth) -> None:
        await proved(auth)
        await registered(auth, OTHER)
        mail = await auth.mails.next()
        assert "You have an account already" == mail["Subject"]
        assert "#token=" not in mail.get_content()

    async def test_the_mail_comes_once_more_until_the_address_is_proved(self, auth) -> None:
        account = await registered(auth)
        first = await auth.mails.token()
        with bearing(account.tokens):
            await auth.credentials.ResendVerification(cr.ResendVerificationRequest())
            second = await auth.mails.token()
            with pytest.raises(MailedTokenUnknown):
                await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=first))
            await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=second))
            with pytest.raises(EmailVerified):
                await auth.credentials.ResendVerification(cr.ResendVerificationRequest())


class TestReset:
    async def test_a_new_password_ends_every_session(self, auth) -> None:
        account = await proved(auth)
        token = await reset_token(auth)
        await auth.credentials.ResetPassword(cr.ResetPasswordRequest(token=token, new_password=OTHER))
        with pytest.raises(RefreshTokenUnknown):
            await auth.stub.Refresh(pb.RefreshRequest(refresh_token=account.tokens.refresh_token))
        with pytest.raises(BadCredentials):
            await sign_in(auth, PASSWORD)
        assert account.user.user_id == (await sign_in(auth, OTHER)).user.user_id
        assert "Your password was changed" == (await auth.mails.next())["Subject"]
        with pytest.raises(MailedTokenUnknown):
            await auth.credentials.ResetPassword(cr.ResetPasswordRequest(token=token, new_password=PASSWORD))

    async def test_nobody_gets_a_mail_who_has_no_account(self, auth) -> None:
        """The answer is the same; the job finds nobody."""
        await auth.credentials.RequestPasswordReset(cr.RequestPasswordResetRequest(email="eve@example.com"))
        await proved(auth)
        await reset_token(auth)
        assert [EMAIL] * 2 == [mail["To"] for mail in auth.mails.all()]

    async def test_a_weak_password_does_not_use_the_token_up(self, auth) -> None:
        await proved(auth)
        token = await reset_token(auth)
        for weak in ("short", "Password2026!", "aaaaaaaaaaaaaaa"):
            with pytest.raises(InvalidArgument):
                await auth.credentials.ResetPassword(cr.ResetPasswordRequest(token=token, new_password=weak))
        await auth.credentials.ResetPassword(cr.ResetPasswordRequest(token=token, new_password=OTHER))

    async def test_the_mailbox_takes_over_an_account_that_somebody_opened_before(self, auth) -> None:
        """Who registered with a stranger's address is out as soon as the stranger asks for a password."""
        squatter = await registered(auth)
        await auth.mails.next()
        token = await reset_token(auth)
        await auth.credentials.ResetPassword(cr.ResetPasswordRequest(token=token, new_password=OTHER))
        with pytest.raises(RefreshTokenUnknown):
            await auth.stub.Refresh(pb.RefreshRequest(refresh_token=squatter.tokens.refresh_token))
        with pytest.raises(BadCredentials):
            await sign_in(auth, PASSWORD)
        assert (await sign_in(auth, OTHER)).user.email_verified

    async def test_nobody_floods_a_mailbox_through_us(self, auth) -> None:
        """The last mail's token stays good: a flood of requests locks nobody out."""
        await proved(auth)
        tokens = [await reset_token(auth) for _ in range(MAILS_MAX)]
        await auth.credentials.RequestPasswordReset(cr.RequestPasswordResetRequest(email=EMAIL))
        await auth.credentials.ResetPassword(cr.ResetPasswordRequest(token=tokens[-1], new_password=OTHER))
        assert "Your password was changed" == (await auth.mails.next())["Subject"]


class TestChange:
    async def test_ends_the_other_sessions_and_keeps_this_one(self, auth) -> None:
        account = await registered(auth)
        here = (await sign_in(auth, PASSWORD)).tokens
        with bearing(here):
            await auth.credentials.ChangePassword(
                cr.ChangePasswordRequest(current_password=PASSWORD, new_password=OTHER)
            )
            assert 1 == len((await auth.stub.ListSessions(pb.ListSessionsRequest())).sessions)
        with pytest.raises(RefreshTokenUnknown):
            await auth.stub.Refresh(pb.RefreshRequest(refresh_token=account.tokens.refresh_token))

    async def test_others_hear_of_it_though_no_other_session_ends(self, auth) -> None:
        """What a thief left elsewhere ends with the password, whether or not they are signed in."""
        account = await registered(auth)
        with bearing(account.tokens):
            await auth.credentials.ChangePassword(
                cr.ChangePasswordRequest(current_password=PASSWORD, new_password=OTHER)
            )
        async with auth.database.connection() as connection:
            rows = await connection.execute("select payload from outbox where topic = 'users' order by id")
            facts = [UsersFact.FromString(payload) for (payload,) in await rows.fetchall()]
        told = [fact.WhichOneof("fact") for fact in facts]
        assert ["user_registered", "password_changed"] == told
        changed = facts[-1].password_changed
        assert (account.user.user_id, "password_changed") == (changed.user_id, changed.reason)

    async def test_wants_the_present_password(self, auth) -> None:
        account = await registered(auth)
        with bearing(account.tokens), pytest.raises(BadCredentials):
            await auth.credentials.ChangePassword(
                cr.ChangePasswordRequest(current_password=OTHER, new_password=OTHER)
            )
        await sign_in(auth, PASSWORD)

    async def test_of_two_at_once_one_is_refused(self, auth) -> None:
        account = await registered(auth)
        with bearing(account.tokens):
            outcomes = await asyncio.gather(
                *(
                    auth.credentials.ChangePassword(
                        cr.ChangePasswordRequest(current_password=PASSWORD, new_password=f"{OTHER} {number}")
                    )
                    for number in range(2)
                ),
                return_exceptions=True,
            )
        assert ["BadCredentials", "ChangePasswordResponse"] == sorted(type(one).__name__ for one in outcomes)

    async def test_an_account_without_a_password_has_none_to_change(self, auth) -> None:
        with auth.parties.signed_in(), pytest.raises(NoPassword):
            await auth.credentials.ChangePassword(
                cr.ChangePasswordRequest(current_password=PASSWORD, new_password=OTHER)
            )


async def test_nothing_in_the_database_names_an_address_or_holds_a_token(auth) -> None:
    await registered(auth)
    token = await auth.mails.token()
    async with auth.database.connection() as connection:
        for table in ("account", "mailed_token", "mail_sent", "job", "outbox", "person_key"):
            cursor = await connection.execute(f"select t::text from {table} t")  # noqa: S608  our own names
            text = str(await cursor.fetchall())
            assert EMAIL not in text
            assert EMAIL.encode().hex() not in text
            assert token not in text


@pytest.mark.parametrize("end", ["sign out", "reset"])
async def test_an_ended_session_is_refused_at_once(auth, end: str) -> None:
    """Not only when its token expires."""
    account = await proved(auth)
    with bearing(account.tokens):
        await auth.stub.GetMe(pb.GetMeRequest())
        if end == "sign out":
            await auth.stub.SignOut(pb.SignOutRequest())
        else:
            token = await reset_token(auth)
            await auth.credentials.ResetPassword(cr.ResetPasswordRequest(token=token, new_password=OTHER))
        async with asyncio.timeout(5):
            while True:
                try:
                    await auth.stub.GetMe(pb.GetMeRequest())
                except TokenRevoked:
                    break
                await asyncio.sleep(0.01)
