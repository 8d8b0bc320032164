"""Commands that a service brings along, run with the environment that the suite gives to that service.

In a cluster they are run in the service's own container: `kubectl exec deploy/auth -- python -m oraculum_auth.admin`.
"""

import subprocess
import sys
from collections.abc import Sequence

from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.project import ROOT
from oraculum_dev.suite import environment, steps
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.state import State
from oraculum_dev.suite.table import Plan
from oraculum_dev.suite.venues import Venues


def run(service: str, module: str, arguments: Sequence[str]) -> int:
    """Run a module of a service against the suite of this folder; its exit code."""
    home = Home.here()
    state = State.read(home)
    if state is None or not state.running:
        raise ProgramError("No suite runs in this folder. `make up` starts one.")
    plan = Plan(
        home=home,
        ports=Ports(state.port_base),
        venues=Venues(state.venues),
        replicas=state.replicas,
        external=state.external,
    )
    database = steps.database_url(plan.superuser_url, service, plan.keys)
    variables = environment.common(plan.ports, plan.keys, plan.addresses, plan.replicas)
    variables |= environment.of_service(service, service, plan.ports, plan.keys, database)
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode
