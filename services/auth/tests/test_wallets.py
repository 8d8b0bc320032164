"""Several addresses of one person, over gRPC against a real database."""

import asyncio

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1 import credential_service_pb2 as cr
from oraculum_auth.errors import (
    BadSignature,
    ChallengeUnknown,
    LastCredential,
    WalletNotFound,
    WalletTaken,
)
from oraculum_kit.testing import bearing

FIRST, SECOND = Account.from_key("0x" + "11" * 32), Account.from_key("0x" + "22" * 32)


def signature(wallet, message: str) -> str:
    signed: str = wallet.sign_message(encode_defunct(text=message)).signature.hex()
    return signed


async def signed_in(auth, wallet) -> pb.SignInWithWalletResponse:
    made = await auth.stub.CreateChallenge(
        pb.CreateChallengeRequest(chain=pb.CHAIN_KIND_EVM, address=wallet.address)
    )
    return await auth.stub.SignInWithWallet(
        pb.SignInWithWalletRequest(nonce=made.nonce, signature=signature(wallet, made.message))
    )


async def challenged(auth, wallet) -> cr.CreateWalletChallengeResponse:
    return await auth.credentials.CreateWalletChallenge(
        cr.CreateWalletChallengeRequest(chain=pb.CHAIN_KIND_EVM, address=wallet.address)
    )


async def added(auth, wallet) -> pb.WalletAddress:
    made = await challenged(auth, wallet)
    request = cr.AddWalletRequest(nonce=made.nonce, signature=signature(wallet, made.message))
    return (await auth.credentials.AddWallet(request)).wallet


async def test_each_address_signs_in_to_the_one_account(auth) -> None:
    account = await signed_in(auth, FIRST)
    with bearing(account.tokens.access_token):
        assert SECOND.address == (await added(auth, SECOND)).address
    again = await signed_in(auth, SECOND)
    assert (account.user.user_id, False) == (again.user.user_id, again.created)
    assert {FIRST.address, SECOND.address} == {wallet.address for wallet in again.user.wallets}


async def test_an_address_of_another_account_stays_there(auth) -> None:
    await signed_in(auth, SECOND)
    account = await signed_in(auth, FIRST)
    with bearing(account.tokens.access_token), pytest.raises(WalletTaken):
        await added(auth, SECOND)


async def test_a_message_is_good_for_what_it_says_and_for_whom(auth) -> None:
    """Neither does one to sign in add an address, nor does one to add an address sign in."""
    account = await signed_in(auth, FIRST)
    made = await auth.stub.CreateChallenge(
        pb.CreateChallengeRequest(chain=pb.CHAIN_KIND_EVM, address=SECOND.address)
    )
    with bearing(account.tokens.access_token):
        request = cr.AddWalletRequest(nonce=made.nonce, signature=signature(SECOND, made.message))
        with pytest.raises(ChallengeUnknown):
            await auth.credentials.AddWallet(request)
        link = await challenged(auth, SECOND)
        assert account.user.user_id in link.message
        request = cr.AddWalletRequest(nonce=link.nonce, signature=signature(FIRST, link.message))
        with pytest.raises(BadSignature):
            await auth.credentials.AddWallet(request)
    with pytest.raises(ChallengeUnknown):
        await auth.stub.SignInWithWallet(
            pb.SignInWithWalletRequest(nonce=link.nonce, signature=signature(SECOND, link.message))
        )
    request = cr.AddWalletRequest(nonce=link.nonce, signature=signature(SECOND, link.message))
    with auth.parties.signed_in(), pytest.raises(ChallengeUnknown):
        await auth.credentials.AddWallet(request)


async def test_the_last_way_in_stays_whoever_takes_off_at_once(auth) -> None:
    account = await signed_in(auth, FIRST)
    first = account.user.wallets[0].wallet_id
    with bearing(account.tokens.access_token):
        with pytest.raises(LastCredential):
            await auth.credentials.RemoveWallet(cr.RemoveWalletRequest(wallet_id=first))
        second = (await added(auth, SECOND)).wallet_id
        outcomes = await asyncio.gather(
            *(
                auth.credentials.RemoveWallet(cr.RemoveWalletRequest(wallet_id=one))
                for one in (first, second)
            ),
            return_exceptions=True,
        )
    assert ["LastCredential", "RemoveWalletResponse"] == sorted(type(one).__name__ for one in outcomes)


async def test_nobody_takes_the_address_of_another(auth) -> None:
    account = await signed_in(auth, FIRST)
    request = cr.RemoveWalletRequest(wallet_id=account.user.wallets[0].wallet_id)
    with auth.parties.signed_in(), pytest.raises(WalletNotFound):
        await auth.credentials.RemoveWallet(request)


async def test_a_reset_ends_the_addresses_of_whoever_had_the_owner_click(auth) -> None:
    """They opened the account with a stranger's address, who confirmed it and, one day, wants a password."""
    email = "ada@example.com"
    squatter = await auth.stub.Register(
        pb.RegisterRequest(email=email, password="correct horse battery staple")
    )
    token = await auth.mails.token()
    with bearing(squatter.tokens.access_token):
        await added(auth, FIRST)
    await auth.mails.next()
    await auth.credentials.VerifyEmail(cr.VerifyEmailRequest(token=token))
    await auth.credentials.RequestPasswordReset(cr.RequestPasswordResetRequest(email=email))
    reset = cr.ResetPasswordRequest(token=await auth.mails.token(), new_password="another good passphrase")
    await auth.credentials.ResetPassword(reset)
    elsewhere = await signed_in(auth, FIRST)
    assert elsewhere.created
    assert squatter.user.user_id != elsewhere.user.user_id
