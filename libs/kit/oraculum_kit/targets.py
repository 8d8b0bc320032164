"""Where a peer is: one `host:port`, a name with several addresses, or several addresses written one after the other."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Final

_DNS: Final = "dns:///"

Place = tuple[str, int]


def places(target: str) -> list[Place]:
    """The hosts and ports that a target names, in its order."""
    found = []
    for part in target.split(","):
        host, _, port = part.strip().removeprefix(_DNS).rpartition(":")
        if not host or not port.isdecimal():
            raise ValueError(f"{part.strip()!r} in the target {target!r} is not host:port")
        found.append((host.strip("[]"), int(port)))
    return found


def for_grpc(target: str) -> str:
    """A target as gRPC writes it. It takes a list of addresses, but not of names: a name has its own list, in DNS."""
    if "," not in target:
        return target
    named = places(target)
    try:
        versions = {ipaddress.ip_address(host).version for host, _ in named}
    except ValueError as error:
        raise ValueError(
            f"the target {target!r} lists names; give one name that has all addresses"
        ) from error
    if len(versions) > 1:
        raise ValueError(f"the target {target!r} mixes IPv4 and IPv6")
    return f"ipv{versions.pop()}:" + ",".join(_written(host, port) for host, port in named)


async def addresses(named: Sequence[Place]) -> frozenset[str]:
    """The addresses of all places now, each as `host:port`. Raises `OSError` when a name has none."""
    loop = asyncio.get_running_loop()
    found: set[str] = set()
    for host, port in named:
        for *_, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            found.add(_written(str(address[0]), port))
    return frozenset(found)


def _written(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
