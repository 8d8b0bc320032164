"""The machine's own limit: what PostgreSQL's own benchmark reaches with the same server, settings and disk.

`pgbench` runs its TPC-B before the suite starts, alone on the machine: a transaction there is three updates, a select
and an insert, about what one bet would be if bets were written one by one.
"""

import re
import secrets
import shutil
import subprocess
from pathlib import Path

from oraculum_dev.bench.figure import Limit
from oraculum_dev.infrastructure.ports import HOST, free_port
from oraculum_dev.infrastructure.postgres import INSTALLATION, Postgres
from oraculum_dev.infrastructure.programs import ProgramError, spawn, stop, wait_ready
from oraculum_dev.suite.home import Home

CLIENTS, THREADS = 32, 2
RATE = re.compile(r"tps = ([\d.]+)")
WHAT = f"pgbench tpcb c={CLIENTS}"
STOP_SECONDS = 30.0
# On a busy machine its clients take a while to connect, and without a transaction it tells no rate.
SECONDS_MIN = 10


def transactions_a_second(folder: Path, seconds: float, scale: int) -> Limit:
    """Start a server as the suite's is started, fill it, and let pgbench run."""
    home = Home(folder / "limit")
    password = secrets.token_hex(8)
    server = Postgres(folder=home.postgres, port=free_port(), password=password, log=folder / "limit.log")
    server.prepare()
    program = server.program()
    process = spawn(program)
    try:
        wait_ready(process, program, server.ready, server.timeout_seconds)
        _pgbench(server, "-i", "-q", "-s", str(scale))
        told = _pgbench(
            server,
            *(
                "-M",
                "prepared",
                "-c",
                str(CLIENTS),
                "-j",
                str(THREADS),
                "-T",
                str(max(SECONDS_MIN, round(seconds))),
            ),
        )
    finally:
        stop(process, program.stop_signal, STOP_SECONDS)
        shutil.rmtree(server.folder, ignore_errors=True)
    found = RATE.search(told)
    if found is None:
        raise ProgramError(f"pgbench told no rate:\n{told}")
    return Limit(float(found[1]), WHAT)


def _pgbench(server: Postgres, *arguments: str) -> str:
    result = subprocess.run(
        [_binary(), "-h", HOST, "-p", str(server.port), "-U", "postgres", *arguments, "postgres"],
        env={"PGPASSWORD": server.password, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise ProgramError(f"pgbench failed:\n{result.stderr.strip()[-2000:]}")
    return result.stdout


def _binary() -> str:
    return str(INSTALLATION / "bin" / "pgbench")
