"""A route as data: one declaration from which come the router, the checks and the OpenAPI document."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from oraculum_gateway.caching.keeping import Keep
from oraculum_gateway.problems import Problem
from oraculum_gateway.services import Services
from oraculum_kit.caller import User
from oraculum_kit.errors import Violation

B = TypeVar("B", bound=BaseModel)

PREFIX: Final = "/api/v1"


class Who(Enum):
    """Who may ask, as far as the gateway can say; the services decide for themselves again."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    CREATOR = "verified person, creator or administrator"
    ADMIN = "administrator"

    def admits(self, user: User | None) -> bool:
        """Whether this user may ask."""
        match self:
            case Who.ANYONE:
                return True
            case Who.SIGNED_IN:
                return user is not None
            case Who.CREATOR:
                return user is not None and (
                    not user.roles.isdisjoint({"creator", "admin"})
                    or user.tier in {"verified", "premium"}
                    or user.kyc == "approved"
                )
            case Who.ADMIN:
                return user is not None and "admin" in user.roles


class Limit(Enum):
    """How many requests are allowed; the figures are configuration."""

    READ = "read"
    COMMAND = "command"
    SIGN_IN = "sign_in"
    CREATE_EVENT = "create_event"


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose parts have been read and checked."""

    request: Request
    services: Services
    user: User | None
    idempotency_key: str
    body: Any = None
    query: Any = None

    def id(self, name: str) -> UUID:
        """An id of the path."""
        text = self.request.path_params[name]
        try:
            if len(text) == 36:
                return UUID(text)
        except ValueError:
            pass
        raise Problem(
            422, "invalid_request", "Some fields are not valid.", errors=[Violation(name, "is not a UUID")]
        )

    def text(self, name: str) -> str:
        """A word of the path."""
        text: str = self.request.path_params[name]
        return text

    @property
    def signed_in(self) -> User:
        """The user; the route's declaration has made sure that there is one."""
        if self.user is None:
            raise Problem(401, "unauthenticated", "Sign in first.")
        return self.user


@dataclass(frozen=True, slots=True)
class Created:
    """An answer that made something: 201 with its address, or 202 while it waits to be made."""

    body: BaseModel
    location: str
    pending: bool = False


Answer = BaseModel | Created | Response | None
Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address of the public surface."""

    method: str
    # Under /api/v1 unless it begins with it or `bare` says that it stands at the root.
    path: str
    name: str
    summary: str
    tag: str
    handler: Handler
    who: Who = Who.ANYONE
    limit: Limit = Limit.READ
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    # None answers with nothing (204), or with what `media` says.
    answer: Any = None
    status: int = 200
    # A command changes something: it carries a key and its answer is never cached.
    command: bool = False
    # Commands wait while maintenance is on, but for those by which people come, go, and shut others out.
    during_maintenance: bool = False
    # How long anybody may keep a public answer.
    shared_seconds: int = 0
    # How long we keep it ourselves, and what ends that; only for what is the same for everybody.
    keep: Keep | None = None
    example: Mapping[str, Any] | None = None
    # Codes of refusals beside those that every route has.
    refusals: Mapping[int, str] = field(default_factory=dict)
    # What it means when the answer is 202, where it may be.
    pending: str = ""
    media: str = "application/json"
    # Another form in which the same may be asked for, as text.
    other_media: str | None = None
    bare: bool = False

    @property
    def full_path(self) -> str:
        """The path from the root."""
        return self.path if self.bare else PREFIX + self.path
