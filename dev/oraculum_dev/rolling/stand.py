"""What a rehearsal restarts: two of each process and a balancer before the gateways, whatever they run in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from oraculum_dev.demo.person import Person
from oraculum_dev.demo.wallets import Wallet

# As a cluster has them; the limits would keep twenty people from asking as much as thousands.
SETTINGS: Final = {
    "DRAIN_SECONDS": "3",
    "LOG_LEVEL": "warning",
    "RATE_LIMIT_BASIC": "300000/60",
    "RATE_LIMIT_SIGN_IN": "100000/60",
}
BACK_SECONDS: Final = 120.0


class Stand(Protocol):
    """Something that can be restarted piece by piece."""

    @property
    def port(self) -> int:
        """Where people come in, on this machine."""
        ...

    @property
    def logs(self) -> Path:
        """What is kept of a rehearsal that failed."""
        ...

    def start(self) -> None:
        """Bring everything up; return when it serves."""
        ...

    async def operator(self) -> Wallet:
        """Somebody who signed in and was then made an administrator."""
        ...

    async def open_events(self, operator: Person) -> Sequence[str]:
        """Fresh events, so many that every process of prediction has orders of its own."""
        ...

    async def restart(self, service: str) -> None:
        """Replace each process of a service in turn; return when the last one serves."""
        ...

    def end(self) -> None:
        """Take away whatever was started, as far as it was."""
        ...
