"""Networks that the operator shuts out, and those that no limit holds."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network

_REMEMBERED: Final = 10_000


def parse_networks(text: str) -> tuple[Network, ...]:
    """`10.0.0.0/8, 2001:db8::/32, 192.0.2.7`; raises ValueError with what is none."""
    return tuple(ip_network(part) for part in text.replace(",", " ").split())


class Networks:
    """What the operator said of networks."""

    def __init__(self, denied: Sequence[Network] = (), unlimited: Sequence[Network] = ()) -> None:
        self.denies = lru_cache(_REMEMBERED)(lambda address: _within(address, denied))
        self.frees = lru_cache(_REMEMBERED)(lambda address: _within(address, unlimited))


def _within(address: str, networks: Sequence[Network]) -> bool:
    if not networks:
        return False
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks)
