"""`python -m oraculum_dev.mail`: a mail server that delivers to nobody and keeps every mail as a file.

The suite's services send real mail to it, over real SMTP, and a person or a test reads the newest file.
"""

import argparse
import asyncio
import re
import signal
import sys
from collections.abc import Sequence
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from oraculum_kit.clock import SystemClock

_NAMES: Final = re.compile(r"[^A-Za-z0-9@._+-]")
_BYTES_MAX: Final = 1024 * 1024


class Catcher:
    """Writes what comes into a folder, the newest with the highest number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = [int(path.name.partition("-")[0]) for path in folder.glob("[0-9]*-*.eml")]
        self._numbers = count(max(taken, default=0) + 1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  SMTP's word
        """Keep one mail; whoever lists the folder finds it whole or not at all."""
        recipient = _NAMES.sub("_", str(envelope.rcpt_tos[0]))[:100]
        path = self._folder / f"{next(self._numbers):06}-{recipient}.eml"
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        received = f"Received: by oraculum; {format_datetime(SystemClock().now())}\r\n".encode()
        unfinished = path.with_suffix(".new")
        unfinished.write_bytes(received + content)
        unfinished.replace(path)
        return "250 kept"


async def serve(host: str, port: int, folder: Path) -> None:
    """Take mails until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    catcher = Catcher(folder)
    server = await loop.create_server(
        lambda: SMTP(catcher, data_size_limit=_BYTES_MAX, hostname="oraculum.local"), host, port
    )
    async with server:
        print(f"takes mail on {host}:{port}, keeps it in {folder}", flush=True)
        await stop.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server."""
    parser = argparse.ArgumentParser(prog="oraculum_dev.mail", description=__doc__)
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--folder", required=True, type=Path)
    options = parser.parse_args(arguments)
    host, _, port = options.listen.rpartition(":")
    asyncio.run(serve(host, int(port), options.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
