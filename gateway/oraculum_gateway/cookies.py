"""Sessions of pages: tokens in cookies that no script can read, and a word that only our own page can repeat.

A page asks for cookies with `X-Session: cookie` when it signs in. Its tokens then travel in cookies of the form
`__Host-…` (HttpOnly, Secure, SameSite=Strict, for this host alone) and are not in the answer. A browser sends cookies
whoever made it ask, so a command that comes with them must repeat the third cookie, which a page of ours can read and
nobody else's, as `X-CSRF-Token`, and must not come from elsewhere. No host beside ours can set it: that is what
`__Host-` says. Whoever sends a bearer token or signs needs none of this.

A fourth cookie outlives the session: what its browser is called, unless it says so itself (X-Device-Id). Without a name no
account would know the device again, and whoever guesses at passwords elsewhere would shut it out, too.
"""

import hmac
import secrets
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from oraculum_gateway.problems import Problem
from oraculum_gateway.shapes.people import TokensOut
from oraculum_kit.headers import is_printable

WISH_HEADER: Final = "x-session"
CSRF_HEADER: Final = "x-csrf-token"
_DEVICE_HEADER: Final = "x-device-id"
ACCESS: Final = "__Host-oraculum-access"
REFRESH: Final = "__Host-oraculum-refresh"
CSRF: Final = "__Host-oraculum-csrf"
DEVICE: Final = "__Host-oraculum-device"
# As long as browsers keep any cookie.
_DEVICE_SECONDS: Final = 400 * 86_400
_READS: Final = frozenset({"GET", "HEAD"})
# What a browser says of a request that a page of ours makes, or that a person typed.
_OWN_SITES: Final = frozenset({"same-origin", "none"})


def wants_cookies(request: Request) -> bool:
    """Whether tokens shall go into cookies."""
    return request.headers.get(WISH_HEADER, "").lower() == "cookie"


def device_id(connection: HTTPConnection) -> str:
    """What a device calls itself, or what its browser was called when somebody signed in there.

    Services are told it as metadata, which is printable. A browser cannot help what is in its cookies.
    """
    told = connection.headers.get(_DEVICE_HEADER)
    if told and not is_printable(told):
        raise Problem(400, "malformed_device_id", "X-Device-Id has printable characters of ASCII.")
    named = connection.cookies.get(DEVICE, "")
    return (told or (named if is_printable(named) else ""))[:128]


def named_device(request: Request) -> str:
    """The same; a browser where somebody may sign in now is given a name that nobody guesses."""
    return device_id(request) or (secrets.token_urlsafe(24) if wants_cookies(request) else "")


def access_token(request: Request) -> str | None:
    """The token of a page's session; raises unless the page itself sent the command."""
    token = request.cookies.get(ACCESS)
    if token and request.method not in _READS:
        require_own_page(request)
    return token or None


def refresh_token(request: Request) -> str:
    """The token that renews a page's session, or nothing."""
    token = request.cookies.get(REFRESH, "")
    if token:
        require_own_page(request)
    return token


def require_own_page(request: Request) -> None:
    """Refuse what a browser sends for somebody else's page."""
    known = request.cookies.get(CSRF, "")
    given = request.headers.get(CSRF_HEADER, "")
    foreign = request.headers.get("sec-fetch-site", "same-origin") not in _OWN_SITES
    if (
        foreign
        or not _is_ours(request)
        or not known
        or not hmac.compare_digest(known.encode(), given.encode())
    ):
        raise Problem(
            403, "csrf_token_wrong", f"A command with cookies repeats the cookie {CSRF} as X-CSRF-Token."
        )


def socket_token(socket: WebSocket) -> str | None:
    """The token of a page's session that opens a socket; a browser opens sockets for any page, and says for which."""
    return socket.cookies.get(ACCESS) if "origin" in socket.headers and _is_ours(socket) else None


def _is_ours(connection: HTTPConnection) -> bool:
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


def hidden(tokens: TokensOut) -> TokensOut:
    """What a page is told of tokens that it never sees."""
    return tokens.model_copy(update={"access_token": "", "refresh_token": ""})


def give(request: Request, response: Response, tokens: TokensOut, device: str) -> None:
    """Put the tokens of a session into cookies, and the name of a browser that does not tell one itself."""
    if not request.headers.get(_DEVICE_HEADER):
        _set(response, DEVICE, device, _DEVICE_SECONDS)
    _set(response, ACCESS, tokens.access_token, tokens.expires_in)
    _set(response, REFRESH, tokens.refresh_token, tokens.refresh_expires_in)
    _set(response, CSRF, secrets.token_urlsafe(32), tokens.refresh_expires_in, readable=True)


def take(response: Response) -> None:
    """Take them away."""
    for name in (ACCESS, REFRESH, CSRF):
        _set(response, name, "", 0, readable=name == CSRF)


def _set(response: Response, name: str, value: str, seconds: int, *, readable: bool = False) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=not readable, samesite="strict"
    )
