"""Where the venues are: the real ones, or the stand-in that speaks their protocols on this machine."""

import os
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from oraculum_dev.infrastructure.programs import ProgramError

VARIABLE = "VENUES"
REAL_HOSTS = ("gamma-api.polymarket.com", "api.elections.kalshi.com", "api.manifold.markets")
REACH_SECONDS = 2.0
# The addresses that market-data reads, and where the stand-in serves each of them.
STAND_IN_PATHS: Mapping[str, str] = {
    "POLYMARKET_GAMMA_URL": "http://{address}/polymarket/gamma",
    "POLYMARKET_CLOB_URL": "http://{address}/polymarket/clob",
    "POLYMARKET_DATA_URL": "http://{address}/polymarket/data",
    "POLYMARKET_WS_URL": "ws://{address}/polymarket/ws/market",
    "KALSHI_REST_URL": "http://{address}/kalshi/trade-api/v2",
    "KALSHI_WS_URL": "ws://{address}/kalshi/trade-api/ws/v2",
    "MANIFOLD_REST_URL": "http://{address}/manifold/v0",
    "MANIFOLD_WS_URL": "ws://{address}/manifold/ws",
}


@dataclass(frozen=True)
class Venues:
    """Which venues a suite follows, and why."""

    mode: str
    directory: Path | None = None
    because: str = ""

    @property
    def description(self) -> str:
        """One line for the screen."""
        if self.mode == "replay":
            return f"replay of {self.directory}"
        return {"live": "live: the venues' public endpoints", "sim": "sim: markets invented on this machine"}[
            self.mode
        ] + (f" ({self.because})" if self.because else "")

    def stand_in_arguments(self, listen: str) -> list[str]:
        """How the stand-in is called; beside the real venues it carries the scripted series only."""
        if self.mode == "replay":
            return ["--listen", listen, "--mode", "replay", "--directory", str(self.directory)]
        return ["--listen", listen, "--mode", "sim" if self.mode == "sim" else "script"]

    def environment(self, stand_in: str) -> dict[str, str]:
        """What market-data is told; its defaults are the real venues."""
        scripted = {"STAND_IN_URL": f"http://{stand_in}"}
        if self.mode == "live":
            return scripted
        return scripted | {name: url.format(address=stand_in) for name, url in STAND_IN_PATHS.items()}


def chosen(text: str | None = None) -> Venues:
    """What VENUES says; without it the real venues where they can be reached, else the stand-in's."""
    text = os.environ.get(VARIABLE, "") if text is None else text
    mode, _, place = text.partition(":")
    if not text:
        unreachable = _unreachable()
        if unreachable:
            return Venues("sim", because=f"{', '.join(unreachable)} cannot be reached from here")
        return Venues("live")
    if mode == "replay":
        directory = Path(place).resolve()
        if not place or not directory.is_dir():
            raise ProgramError(
                f"VENUES={text}: replay wants a folder of recordings, and {place or 'none'} is not one."
            )
        return Venues("replay", directory)
    if text not in {"live", "sim"}:
        raise ProgramError(f"VENUES={text} is neither `live`, `sim` nor `replay:DIR`.")
    return Venues(text)


def _unreachable() -> list[str]:
    with ThreadPoolExecutor(len(REAL_HOSTS)) as pool:
        return [
            host
            for host, reached in zip(REAL_HOSTS, pool.map(_reachable, REAL_HOSTS), strict=True)
            if not reached
        ]


def _reachable(host: str) -> bool:
    try:
        with socket.create_connection((host, 443), REACH_SECONDS):
            return True
    except OSError:
        return False
