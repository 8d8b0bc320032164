"""Several addresses of one person, each proved by its own signature.

The message names the account, so whoever is tricked into signing one adds their address to an account that they can read
of, and signs in to nothing; a message to sign in adds nothing. An address is a way in that outlives every session and
password, so it wants a sign-in of a moment ago, and its owner is told.
"""

from uuid import UUID

from oraculum_auth import events, mailing
from oraculum_auth.challenges import (
    Chain,
    Challenge,
    SigningDomain,
    check_signature,
    new_challenge,
    open_challenge,
)
from oraculum_auth.contract_wallets import ContractWallets
from oraculum_auth.errors import ChallengeUnknown, LastCredential, WalletNotFound, WalletTaken
from oraculum_auth.recent import require_recent_sign_in
from oraculum_auth.records import Wallet
from oraculum_auth.repository import Accounts, Sessions
from oraculum_auth.repository.accounts import hold_account, lock_account
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database


class WalletBook:
    """Adds and takes off addresses."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        clock: Clock,
        domain: SigningDomain,
        contracts: ContractWallets,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._domain = domain
        self._contracts = contracts
        self._challenges = Sessions()

    async def challenge(self, user: User, chain: Chain, address: str, chain_id: str) -> Challenge:
        """Make the message that adds an address to the caller's account."""
        statement = f"Add this address to the Oraculum account {user.id}. This moves no money."
        now = self._clock.now()
        challenge = new_challenge(chain, address, chain_id, self._domain, now, statement)
        async with self._database.transaction() as connection:
            await hold_account(connection, user.id)
            # Asked here too, so that nobody signs in vain.
            await require_recent_sign_in(connection, user, now)
            await self._challenges.insert_challenge(connection, challenge, user.id)
        return challenge

    async def add(self, user: User, nonce: str, signature: str) -> Wallet:
        """Add the address that signed."""
        now = self._clock.now()
        async with self._database.connection() as connection:
            stored = await self._challenges.challenge(connection, nonce)
        challenge = open_challenge(stored, now, user_id=user.id)
        # Outside of any transaction: a chain takes its time.
        await check_signature(challenge, signature, self._contracts)
        async with self._database.transaction() as connection:
            await hold_account(connection, user.id)
            await require_recent_sign_in(connection, user, now)
            if not await self._challenges.use_challenge(connection, nonce, now):
                raise ChallengeUnknown
            wallet = Wallet(user.id, challenge.chain, challenge.address)
            if not await self._accounts.insert_wallet(connection, wallet, now):
                raise WalletTaken
            await events.audit(connection, "wallet.added", user.id, now=now, details={"chain": wallet.chain})
            await mailing.tell(connection, user.id, "wallet_added")
            return wallet

    async def remove(self, user_id: UUID, wallet_id: UUID) -> None:
        """Take an address off, unless nothing else would let its owner in."""
        async with self._database.transaction() as connection:
            # The account's lock: two that are taken off at once see each other. A deleted account has none to be found.
            await lock_account(connection, user_id)
            ways = await self._accounts.other_ways_in(connection, user_id, wallet_id)
            if not await self._accounts.remove_wallet(connection, user_id, wallet_id):
                raise WalletNotFound
            if not ways:
                raise LastCredential
            await events.audit(connection, "wallet.removed", user_id, now=self._clock.now())
