"""The settings of the stand-in: flags, and variables of the environment that stand for a flag not given."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oraculum_dev.venues.sim.series import Timing

MODES = ("sim", "replay", "script")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be chosen."""

    host: str = "127.0.0.1"
    port: int = 8700
    mode: str = "sim"
    directory: Path | None = None
    speed: float = 1.0
    longest_wait_seconds: float = 2.0
    seed: int = 1
    rate: float = 30.0
    markets_per_venue: int = 0
    keep_seconds: float = 3600.0
    timing: Timing = Timing()  # noqa: RUF009 - frozen, so sharing it is safe
    require_kalshi_key: bool = False
    kalshi_public_key: Path | None = None
    manifold_silence_seconds: float = 60.0
    kalshi_heartbeat_seconds: float = 10.0


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    def default(name: str, value: object) -> str:
        return environment.get(name, str(value))

    timing, settings = Timing(), Settings()
    parser = argparse.ArgumentParser(prog="oraculum_dev.venues", description=__doc__)
    add = parser.add_argument
    add(
        "--listen",
        default=default("VENUES_LISTEN", "127.0.0.1:8700"),
        help="HOST:PORT, loopback unless you mean it",
    )
    add("--mode", choices=MODES, default=default("VENUES_MODE", "sim"))
    add(
        "--directory",
        type=Path,
        default=environment.get("VENUES_DIRECTORY"),
        help="recordings, for --mode replay",
    )
    add(
        "--speed",
        type=float,
        default=default("VENUES_SPEED", settings.speed),
        help="of the replay, 1 is as recorded",
    )
    add("--longest-wait", type=float, default=default("VENUES_LONGEST_WAIT", settings.longest_wait_seconds),
        help="seconds that a replay waits at most between two frames")  # fmt: skip
    add("--seed", type=int, default=default("VENUES_SEED", settings.seed))
    add(
        "--rate",
        type=float,
        default=default("VENUES_RATE", settings.rate),
        help="updates a second, all venues together",
    )
    add(
        "--markets",
        type=int,
        default=default("VENUES_MARKETS", 0),
        help="at least so many markets on each venue",
    )
    add("--keep", type=float, default=default("VENUES_KEEP", settings.keep_seconds),
        help="seconds that a resolved market stays listed")  # fmt: skip
    add(
        "--series-every",
        type=float,
        default=default("SERIES_EVERY", timing.every),
        help="seconds; 0 switches it off",
    )
    add("--series-tradable-seconds", type=float, default=default("SERIES_TRADABLE_SECONDS", timing.tradable))
    add("--series-resolve-after", type=float, default=default("SERIES_RESOLVE_AFTER", timing.resolve_after))
    add("--series-settle", type=float, default=default("SERIES_SETTLE", timing.settle),
        help="seconds between a result being stated and being final")  # fmt: skip
    add(
        "--require-kalshi-key",
        action="store_true",
        help="refuse Kalshi sockets that carry no key, as the venue does",
    )
    add(
        "--kalshi-public-key",
        type=Path,
        help="PEM; refuse Kalshi sockets that are not signed with its private half",
    )
    return parser


def read(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings, or end the process with what is wrong about them."""
    parser = _parser(environment)
    given = parser.parse_args(arguments)
    host, _, port = given.listen.rpartition(":")
    if not host or not port.isdigit():
        parser.error(f"--listen wants HOST:PORT, not {given.listen!r}")
    if given.mode == "replay" and (given.directory is None or not given.directory.is_dir()):
        parser.error("--mode replay wants --directory with recordings in it")
    try:
        timing = Timing(
            given.series_every, given.series_tradable_seconds, given.series_resolve_after, given.series_settle
        )
    except ValueError as error:
        parser.error(str(error))
    return Settings(
        host=host,
        port=int(port),
        mode=given.mode,
        directory=given.directory,
        speed=given.speed,
        longest_wait_seconds=given.longest_wait,
        seed=given.seed,
        rate=given.rate,
        markets_per_venue=given.markets,
        keep_seconds=given.keep,
        timing=timing,
        require_kalshi_key=given.require_kalshi_key,
        kalshi_public_key=given.kalshi_public_key,
    )
