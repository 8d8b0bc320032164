"""The pages that the gateway serves: plain files, no inline script, nothing from elsewhere."""

from collections.abc import Mapping
from importlib import resources
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

_TYPES: Final[Mapping[str, str]] = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_FILES: Final[Mapping[str, str]] = {
    "/docs": "docs.html",
    "/docs/docs.css": "docs.css",
    "/docs/docs.js": "docs.js",
    # Where the links of auth's mails lead.
    "/verify-email": "verify-email.html",
    "/reset-password": "reset-password.html",
    "/forgot-password": "forgot-password.html",
    "/account.js": "account.js",
}
_HEADERS: Final = {"cache-control": "public, max-age=300"}

PATHS: Final = tuple(_FILES)


async def page(request: Request) -> Response:
    """One of the files."""
    name = _FILES[request.url.path]
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return Response(text, 200, _HEADERS, _TYPES[name[name.rindex(".") :]])


async def home(_: Request) -> Response:
    """The root leads to the documentation."""
    return RedirectResponse("/docs", 307)
