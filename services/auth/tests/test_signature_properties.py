"""Nothing but what the wallet signed is its signature, and nothing that is shown as one breaks the door."""

from datetime import UTC, datetime

from base58 import b58decode, b58encode
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import assume, given
from hypothesis import strategies as st
from solders.keypair import Keypair

from oraculum_auth.challenges import Chain, SigningDomain, canonical_address, new_challenge, signed_by
from oraculum_kit.errors import InvalidArgument

ASKER = SigningDomain(
    "oraculum.example", "https://oraculum.example", evm_chain_id="8453", solana_cluster="mainnet"
)
EVM = Account.from_key("0x" + "11" * 32)
SOLANA = Keypair.from_seed(bytes(range(32)))
ADDRESSES = {Chain.EVM: EVM.address, Chain.SOLANA: str(SOLANA.pubkey())}
MESSAGES = {
    chain: new_challenge(chain, address, "", ASKER, datetime(2026, 5, 4, 12, tzinfo=UTC)).message
    for chain, address in ADDRESSES.items()
}
RAW = {
    Chain.EVM: bytes(EVM.sign_message(encode_defunct(text=MESSAGES[Chain.EVM])).signature),
    Chain.SOLANA: bytes(SOLANA.sign_message(MESSAGES[Chain.SOLANA].encode())),
}
# The last byte of an EVM signature says which of two keys it was and has several forms of saying so.
PROVING_BYTES = 64
CHAINS = st.sampled_from(list(Chain))


def shown(chain: Chain, raw: bytes) -> str:
    return "0x" + raw.hex() if chain is Chain.EVM else b58encode(raw).decode()


def is_signed(chain: Chain, signature: str, *, message: str | None = None) -> bool:
    return signed_by(chain, ADDRESSES[chain], MESSAGES[chain] if message is None else message, signature)


@given(CHAINS)
def test_the_signature_itself_is_one(chain: Chain) -> None:
    assert is_signed(chain, shown(chain, RAW[chain]))


@given(CHAINS, st.integers(0, PROVING_BYTES - 1), st.integers(0, 7))
def test_no_bit_of_it_may_be_another(chain: Chain, place: int, bit: int) -> None:
    raw = bytearray(RAW[chain])
    raw[place] ^= 1 << bit
    assert not is_signed(chain, shown(chain, bytes(raw)))


@given(CHAINS, st.text(max_size=200) | st.binary(max_size=80).map(lambda raw: "0x" + raw.hex()))
def test_anything_else_is_none(chain: Chain, signature: str) -> None:
    assume(signature != shown(chain, RAW[chain]))
    assert not is_signed(chain, signature)


@given(CHAINS, st.text(max_size=200))
def test_it_stands_for_one_message(chain: Chain, message: str) -> None:
    assume(message != MESSAGES[chain])
    assert not is_signed(chain, shown(chain, RAW[chain]), message=message)


@given(CHAINS, st.text(max_size=80) | st.binary(min_size=20, max_size=32).map(lambda raw: "0x" + raw.hex()))
def test_an_address_has_one_form_or_is_none(chain: Chain, text: str) -> None:
    try:
        address = canonical_address(chain, text)
    except InvalidArgument:
        return
    assert address == canonical_address(chain, address)
    if chain is Chain.SOLANA:
        assert b58decode(address) == b58decode(text)
