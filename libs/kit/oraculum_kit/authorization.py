"""Who may call what: one table per service, proved complete at start.

    ACCESS = {
        "/oraculum.wallet.v1.WalletService/GetBalances": Access(users=SIGNED_IN),
        "/oraculum.wallet.v1.WalletService/CreateTransfers": Access(services=frozenset({"prediction"})),
        "/oraculum.wallet.v1.WalletService/CheckLedger": Access(users=frozenset({"admin"})),
    }

A call passes when its user satisfies `users` or its calling service is one of `services`. Users come through the
gateway or directly, their own token proves them either way. A token that is presented is verified, and a bad one
refuses the call even where none was needed. Whether a row belongs to the caller is the servicer's question.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from oraculum_kit.caller import User, current_caller
from oraculum_kit.errors import NotFound, PermissionDenied, Unauthenticated
from oraculum_kit.tokens import TokenInvalid, TokenVerifier

# A command that a service passes on may outlive the token it came with: it was valid when the command began.
PASSED_ON_GRACE: Final = timedelta(seconds=60)

_BEARER: Final = "Bearer "
_NO_GRACE: Final = timedelta()


class Users(enum.Enum):
    """Which people, where no role decides."""

    NOBODY = "nobody"
    SIGNED_IN = "signed in"
    ANYONE = "anyone"


NOBODY: Final = Users.NOBODY
SIGNED_IN: Final = Users.SIGNED_IN
ANYONE: Final = Users.ANYONE


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a method. `users` as a set of role names wants any one of them."""

    users: frozenset[str] | Users = NOBODY
    services: frozenset[str] = frozenset()

    def allows(self, user: User | None, service: str | None) -> bool:
        """Whether these two, each of them proved or absent, may call."""
        if service is not None and service in self.services:
            return True
        if isinstance(self.users, Users):
            return self.users is ANYONE or (self.users is SIGNED_IN and user is not None)
        return user is not None and not self.users.isdisjoint(user.roles)


class AccessTableError(Exception):
    """The access table and the registered methods do not agree."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens this process believes."""

    users: TokenVerifier[User]
    services: TokenVerifier[str]


class Authorizer:
    """Verifies the tokens of a call and asks the table."""

    def __init__(self, trust: Trust, table: Mapping[str, Access]) -> None:
        self._trust = trust
        self._table = dict(table)

    def check(self, methods: Iterable[str]) -> None:
        """Refuse to start unless table and methods are the same set."""
        registered = set(methods)
        missing = sorted(registered - set(self._table))
        unknown = sorted(set(self._table) - registered)
        if missing or unknown:
            raise AccessTableError(
                f"methods without access: {missing}; access to methods that do not exist: {unknown}"
            )

    async def authorize(
        self, method: str, user_header: str | None, service_header: str | None
    ) -> tuple[User | None, str | None]:
        """Who calls, as far as tokens prove it; raises unless they may."""
        service = None
        if service_header is not None:
            service = await self._trust.services.verify(_bearer(service_header))
        user = None
        if user_header is not None:
            grace = _NO_GRACE if service is None else PASSED_ON_GRACE
            user = await self._trust.users.verify(_bearer(user_header), grace=grace)
        access = self._table[method]
        if access.allows(user, service):
            return user, service
        # Whom signing in could help is told so; whom it could not is told the truth.
        if user is None and (service is None or access.users is not NOBODY):
            raise Unauthenticated(method=method)
        raise PermissionDenied(method=method)


def require_user() -> User:
    """The person who calls; for methods that a service may call on its own but this path may not."""
    user = current_caller().user
    if user is None:
        raise Unauthenticated
    return user


def require_owner(owner_id: UUID, *, missing: NotFound, roles: frozenset[str] = frozenset()) -> None:
    """Refuse unless the caller owns the row, has one of the roles, or is a service without a user.

    Somebody else's row looks like no row: the error is `missing`, the same one that says there is none.
    """
    caller = current_caller()
    if caller.user is None:
        if caller.service is None:
            raise Unauthenticated
        return
    if caller.user.id != owner_id and roles.isdisjoint(caller.user.roles):
        raise missing


def _bearer(header: str) -> str:
    if not header.startswith(_BEARER):
        raise TokenInvalid
    return header[len(_BEARER) :]
