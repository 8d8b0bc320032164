"""What must be known of people before money moves, asked where it moves: rules that the environment gives.

    KYC_FREE_DOLLARS=500             what may move before an identity check is approved; `any` asks for no check
    CLOSED_JURISDICTIONS=US-NY,FR    from where nobody brings money in, whatever they were allowed before

A person's token says what auth knew when it was given, and ends within a second when that changes: no word of auth's that
came another way is newer for certain. What auth told stands beside a service's own data, for what is done in somebody's name
while they are away, and for who is barred. Money may always leave: nobody asks these rules about that.
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Self

from oraculum_kit.caller import User
from oraculum_kit.config import Environment
from oraculum_kit.errors import PermissionDenied

APPROVED: Final = "approved"
REJECTED: Final = "rejected"
_ANY: Final = "any"
_NOTHING: Final = "0"
_DOLLAR_UNITS: Final = 1_000_000
_DOLLARS_MAX: Final = 1_000_000_000
_STATE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)


class PersonBarred(PermissionDenied):
    """The account is barred: it brings no money in and buys nothing. What it has stays its owner's."""

    reason = "PERSON_BARRED"


class IdentityCheckRequired(PermissionDenied):
    """Your identity must be checked first: POST /users/me/kyc begins that."""

    reason = "IDENTITY_CHECK_REQUIRED"


class JurisdictionClosed(PermissionDenied):
    """The law does not let us take money in from where you live. What you have can be withdrawn."""

    reason = "JURISDICTION_CLOSED"


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of a person."""

    kyc: str = ""
    jurisdiction: str = ""
    barred: bool = False
    # Whether a token says it, which counts no more when it is not so any more.
    by_token: bool = False

    @classmethod
    def of(cls, user: User | None) -> Self:
        """As their token has it."""
        return cls() if user is None else cls(user.kyc, user.jurisdiction, by_token=True)

    def updated(self, told: "Identity | None") -> "Identity":
        """With what auth has told. Beside a token that is who is barred alone: of the check, the token knows better.

        What a token said that is no more at hand stands as long as it refuses: what is told may be older.
        """
        if told is None:
            return self
        if self.by_token or not told.kyc or self.kyc == REJECTED:
            return replace(self, barred=told.barred)
        return told


# Of whom nothing is known.
NOBODY: Final = Identity()


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """What is asked of people who bring money in or put it at stake."""

    # None asks for no check.
    free_dollars: int | None = None
    closed: frozenset[str] = frozenset()

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """KYC_FREE_DOLLARS and CLOSED_JURISDICTIONS. In production nothing moves without a check unless this says so."""
        free = environment.text("KYC_FREE_DOLLARS", _ANY if environment.development else _NOTHING)
        dollars: int | None = None
        if free != _ANY:
            digits = free.isascii() and free.isdecimal()
            dollars = int(free[:20]) if digits else 0
            if not digits or dollars > _DOLLARS_MAX:
                environment.refuse(
                    "KYC_FREE_DOLLARS", f"{free!r} is neither `any` nor whole dollars, {_DOLLARS_MAX} at most"
                )
        closed = frozenset(
            state
            for part in (environment.optional("CLOSED_JURISDICTIONS") or "").split(",")
            if (state := part.strip())
        )
        for state in sorted(closed):
            if not _STATE.fullmatch(state):
                environment.refuse(
                    "CLOSED_JURISDICTIONS", f"{state!r} is no ISO 3166 code such as FR or US-NY"
                )
        return cls(dollars, closed)

    def asks(self, person: Identity) -> bool:
        """Whether it matters how much this person has moved."""
        return self.free_dollars is not None and person.kyc != APPROVED

    def refuses(self, person: Identity, moved_units: int | None) -> PermissionDenied | None:
        """Why a person may not, if they may not.

        `moved_units` are what they would have moved then, in dollars' millionths; None where that cannot be said in
        dollars, which would be the way around.
        """
        if person.barred:
            return PersonBarred()
        if self.closed and {person.jurisdiction, person.jurisdiction.partition("-")[0]} & self.closed:
            return JurisdictionClosed(jurisdiction=person.jurisdiction)
        if self.free_dollars is None or person.kyc == APPROVED:
            return None
        if moved_units is not None and moved_units <= self.free_dollars * _DOLLAR_UNITS:
            return None
        sentence = (
            f"More than {self.free_dollars} dollars want an identity check: POST /users/me/kyc begins it."
        )
        return IdentityCheckRequired(
            sentence if self.free_dollars else None,
            rule="kyc",
            limit=self.free_dollars,
            kyc=person.kyc or "none",
        )
