"""Two wallets, as a person would hold them: fresh keys that sign what they are shown."""

from typing import Protocol

from eth_account import Account
from eth_account.messages import encode_defunct
from solders.keypair import Keypair


class Wallet(Protocol):
    """An address, and the power to sign for it."""

    @property
    def chain(self) -> str:
        """What the API calls its kind of chain."""
        ...

    @property
    def address(self) -> str:
        """Its address."""
        ...

    def sign(self, message: str) -> str:
        """Sign a message."""
        ...


class EvmWallet:
    """A key of Ethereum and all that speak its language."""

    chain = "evm"

    def __init__(self, secret: str | None = None) -> None:
        """A new key, or the one whose hexadecimal digits are given."""
        self._account = Account.create() if secret is None else Account.from_key(secret)

    @property
    def secret(self) -> str:
        """The key itself, in hexadecimal digits."""
        return str(self._account.key.hex())

    @property
    def address(self) -> str:
        """Its address, with the checksum of EIP-55."""
        return str(self._account.address)

    def sign(self, message: str) -> str:
        """Sign a message as `personal_sign` does (EIP-191)."""
        return "0x" + bytes(self._account.sign_message(encode_defunct(text=message)).signature).hex()


class SolanaWallet:
    """A key of Solana."""

    chain = "solana"

    def __init__(self) -> None:
        self._keypair = Keypair()

    @property
    def address(self) -> str:
        """Its address in base58."""
        return str(self._keypair.pubkey())

    def sign(self, message: str) -> str:
        """Sign the bytes of a message with ed25519."""
        return str(self._keypair.sign_message(message.encode()))
