"""What processes take: seconds of processor, and megabytes of memory. Linux tells it in `/proc`."""

import os
import resource
from collections.abc import Mapping
from pathlib import Path

# utime and stime, counted from behind the name, which may have blanks in it.
_TIMES = slice(11, 13)


def memory() -> float:
    """Megabytes that this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2


def processor(processes: Mapping[str, int]) -> dict[str, float]:
    """Seconds of processor that processes, by their ids, have had so far."""
    return {name: _seconds(process) for name, process in processes.items()}


def _seconds(process: int) -> float:
    behind_name = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    return sum(int(ticks) for ticks in behind_name.split()[_TIMES]) / os.sysconf("SC_CLK_TCK")
