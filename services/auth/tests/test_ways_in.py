"""What a stolen session cannot leave behind: another way in. Over gRPC against a real database, with real mails."""

import json

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from oraculum.auth.v1 import api_key_service_pb2 as ak
from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1 import credential_service_pb2 as cr
from oraculum.auth.v1 import factor_service_pb2 as fa
from oraculum.auth.v1 import privacy_service_pb2 as pr
from oraculum_auth import totp
from oraculum_auth.errors import SignInTooOld
from oraculum_auth.mailing import MAILS_MAX
from oraculum_kit.testing import bearing

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
DEVICE = "a-device-of-ada-at-home"
WALLET = Account.from_key("0x" + "33" * 32)
KEY = ak.CreateApiKeyRequest(name="bot", scopes=["read"])


async def registered(auth) -> pb.Tokens:
    origin = pb.Origin(device_id=DEVICE)
    request = pb.RegisterRequest(email=EMAIL, password=PASSWORD, display_name="Ada", origin=origin)
    return (await auth.stub.Register(request)).tokens


async def wallet_message(auth) -> cr.AddWalletRequest:
    made = await auth.credentials.CreateWalletChallenge(
        cr.CreateWalletChallengeRequest(chain=pb.CHAIN_KIND_EVM, address=WALLET.address)
    )
    signed = WALLET.sign_message(encode_defunct(text=made.message)).signature.hex()
    return cr.AddWalletRequest(nonce=made.nonce, signature=signed)


def code_now(auth, secret: str) -> fa.ConfirmTotpRequest:
    return fa.ConfirmTotpRequest(code=totp.code(secret, totp.step_at(auth.clock.now())))


async def test_a_session_that_is_carried_on_adds_no_way_in(auth) -> None:
    """A refresh is no sign-in: what was begun within the quarter hour is not ended after it, either."""
    first = await registered(auth)
    auth.clock.advance(seconds=840)
    with bearing(first.access_token):
        begun = await wallet_message(auth)
        secret = (await auth.factors.EnrollTotp(fa.EnrollTotpRequest())).secret
    carried_on = (await auth.stub.Refresh(pb.RefreshRequest(refresh_token=first.refresh_token))).tokens
    auth.clock.advance(seconds=61)
    with bearing(carried_on.access_token):
        for refused in (
            lambda: wallet_message(auth),
            lambda: auth.credentials.AddWallet(begun),
            lambda: auth.keys.CreateApiKey(KEY),
            lambda: auth.factors.EnrollTotp(fa.EnrollTotpRequest()),
            lambda: auth.factors.ConfirmTotp(code_now(auth, secret)),
        ):
            with pytest.raises(SignInTooOld):
                await refused()
        me = (await auth.stub.GetMe(pb.GetMeRequest())).user
        assert ([], False) == (list(me.wallets), me.totp_enabled)
        assert not (await auth.keys.ListApiKeys(ak.ListApiKeysRequest())).keys
    again = await auth.stub.SignInWithPassword(pb.SignInWithPasswordRequest(email=EMAIL, password=PASSWORD))
    with bearing(again.tokens.access_token):
        # The message that was begun still serves: the refusal used nothing up.
        await auth.credentials.AddWallet(begun)
        await auth.keys.CreateApiKey(KEY)
        await auth.factors.ConfirmTotp(code_now(auth, secret))


async def test_the_owner_is_told_of_each(auth) -> None:
    tokens = await registered(auth)
    await auth.mails.next()
    with bearing(tokens.access_token):
        await auth.credentials.AddWallet(await wallet_message(auth))
        await auth.keys.CreateApiKey(KEY)
        secret = (await auth.factors.EnrollTotp(fa.EnrollTotpRequest())).secret
        await auth.factors.ConfirmTotp(code_now(auth, secret))
    assert {
        "An address was added to your account",
        "A program's key was made for your account",
        "A second factor protects your account",
    } == {(await auth.mails.next())["Subject"] for _ in range(3)}


async def test_nobody_uses_up_the_mails_that_an_owner_is_told_by(auth) -> None:
    """Not even by an account that claims the owner's address."""
    owner = await registered(auth)
    await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=await auth.mails.token()))
    auth.clock.advance(seconds=1)
    claim = await registered(auth)
    assert "You have an account already" == (await auth.mails.next())["Subject"]
    for tokens, times in ((claim, MAILS_MAX), (owner, 1)):
        with bearing(tokens.access_token):
            for _ in range(times):
                await auth.keys.CreateApiKey(KEY)
                assert "A program's key was made for your account" == (await auth.mails.next())["Subject"]


async def test_a_code_of_the_authenticator_makes_a_key_from_any_session(auth) -> None:
    tokens = await registered(auth)
    with bearing(tokens.access_token):
        secret = (await auth.factors.EnrollTotp(fa.EnrollTotpRequest())).secret
        await auth.factors.ConfirmTotp(code_now(auth, secret))
    auth.clock.advance(seconds=3600)
    refreshed = (await auth.stub.Refresh(pb.RefreshRequest(refresh_token=tokens.refresh_token))).tokens
    request = ak.CreateApiKeyRequest(name="bot", scopes=["read"], totp_code=code_now(auth, secret).code)
    with bearing(refreshed.access_token):
        assert (await auth.keys.CreateApiKey(request)).secret


async def test_nobody_is_told_what_a_device_calls_itself(auth) -> None:
    """Whoever knows it passes for the device, and is asked for no code. A label tells one from another."""
    tokens = await registered(auth)
    for device in (DEVICE, "another-device-of-ada"):
        origin = pb.Origin(device_id=device)
        await auth.stub.SignInWithPassword(
            pb.SignInWithPasswordRequest(email=EMAIL, password=PASSWORD, origin=origin)
        )
    with bearing(tokens.access_token):
        listed = await auth.stub.ListSessions(pb.ListSessionsRequest())
        exported = (await auth.privacy.ExportMe(pr.ExportMeRequest())).document_json.decode()
    labels = [session.origin.device_id for session in listed.sessions]
    assert labels == [one["device"] for one in json.loads(exported)["sessions"]]
    assert ([labels[1]] * 2, True) == (labels[1:], labels[0] not in {"", labels[1]})
    assert "device-of-ada" not in f"{listed} {exported}"
