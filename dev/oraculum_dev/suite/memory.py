"""How much memory a suite takes: the proportional share of every process, so that what they share counts once."""

import psutil

from oraculum_dev.suite.state import ProcessId, State


def family(root: ProcessId) -> list[psutil.Process]:
    """A process and all it started."""
    process = root.find()
    if process is None:
        return []
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return [process]


def bytes_of(root: ProcessId, *, alone: bool = False) -> int:
    """The memory of a process, with its children unless alone: PSS on Linux, what is its own elsewhere."""
    total = 0
    for process in family(root)[: 1 if alone else None]:
        try:
            info = process.memory_full_info()
            total += getattr(info, "pss", info.uss)
        except psutil.Error:
            # It ended between being listed and being asked, or belongs to somebody else.
            continue
    return total


def of_suite(state: State) -> dict[str, int]:
    """The memory of each process of a suite by name, the runner's own among them."""
    taken = {name: bytes_of(identity) for name, identity in state.processes.items()}
    return taken | {"runner": bytes_of(state.runner, alone=True)}
