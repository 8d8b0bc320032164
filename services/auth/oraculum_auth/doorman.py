"""Sign-ins that look unusual: another device, another country, a speed that nobody travels at.

Such a sign-in wants more than a password: the second factor, where there is one, and else a code that is mailed to the
proved address. Who has neither is let in, as before, and the log tells of it. Whoever comes in from a new device is told by
mail. A device is what the client calls itself (X-Device-Id), or else the kind of program it says it is. Where a program that
the account knows begins to tell a name, the first one is taken for the device that it was: nobody could have come in with
it who could not come in without.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum_auth import events, mailing
from oraculum_auth.devices import device_name
from oraculum_auth.errors import SecondFactorRequired, VerificationCodeWrong
from oraculum_auth.locations import Locations, Place, impossibly_fast
from oraculum_auth.records import Origin
from oraculum_auth.repository import Accounts, Mails
from oraculum_auth.repository.mails import Purpose
from oraculum_auth.repository.places import Known, Places
from oraculum_auth.throttle import Throttle, named_device
from oraculum_auth.vault import Vault
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database

_MAILED: Final = (
    "This sign-in looks unusual: send the code along that we mailed to you, as verification_code."
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What can be said of a sign-in's origin."""

    device: bytes
    # The kind of program, which is the device where it tells no name.
    program: bytes
    place: Place
    known: Known | None
    signs: tuple[str, ...]


class Doorman:
    """Knows people's devices and places."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        throttle: Throttle,
        vault: Vault,
        clock: Clock,
        locations: Locations,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._throttle = throttle
        self._vault = vault
        self._clock = clock
        self._locations = locations
        self._places = Places()
        self._mails = Mails()

    async def before_sign_in(self, user_id: UUID, origin: Origin, code: str) -> None:
        """Ask for a code where the sign-in looks unusual; count the attempt where one is shown."""
        async with self._database.transaction() as connection:
            seen = await self._look(connection, user_id, origin)
            if not seen.signs or not await self._can_be_asked(connection, user_id):
                return
            if not code:
                await mailing.ask_to_confirm_sign_in(connection, user_id)
                await events.audit(
                    connection,
                    "sign_in.unusual",
                    user_id,
                    now=self._clock.now(),
                    details={"signs": ",".join(seen.signs), "device": device_name(origin.user_agent)},
                )
        # Raised after the commit: the mail is asked for in it.
        if not code:
            raise SecondFactorRequired(_MAILED, method="mail", signs=",".join(seen.signs))
        await self._throttle.attempt([self._throttle.factor(user_id)])

    async def admit(
        self, connection: Connection, user_id: UUID, origin: Origin, code: str, *, second_factor: bool
    ) -> None:
        """Let somebody in, in the transaction of the sign-in: use the code up, and remember device and place."""
        now = self._clock.now()
        seen = await self._look(connection, user_id, origin)
        if seen.signs and not second_factor and await self._can_be_asked(connection, user_id):
            await self._use(connection, user_id, code, now)
        await self._places.learn(connection, user_id, seen.device, seen.program, seen.place, now)
        if seen.signs:
            await events.audit(
                connection,
                "sign_in.unusual_admitted",
                user_id,
                now=now,
                details={"signs": ",".join(seen.signs)},
            )
        if "new_device" in seen.signs:
            await mailing.tell(connection, user_id, "new_device")

    async def _look(self, connection: Connection, user_id: UUID, origin: Origin) -> _Seen:
        program = self._device(user_id, f"program {device_name(origin.user_agent)}")
        name = named_device(origin.device_id)
        device = program if name is None else self._device(user_id, f"id {name}")
        place = self._locations.place(origin.address)
        known = await self._places.known(connection, user_id, device, program)
        return _Seen(device, program, place, known, _signs(known, place, self._clock.now()))

    async def _can_be_asked(self, connection: Connection, user_id: UUID) -> bool:
        """Whether a mail reaches the person, and no second factor is asked for anyway."""
        account = await self._accounts.by_id(connection, user_id)
        return account is not None and account.email_verified and not account.totp_enabled

    async def _use(self, connection: Connection, user_id: UUID, code: str, now: datetime) -> None:
        if not code:
            raise SecondFactorRequired(_MAILED, method="mail")
        index = self._accounts.code_index(user_id, code.strip().replace(" ", ""))
        if await self._mails.use_token(connection, index, Purpose.SIGN_IN, now) != user_id:
            raise VerificationCodeWrong
        # Whoever came this far with a password or a signature reads the mails, too.
        await self._accounts.show_mailbox(connection, user_id)
        await self._throttle.forgive(connection, [self._throttle.factor(user_id)])

    def _device(self, user_id: UUID, name: str) -> bytes:
        return self._vault.index("device", f"{user_id} {name}")


def _signs(known: Known | None, place: Place, now: datetime) -> tuple[str, ...]:
    """What is unusual. Of somebody who never signed in before nothing is."""
    if known is None:
        return ()
    signs = []
    if not known.device:
        signs.append("new_device")
    if place.country and known.countries and place.country not in known.countries:
        signs.append("new_country")
    last = known.last
    if last is not None and impossibly_fast(last.place, last.seen_at, place, now):
        signs.append("impossible_speed")
    return tuple(signs)
