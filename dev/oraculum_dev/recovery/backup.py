"""`oraculum backup`: copy the database of the running suite whole; with its archive it can be restored to any later moment."""

from collections.abc import Sequence

from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.state import State
from oraculum_dev.suite.table import Plan
from oraculum_dev.suite.venues import Venues


def main(_: Sequence[str]) -> int:
    """Copy, and say where it lies."""
    home = Home.here()
    state = State.read(home)
    if state is None or not state.running:
        raise ProgramError("No suite runs in this folder. `BACKUP=1 make up` starts one that archives.")
    if "postgres" in state.external:
        raise ProgramError("The database is somebody else's, and so are its backups.")
    plan = Plan(home=home, ports=Ports(state.port_base), venues=Venues(state.venues))
    backup = plan.archive.copy(plan.postgres)
    print(f"complete at {backup.finished_at.isoformat()}: {backup.folder}")
    return 0
