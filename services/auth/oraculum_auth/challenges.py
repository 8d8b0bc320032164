"""Messages for a wallet to sign, and proof that it did.

The text follows EIP-4361 (Sign-In with Ethereum) for EVM wallets and the same form with Solana's words for Solana. We
write the message, keep it, and later verify the signature over exactly what we kept: nothing that a client sends is
parsed, so there is nothing to confuse.
"""

import binascii
import secrets
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from base58 import b58decode, b58encode
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils.address import is_checksum_address, is_hex_address, to_checksum_address
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from oraculum_auth.contract_wallets import ContractWallets
from oraculum_auth.errors import BadSignature, ChallengeExpired, ChallengeUnknown
from oraculum_auth.records import StoredChallenge
from oraculum_kit.errors import InvalidArgument, Violation

# eth_account brings a library that raises the limit of the whole process a hundredfold when it is imported. With it the
# interpreter no longer refuses a deeply nested token or body: it would overflow its stack and die.
sys.setrecursionlimit(1000)

CHALLENGE_LIFE: Final = timedelta(minutes=5)
_SOLANA_CLUSTERS: Final = ("mainnet", "devnet", "testnet")
_SOLANA_KEY_BYTES: Final = 32
_SOLANA_SIGNATURE_BYTES: Final = 64


class Chain(StrEnum):
    """Kinds of chain that a wallet address belongs to."""

    EVM = "evm"
    SOLANA = "solana"


_ACCOUNT_WORD: Final = {Chain.EVM: "Ethereum", Chain.SOLANA: "Solana"}


@dataclass(frozen=True, slots=True)
class Challenge:
    """A message given out to be signed."""

    nonce: str
    chain: Chain
    address: str
    chain_id: str
    message: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SigningDomain:
    """Who asks for the signature, as the message names it."""

    domain: str
    uri: str
    evm_chain_id: str
    solana_cluster: str


def canonical_address(chain: Chain, address: str) -> str:
    """The one form in which an address is stored: EIP-55 for EVM, base58 of 32 bytes for Solana."""
    if chain is Chain.EVM:
        return _canonical_evm(address)
    try:
        _base58(address, _SOLANA_KEY_BYTES)
    except ValueError as error:
        raise _bad_address("is not a Solana address: base58 of 32 bytes") from error
    return address


def new_challenge(
    chain: Chain,
    address: str,
    chain_id: str,
    asker: SigningDomain,
    now: datetime,
    statement: str = "Sign in to Oraculum. This moves no money.",
) -> Challenge:
    """Write the message for an address to sign."""
    address = canonical_address(chain, address)
    nonce = secrets.token_hex(16)
    expires_at = now + CHALLENGE_LIFE
    chain_id = _chain_id(chain, chain_id, asker)
    message = (
        f"{asker.domain} wants you to sign in with your {_ACCOUNT_WORD[chain]} account:\n"
        f"{address}\n\n"
        f"{statement}\n\n"
        f"URI: {asker.uri}\n"
        "Version: 1\n"
        f"Chain ID: {chain_id}\n"
        f"Nonce: {nonce}\n"
        f"Issued At: {_timestamp(now)}\n"
        f"Expiration Time: {_timestamp(expires_at)}"
    )
    return Challenge(nonce, chain, address, chain_id, message, created_at=now, expires_at=expires_at)


def signed_by(chain: Chain, address: str, message: str, signature: str) -> bool:
    """Whether `address` made `signature` over `message`. A malformed signature is simply not one."""
    if chain is Chain.EVM:
        return _signed_by_evm(address, message, signature)
    return _signed_by_solana(address, message, signature)


def open_challenge(
    challenge: StoredChallenge | None, now: datetime, *, user_id: UUID | None
) -> StoredChallenge:
    """The challenge, if it was made for this account (or to sign in) and can still be used."""
    if challenge is None or challenge.used_at is not None or challenge.user_id != user_id:
        raise ChallengeUnknown
    if challenge.expires_at <= now:
        raise ChallengeExpired
    return challenge


async def check_signature(challenge: StoredChallenge, signature: str, contracts: ContractWallets) -> None:
    """Refuse what the challenge's address did not sign. A contract is asked only where no key made the signature."""
    chain = Chain(challenge.chain)
    if signed_by(chain, challenge.address, challenge.message, signature):
        return
    if chain is Chain.EVM and await contracts.signed(
        challenge.chain_id, challenge.address, challenge.message, signature
    ):
        return
    raise BadSignature


def _signed_by_evm(address: str, message: str, signature: str) -> bool:
    try:
        raw = binascii.unhexlify(signature.removeprefix("0x"))
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 65:
        return False
    try:
        return bool(Account.recover_message(encode_defunct(text=message), signature=raw) == address)
    except Exception:  # noqa: BLE001  the library raises whatever its layers do; each means "not a signature"
        return False


def _signed_by_solana(address: str, message: str, signature: str) -> bool:
    """As the chain itself judges it: keys and signatures of small order, which fit every message, are refused."""
    try:
        key = VerifyKey(_base58(address, _SOLANA_KEY_BYTES))
        key.verify(message.encode(), _base58(signature, _SOLANA_SIGNATURE_BYTES))
    except (ValueError, BadSignatureError):
        return False
    return True


def _base58(text: str, size: int) -> bytes:
    """What a text stands for, if it is the one form of so many bytes; the time to decode grows with the square of its length."""
    if len(text) > size * 11 // 8:
        raise ValueError("too long")
    decoded = b58decode(text)
    if len(decoded) != size or b58encode(decoded).decode() != text:
        raise ValueError("another number of bytes, or another form of them")
    return decoded


def _canonical_evm(address: str) -> str:
    if not is_hex_address(address):
        raise _bad_address("is not an EVM address: 0x and 40 hex digits")
    digits = address.removeprefix("0x")
    mixed_case = digits not in (digits.lower(), digits.upper())
    if mixed_case and not is_checksum_address(address):
        raise _bad_address("has a wrong EIP-55 checksum; a digit may be mistyped")
    return to_checksum_address(address)


def _chain_id(chain: Chain, given: str, asker: SigningDomain) -> str:
    if chain is Chain.EVM:
        if given and not (given.isascii() and given.isdecimal() and len(given) <= 20):
            raise InvalidArgument(violations=[Violation("chain_id", "is not an EIP-155 chain id")])
        return given or asker.evm_chain_id
    if given and given not in _SOLANA_CLUSTERS:
        raise InvalidArgument(violations=[Violation("chain_id", f"is none of {', '.join(_SOLANA_CLUSTERS)}")])
    return given or asker.solana_cluster


def _bad_address(message: str) -> InvalidArgument:
    return InvalidArgument(violations=[Violation("address", message)])


def _timestamp(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
