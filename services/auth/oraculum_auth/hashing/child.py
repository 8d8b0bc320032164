"""A process that computes password hashes and nothing else, so that it can yield to everything else on the machine.

Orders are lines of JSON on its standard input, answers on its standard output, in the same order; a password is nowhere
else. Both are one socket, whose other end only auth has: when that closes, however auth ended, this ends too. Of the
service it imports nothing but how hashes are compared: what it weighs is Python, Argon2 and the hash that it computes.
"""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from argon2 import PasswordHasher

from oraculum_auth.hashing.matching import matches

# Linux gives sessions equal parts of the processors before it looks at how nice their processes are to each other.
_SESSION: Final = Path("/proc/self/autogroup")
# Those without privileges may set it ten times a second, on the whole machine.
_SESSION_TRIES: Final = 20
_SESSION_PAUSE_SECONDS: Final = 0.1
# Whoever had to wait for the processor by more than this part of what was computed is not alone on the machine.
_WAITED: Final = 0.25
# Then it rests nine times as long as it computed, so that a storm takes a tenth of one processor and no more.
_RESTS: Final = 9.0
_REST_SECONDS_MAX: Final = 1.0


def main() -> None:
    """Answer orders until there are no more."""
    settings = json.loads(sys.argv[1])
    os.nice(settings["niceness"])
    _give_way()
    hasher = PasswordHasher(**settings["cost"])
    _say({"session": _yield_session(settings["niceness"])})
    for line in sys.stdin.buffer:
        began, computed = time.perf_counter(), time.process_time()
        _say(_answer(hasher, json.loads(line)))
        computed = time.process_time() - computed
        time.sleep(rest_seconds(computed, time.perf_counter() - began))


def rest_seconds(computed: float, passed: float) -> float:
    """How long to rest after seconds of processor that took so many of time: not at all where nobody else wanted it."""
    if passed <= computed * (1 + _WAITED):
        return 0.0
    return min(computed * _RESTS, _REST_SECONDS_MAX)


def _give_way() -> None:
    """Leave the processor to whoever wakes up and wants it, where Linux allows; our session's share stays."""
    if hasattr(os, "SCHED_IDLE"):
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _answer(hasher: PasswordHasher, order: dict[str, str]) -> dict[str, Any]:
    if "encoded" in order:
        return {"matches": matches(hasher, order["encoded"], order["password"])}
    return {"hash": hasher.hash(order["password"])}


def _yield_session(niceness: int) -> str:
    """Let our session yield to others; what came of it. We have one of our own, so that it is ours alone."""
    if not _SESSION.exists():
        return "none"
    for _ in range(_SESSION_TRIES):
        try:
            _SESSION.write_text(str(niceness))
        except BlockingIOError:
            time.sleep(_SESSION_PAUSE_SECONDS)
        except OSError as error:
            return error.strerror or str(error)
        else:
            return "yields"
    return "busy"


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        main()
    except ConnectionError:
        # Auth ended while we computed. Nobody waits for the answer, and what is left of it is not flushed at exit.
        os._exit(0)
