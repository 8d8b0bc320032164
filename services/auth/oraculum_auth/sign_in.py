"""Ways in: by password, by wallet. Each ends in a session."""

from datetime import datetime
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
from oraculum_auth.claims import Claims, Guess
from oraculum_auth.compliance.door import Door
from oraculum_auth.contract_wallets import ContractWallets
from oraculum_auth.doorman import Doorman
from oraculum_auth.errors import BadCredentials, ChallengeUnknown
from oraculum_auth.form import Form
from oraculum_auth.passwords import Passwords
from oraculum_auth.records import (
    NO_CODES,
    Codes,
    NewAccount,
    Origin,
    SignedIn,
    StoredChallenge,
    Wallet,
)
from oraculum_auth.repeats import Claim, Repeats
from oraculum_auth.repository import Accounts, Sessions
from oraculum_auth.repository.accounts import hold_account
from oraculum_auth.second_factor import SecondFactor
from oraculum_auth.sessions import SessionBook
from oraculum_auth.throttle import Throttle
from oraculum_kit import replay
from oraculum_kit.caller import current_caller
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.idempotency import IdempotencyConflict
from oraculum_kit.ids import derived, uuid7


class _OwnerChangedError(Exception):
    """Between two looks an address went to another account, or away from its own."""


class _PasswordReplacedError(Exception):
    """Since the password was compared the account's hash has become another one."""

    def __init__(self, encoded: str | None) -> None:
        super().__init__()
        self.encoded = encoded


class SignIn:
    """Who may come in, and the tokens that they leave with."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        sessions: SessionBook,
        factor: SecondFactor,
        doorman: Doorman,
        repeats: Repeats,
        throttle: Throttle,
        passwords: Passwords,
        clock: Clock,
        domain: SigningDomain,
        contracts: ContractWallets,
        door: Door,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._sessions = sessions
        self._factor = factor
        self._doorman = doorman
        self._repeats = repeats
        self._contracts = contracts
        self._door = door
        self._throttle = throttle
        self._passwords = passwords
        self._claims = Claims(database, accounts, throttle, passwords)
        self._clock = clock
        self._domain = domain
        self._challenges = Sessions()

    async def register(self, email: str, password: str, display_name: str, origin: Origin) -> SignedIn:
        """Open an account with e-mail and password, and sign it in.

        The address is a claim that a mail asks to prove, so whether somebody else has it changes nothing here. Sent
        again with its key, the request finds the account that it opened, and must know the password like anybody.
        """
        form = Form()
        email = form.email(email)
        password = form.password(password, about=(email.partition("@")[0], display_name))
        user_id = _account_id(email)
        display_name = form.display_name(display_name) if display_name else f"user-{user_id.hex[-8:]}"
        form.finish()
        self._door.check(origin.address)
        password_hash = await self._passwords.hash(password)
        now = self._clock.now()
        account = NewAccount(user_id, display_name, now, email=email, password_hash=password_hash)
        async with self._database.transaction() as connection:
            if await self._accounts.insert(connection, account):
                await events.user_registered(
                    connection, user_id, display_name=display_name, method="password", now=now
                )
                await mailing.ask_to_verify(connection, user_id)
                return await self._sessions.begin(connection, user_id, origin, now, created=True)
            opened = await self._accounts.lock_credentials(connection, user_id)
        # Whoever knows the key of a registration guesses no faster than others.
        guess = await self._claims.attempt(email, origin)
        if opened is None or not await self._passwords.verify(opened.password_hash, password):
            raise IdempotencyConflict
        await self._throttle.was_right(guess.network, guess.forgiven(opened))
        try:
            async with self._database.transaction() as connection:
                await self._hold_password(connection, user_id, opened.password_hash)
                signed_in = await self._sessions.begin(connection, user_id, origin, now, created=True)
        except _PasswordReplacedError as replaced:
            raise IdempotencyConflict from replaced
        replay.mark()
        return signed_in

    async def by_password(
        self, email: str, password: str, origin: Origin, codes: Codes = NO_CODES
    ) -> SignedIn:
        """Sign in with e-mail and password, and a code where the account has a second factor.

        Which accounts it may be for, and how guesses are counted, is in `claims`.
        """
        form = Form()
        email = form.email(email)
        form.finish()

        async def enter(claim: Claim | None) -> SignedIn:
            return await self._by_password(claim, email, password, origin, codes)

        async def attempt() -> Guess:
            return await self._claims.attempt(email, origin)

        return await self._repeats.once("password", email, _joined(password, codes), enter, attempt)

    async def _by_password(
        self, claim: Claim | None, email: str, password: str, origin: Origin, codes: Codes
    ) -> SignedIn:
        guess = await self._claims.attempt(email, origin)
        credentials = await self._claims.matching(guess, password)
        if credentials is None:
            raise BadCredentials
        await self._factor.before_sign_in(credentials.user_id, codes.totp)
        await self._doorman.before_sign_in(credentials.user_id, origin, codes.mailed)
        forgiven = guess.forgiven(credentials)

        async def enter(encoded: str) -> SignedIn:
            renewed = await self._passwords.hash(password) if self._passwords.outdated(encoded) else None
            async with self._database.transaction() as connection:
                await self._repeats.claim(connection, claim)
                await self._hold_password(connection, credentials.user_id, encoded)
                if renewed is not None:
                    await self._accounts.renew_hash(connection, credentials.user_id, old=encoded, new=renewed)
                await self._throttle.forgive(connection, forgiven)
                now = self._clock.now()
                signed_in = await self._sessions.begin(
                    connection, credentials.user_id, origin, now, created=False, codes=codes
                )
                return await self._repeats.keep(connection, claim, signed_in)

        encoded = credentials.password_hash
        while encoded is not None:
            try:
                return await enter(encoded)
            except _PasswordReplacedError as replaced:
                # It may be the same password, whose outdated hash another sign-in renewed.
                encoded = replaced.encoded
                if not await self._passwords.verify(encoded, password):
                    raise BadCredentials from replaced
        raise BadCredentials

    async def _hold_password(self, connection: Connection, user_id: UUID, compared: str | None) -> None:
        """Hold an account whose password is still the one that was compared.

        A hash takes long, and waits for others. Whoever set a new password meanwhile has ended all sessions that the one
        before had begun: none may begin behind that.
        """
        still = await self._accounts.lock_credentials(connection, user_id)
        if still is None or still.password_hash != compared:
            raise _PasswordReplacedError(None if still is None else still.password_hash)

    async def challenge(self, chain: Chain, address: str, chain_id: str) -> Challenge:
        """Make a message for a wallet to sign."""
        challenge = new_challenge(chain, address, chain_id, self._domain, self._clock.now())
        async with self._database.connection() as connection:
            await self._challenges.insert_challenge(connection, challenge)
        return challenge

    async def by_wallet(
        self, nonce: str, signature: str, origin: Origin, codes: Codes = NO_CODES
    ) -> SignedIn:
        """Sign in with a signed challenge; the first sign-in of an address opens its account.

        Of two that are the first at once one loses all that it wrote, its challenge unused. It finds the other's
        account when it looks again: both of them proved that the address is theirs. So does one whose address was
        taken off its account at this moment, and then is the first.
        """

        async def enter(claim: Claim | None) -> SignedIn:
            challenge, owner = await self._signed(nonce, signature)
            if owner is not None:
                await self._factor.before_sign_in(owner, codes.totp)
                await self._doorman.before_sign_in(owner, origin, codes.mailed)
            try:
                return await self._by_wallet(claim, nonce, challenge, origin, codes)
            except _OwnerChangedError:
                return await self._by_wallet(claim, nonce, challenge, origin, codes)

        return await self._repeats.once("wallet", nonce, _joined(signature, codes), enter)

    async def _signed(self, nonce: str, signature: str) -> tuple[StoredChallenge, UUID | None]:
        """The challenge that was signed, and whose address signed it, if that is known."""
        async with self._database.connection() as connection:
            stored = await self._challenges.challenge(connection, nonce)
            challenge = open_challenge(stored, self._clock.now(), user_id=None)
            owner = await self._accounts.owner_of_wallet(connection, challenge.chain, challenge.address)
        # No connection is held while a chain is asked.
        await check_signature(challenge, signature, self._contracts)
        return challenge, owner

    async def _by_wallet(
        self, claim: Claim | None, nonce: str, challenge: StoredChallenge, origin: Origin, codes: Codes
    ) -> SignedIn:
        now = self._clock.now()
        async with self._database.transaction() as connection:
            await self._repeats.claim(connection, claim)
            if not await self._challenges.use_challenge(connection, nonce, now):
                raise ChallengeUnknown
            user_id, created = await self._owner(connection, challenge, origin, now)
            signed_in = await self._sessions.begin(
                connection, user_id, origin, now, created=created, codes=codes
            )
            return await self._repeats.keep(connection, claim, signed_in)

    async def _owner(
        self, connection: Connection, challenge: StoredChallenge, origin: Origin, now: datetime
    ) -> tuple[UUID, bool]:
        """Whose address it is, and whether the account was opened for it just now."""
        chain, address = challenge.chain, challenge.address
        owner = await self._accounts.owner_of_wallet(connection, chain, address)
        if owner is not None:
            await hold_account(connection, owner)
            # Whoever took the account over while we waited for it may have taken the address off it.
            if await self._accounts.owner_of_wallet(connection, chain, address) != owner:
                raise _OwnerChangedError
            return owner, False
        self._door.check(origin.address)
        user_id = uuid7()
        display_name = f"{address[:6]}…{address[-4:]}"
        await self._accounts.insert(connection, NewAccount(user_id, display_name, now))
        if not await self._accounts.insert_wallet(connection, Wallet(user_id, chain, address), now):
            raise _OwnerChangedError
        await events.user_registered(connection, user_id, display_name=display_name, method=chain, now=now)
        return user_id, True


def _account_id(email: str) -> UUID:
    """The id of the account that this request opens: the same one when the request comes again with its key."""
    caller = current_caller()
    if not caller.idempotency_key:
        return uuid7()
    return derived("register", caller.identity, email, caller.idempotency_key)


def _joined(secret: str, codes: Codes) -> str:
    """What makes two requests to sign in the same one."""
    return f"{secret}\0{codes.totp}\0{codes.mailed}"
