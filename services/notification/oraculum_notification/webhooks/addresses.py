"""Where a webhook may go: the public internet, and nothing that only we can reach.

Whoever names a URL makes us open a connection, so a name that leads to a private address, to the machine itself or to a
cloud's metadata service would turn us into a way in (server-side request forgery). The URL is looked at when it is
given; what its name stands for is looked at whenever a connection is opened, and that very address is connected to.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

URL_LENGTH_MAX: Final = 2048
_LABEL: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_HOST_LENGTH_MAX: Final = 253
_VISIBLE: Final = re.compile(r"[!-~]+")
_HTTPS_PORT: Final = 443
_HTTP_PORT: Final = 80
# Addresses that stand for others: a gateway behind them would take us to the one inside.
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_TRANSLATED: Final = (
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("2002::/16"),
    ipaddress.IPv6Network("2001::/32"),
    ipaddress.IPv6Network("::/96"),
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UrlRefusedError(ValueError):
    """Webhooks do not go to such a URL; the message says why, for whoever gave it."""


class AddressRefusedError(OSError):
    """A name stands for an address that webhooks do not go to."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL, taken apart once: what is checked is what is connected to."""

    secure: bool
    host: str
    port: int
    # Path and query.
    target: str

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _HTTPS_PORT if self.secure else _HTTP_PORT
        return host if self.port == usual else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Rules:
    """What is allowed; on a development machine also http, any port, and the machine itself."""

    development: bool

    def destination(self, url: str) -> Destination:
        """The URL's parts, if webhooks may go there."""
        if not 1 <= len(url) <= URL_LENGTH_MAX or not _VISIBLE.fullmatch(url) or "\\" in url:
            raise UrlRefusedError(f"is a URL of at most {URL_LENGTH_MAX} visible ASCII characters")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise UrlRefusedError("cannot be read as a URL") from None
        if parts.scheme != "https" and not (self.development and parts.scheme == "http"):
            raise UrlRefusedError("begins with https://")
        if not host:
            raise UrlRefusedError("names a host")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise UrlRefusedError("has no user, no password and no fragment")
        secure = parts.scheme == "https"
        port = port if port is not None else (_HTTPS_PORT if secure else _HTTP_PORT)
        if port != _HTTPS_PORT and not self.development:
            raise UrlRefusedError(f"has port {_HTTPS_PORT}")
        self._check_host(host)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Destination(secure, host, port, target)

    def _check_host(self, host: str) -> None:
        try:
            literal = ipaddress.ip_address(host)
        except ValueError:
            labels = host.removesuffix(".").split(".")
            named = len(host) <= _HOST_LENGTH_MAX and all(_LABEL.fullmatch(label) for label in labels)
            # A name without a dot is one of our own network's.
            if not named or (len(labels) == 1 and not self.development):
                raise UrlRefusedError("names a host of the public internet") from None
            return
        if not self.admits(literal):
            raise UrlRefusedError("does not lead to a private, local or reserved address")

    def admits(self, address: Address) -> bool:
        """Whether a connection may be opened to this address."""
        if isinstance(address, ipaddress.IPv6Address):
            inner = address.ipv4_mapped
            if inner is None and address in _NAT64:
                inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
            if inner is not None:
                return self.admits(inner)
            if address.is_loopback:
                return self.development
            if address.is_site_local or any(address in network for network in _TRANSLATED):
                return False
        if address.is_loopback:
            return self.development
        return address.is_global and not (
            address.is_multicast or address.is_reserved or address.is_link_local or address.is_unspecified
        )
