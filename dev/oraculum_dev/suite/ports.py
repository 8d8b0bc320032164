"""Which port each process listens on: all of them follow from one base, so that a second suite moves by one number."""

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass

from oraculum_dev.infrastructure.ports import HOST, is_free, owner
from oraculum_dev.infrastructure.programs import ProgramError

VARIABLE = "ORACULUM_PORT_BASE"
DEFAULT_BASE = 8000
OFFSETS: Mapping[str, int] = {
    "gateway": 0,
    "gateway internal": 1,
    "auth": 10,
    "auth internal": 11,
    "event": 12,
    "event internal": 13,
    "prediction": 14,
    "prediction internal": 15,
    "wallet": 16,
    "wallet internal": 17,
    "market-data": 18,
    "market-data internal": 19,
    "notification": 20,
    "notification internal": 21,
    "prediction-2": 22,
    "prediction-2 internal": 23,
    "prediction-3": 24,
    "prediction-3 internal": 25,
    "prediction-4": 26,
    "prediction-4 internal": 27,
    "venues": 30,
    "mail": 31,
    "prometheus": 32,
    "traces": 33,
    "identities": 34,
    "postgres": 40,
    "valkey": 41,
    "kafka": 42,
    "kafka controller": 43,
    "auth-2": 50,
    "auth-2 internal": 51,
    "event-2": 52,
    "event-2 internal": 53,
    "wallet-2": 54,
    "wallet-2 internal": 55,
    "market-data-2": 56,
    "market-data-2 internal": 57,
    "notification-2": 58,
    "notification-2 internal": 59,
}
SPAN = max(OFFSETS.values()) + 1


class PortTakenError(ProgramError):
    """A port of ours belongs to somebody else; the text says which, whose, and what to do."""


@dataclass(frozen=True)
class Ports:
    """The ports of one suite."""

    base: int

    @classmethod
    def chosen(cls) -> "Ports":
        """The base that the environment names (`free` picks one), or the friendly default."""
        text = os.environ.get(VARIABLE, "")
        if text == "free":
            return cls.free()
        if text and not (text.isdecimal() and 1024 <= int(text) <= 65535 - SPAN):
            raise ProgramError(
                f"{VARIABLE}={text} is not a port between 1024 and {65535 - SPAN}, nor `free`."
            )
        return cls(int(text) if text else DEFAULT_BASE)

    @classmethod
    def free(cls) -> "Ports":
        """A base whose ports are all free now, below the range from which systems give out ports by themselves."""
        for _ in range(200):
            ports = cls(random.SystemRandom().randrange(10_000, 32_000, 100))
            if not ports.taken(OFFSETS):
                return ports
        raise PortTakenError("No free range of ports was found between 10000 and 32000.")

    def of(self, name: str) -> int:
        """The port of a process, `gateway`, or of its internal pages, `gateway internal`."""
        return self.base + OFFSETS[name]

    def address(self, name: str) -> str:
        """The same as host:port."""
        return f"{HOST}:{self.of(name)}"

    def taken(self, names: Mapping[str, int] | list[str]) -> list[str]:
        """Which of these names find their port taken."""
        return [name for name in names if not is_free(self.of(name))]

    def require_free(self, names: list[str]) -> None:
        """Say who holds our ports, unless nobody does."""
        taken = self.taken(names)
        if taken:
            lines = [f"  {self.of(name)} ({name}): {owner(self.of(name))}" for name in taken]
            raise PortTakenError(
                "Ports are taken:\n"
                + "\n".join(lines)
                + f"\nStop what holds them, or move this suite: {VARIABLE}={self.base + 1000} make up"
            )
