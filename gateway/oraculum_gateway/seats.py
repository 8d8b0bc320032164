"""How many sockets one caller has open at this gateway, and how many channels all of them hear together.

Requests are limited by time; a socket stays, so whoever opens a few a minute would have all of them by tomorrow. A caller
is an account, or the address of strangers, as the limits count them.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from oraculum_gateway.limits import counted
from oraculum_gateway.problems import Problem
from oraculum_kit.caller import User


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one caller may have at once."""

    sockets: int
    channels: int


# Of networks that no limit holds.
UNBOUNDED: Final = Bounds(sys.maxsize, sys.maxsize)


@dataclass(slots=True)
class _Taken:
    sockets: int = 0
    channels: int = 0


class Seats:
    """Gives seats to callers while there are any."""

    def __init__(self, sockets_max: int, *, stranger: Bounds, account: Bounds) -> None:
        """So many in all, and so much for each caller."""
        self._sockets_max = sockets_max
        self._stranger = stranger
        self._account = account
        self._sockets = 0
        self._taken: dict[str, _Taken] = {}

    def require_room(self) -> None:
        """Raise a 503 if nobody can be let in, whoever it is."""
        if self._sockets >= self._sockets_max:
            raise Problem(
                503, "too_many_sockets", "Too many sockets are open here.", headers={"retry-after": "5"}
            )

    def take(self, user: User | None, address: str, *, unbounded: bool) -> "Seat":
        """A seat for a new socket; raises if there is none for this caller."""
        self.require_room()
        seat = Seat(self, address, unbounded=unbounded)
        seat.move(user)
        self._sockets += 1
        return seat

    def leave(self) -> None:
        """One socket fewer; for seats."""
        self._sockets -= 1

    def bounds(self, user: User | None) -> Bounds:
        """What such a caller may have."""
        return self._stranger if user is None else self._account

    def add(self, caller: str, *, sockets: int, channels: int) -> None:
        """Count what a caller has; for seats. Who has nothing is forgotten."""
        taken = self._taken.setdefault(caller, _Taken())
        taken.sockets += sockets
        taken.channels += channels
        if not (taken.sockets or taken.channels):
            del self._taken[caller]

    def of(self, caller: str) -> _Taken:
        """What a caller has; for seats."""
        return self._taken.get(caller) or _Taken()

    @property
    def taken(self) -> Mapping[str, _Taken]:
        """What everybody has who has anything."""
        return self._taken


class Seat:
    """One socket's place among those of its caller."""

    def __init__(self, seats: Seats, address: str, *, unbounded: bool) -> None:
        self._seats = seats
        self._address = address
        self._unbounded = unbounded
        self._caller: str | None = None
        self._bounds = UNBOUNDED
        self._channels = 0

    def move(self, user: User | None) -> None:
        """Count it, with all that it hears, against this caller from now on; raises, and moves nothing, past a bound."""
        _, caller = counted(user, self._address)
        if caller == self._caller:
            return
        bounds = UNBOUNDED if self._unbounded else self._seats.bounds(user)
        has, whose = self._seats.of(caller), "your address" if user is None else "your account"
        if has.sockets >= bounds.sockets:
            raise Problem(
                429,
                "too_many_sockets",
                f"{bounds.sockets} sockets of {whose} are open here, and no more may be: close one first.",
                headers={"retry-after": "30"},
            )
        if has.channels + self._channels > bounds.channels:
            raise Problem(429, "too_many_channels", self._too_many(bounds))
        self._withdraw()
        self._caller, self._bounds = caller, bounds
        self._seats.add(caller, sockets=1, channels=self._channels)

    def hear(self) -> str | None:
        """Count one more channel; why not, if so."""
        if self._caller is None or self._seats.of(self._caller).channels >= self._bounds.channels:
            return self._too_many(self._bounds)
        self._channels += 1
        self._seats.add(self._caller, sockets=0, channels=1)
        return None

    def hear_less(self) -> None:
        """Count one channel fewer."""
        if self._caller is not None:
            self._channels -= 1
            self._seats.add(self._caller, sockets=0, channels=-1)

    def leave(self) -> None:
        """Give it back, with all that it hears."""
        if self._caller is not None:
            self._withdraw()
            self._caller = None
            self._seats.leave()

    def _withdraw(self) -> None:
        if self._caller is not None:
            self._seats.add(self._caller, sockets=-1, channels=-self._channels)

    @staticmethod
    def _too_many(bounds: Bounds) -> str:
        return f"all your sockets together hear {bounds.channels} channels here at most"
