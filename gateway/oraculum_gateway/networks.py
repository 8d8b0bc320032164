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


@lru_cache(_REMEMBERED)
def plain(address: str) -> str:
    """An address as everybody behind us knows it: sockets for both versions show IPv4's inside IPv6's."""
    if ":" not in address:
        return address
    try:
        mapped = IPv6Address(address).ipv4_mapped
    except ValueError:
        return address
    return address if mapped is None else str(mapped)


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
    return any(parsed in network for network in networks)
