"""Messages for wallets: only the address that was asked, over exactly the text that was given, signs in."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from base58 import b58encode
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from eth_account import Account
from eth_account.messages import encode_defunct
from solders.keypair import Keypair

from oraculum_auth.challenges import (
    Chain,
    SigningDomain,
    canonical_address,
    new_challenge,
    signed_by,
)
from oraculum_kit.errors import InvalidArgument

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ASKER = SigningDomain(
    "oraculum.example", "https://oraculum.example", evm_chain_id="8453", solana_cluster="mainnet"
)
EVM = Account.from_key("0x" + "11" * 32)
SOLANA = Keypair.from_seed(bytes(range(32)))


def evm_signature(message: str) -> str:
    return "0x" + EVM.sign_message(encode_defunct(text=message)).signature.hex().removeprefix("0x")


class TestMessage:
    def test_it_is_an_eip_4361_message(self) -> None:
        challenge = new_challenge(Chain.EVM, EVM.address, "1", ASKER, NOW)
        assert challenge.message == (
            "oraculum.example wants you to sign in with your Ethereum account:\n"
            "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A\n"
            "\n"
            "Sign in to Oraculum. This moves no money.\n"
            "\n"
            "URI: https://oraculum.example\n"
            "Version: 1\n"
            "Chain ID: 1\n"
            f"Nonce: {challenge.nonce}\n"
            "Issued At: 2026-05-04T12:00:00.000Z\n"
            "Expiration Time: 2026-05-04T12:05:00.000Z"
        )

    def test_two_challenges_never_share_a_nonce(self) -> None:
        nonces = {new_challenge(Chain.EVM, EVM.address, "", ASKER, NOW).nonce for _ in range(100)}
        assert len(nonces) == 100

    def test_it_expires_after_five_minutes(self) -> None:
        challenge = new_challenge(Chain.SOLANA, str(SOLANA.pubkey()), "", ASKER, NOW)
        assert challenge.expires_at - NOW == timedelta(minutes=5)

    @pytest.mark.parametrize(
        ("chain", "chain_id"), [(Chain.EVM, "mainnet"), (Chain.EVM, "1\nURI: evil"), (Chain.SOLANA, "8453")]
    )
    def test_a_chain_id_of_another_kind_is_refused(self, chain: Chain, chain_id: str) -> None:
        address = EVM.address if chain is Chain.EVM else str(SOLANA.pubkey())
        with pytest.raises(InvalidArgument) as refused:
            new_challenge(chain, address, chain_id, ASKER, NOW)
        assert [violation.field for violation in refused.value.violations] == ["chain_id"]


class TestAddress:
    def test_an_evm_address_is_stored_with_its_checksum(self) -> None:
        assert canonical_address(Chain.EVM, EVM.address.lower()) == EVM.address

    def test_a_mistyped_checksum_is_refused(self) -> None:
        mistyped = EVM.address.replace("E7C", "e7C")
        with pytest.raises(InvalidArgument, match="not valid"):
            canonical_address(Chain.EVM, mistyped)

    @pytest.mark.parametrize(
        "address", ["", "0x", "0x12", "hello", "11111", "0" * 44, "é" * 40, "1" * 31, "1" * 32 + " "]
    )
    @pytest.mark.parametrize("chain", list(Chain))
    def test_rubbish_is_refused_by_name(self, chain: Chain, address: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            canonical_address(chain, address)
        assert [violation.field for violation in refused.value.violations] == ["address"]


class TestSignature:
    def test_an_evm_wallet_signs_in(self) -> None:
        message = new_challenge(Chain.EVM, EVM.address, "", ASKER, NOW).message
        assert signed_by(Chain.EVM, EVM.address, message, evm_signature(message))

    def test_a_solana_wallet_signs_in(self) -> None:
        message = new_challenge(Chain.SOLANA, str(SOLANA.pubkey()), "", ASKER, NOW).message
        signature = str(SOLANA.sign_message(message.encode()))
        assert signed_by(Chain.SOLANA, str(SOLANA.pubkey()), message, signature)

    def test_another_wallet_does_not(self) -> None:
        other = Account.from_key("0x" + "22" * 32)
        assert not signed_by(Chain.EVM, other.address, "text", evm_signature("text"))
        stranger = Keypair.from_seed(bytes(32))
        assert not signed_by(Chain.SOLANA, str(SOLANA.pubkey()), "text", str(stranger.sign_message(b"text")))

    def test_another_text_does_not(self) -> None:
        assert not signed_by(Chain.EVM, EVM.address, "text ", evm_signature("text"))
        assert not signed_by(Chain.SOLANA, str(SOLANA.pubkey()), "text ", str(SOLANA.sign_message(b"text")))

    def test_a_key_of_small_order_signs_nothing(self) -> None:
        """The neutral point of the curve with a signature of nothing fits every message where nobody looks for it."""
        nobody, nothing = bytes([1]) + bytes(31), bytes([1]) + bytes(63)
        Ed25519PublicKey.from_public_bytes(nobody).verify(nothing, b"text")
        assert not signed_by(Chain.SOLANA, b58encode(nobody).decode(), "text", b58encode(nothing).decode())

    def test_a_signature_has_one_form(self) -> None:
        signature = str(SOLANA.sign_message(b"text"))
        address = str(SOLANA.pubkey())
        assert signed_by(Chain.SOLANA, address, "text", signature)
        assert not signed_by(Chain.SOLANA, address, "text", f"{signature} ")
        assert not signed_by(Chain.SOLANA, f"{address}\n", "text", signature)

    @pytest.mark.parametrize("signature", ["", "0x", "0xzz", "00" * 64, "00" * 65, "ff" * 65, "1" * 64, "é"])
    @pytest.mark.parametrize("chain", list(Chain))
    def test_rubbish_is_no_signature(self, chain: Chain, signature: str) -> None:
        address = EVM.address if chain is Chain.EVM else str(SOLANA.pubkey())
        assert not signed_by(chain, address, "text", signature)


def test_the_interpreter_still_refuses_what_is_nested_too_deeply() -> None:
    """A library that reads wallets' signatures lifts the limit for the whole process; a nested token would kill it."""
    script = "import sys, oraculum_auth.challenges; print(sys.getrecursionlimit())"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "1000"
