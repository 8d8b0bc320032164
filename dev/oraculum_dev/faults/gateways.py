"""Gateways that disagree about who leads an event: each knows one replica of prediction only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from oraculum_dev.demo.api import Api
from oraculum_dev.faults.scene import Scene
from oraculum_dev.infrastructure.ports import HOST, free_port
from oraculum_dev.infrastructure.programs import spawn, stop, wait_ready
from oraculum_dev.suite.probe import get
from oraculum_dev.suite.table import Plan, gateway_program
from oraculum_dev.suite.venues import Venues

READY_SECONDS = 60.0
STOP_SECONDS = 20.0


@asynccontextmanager
async def gateway_to(scene: Scene, prediction: str) -> AsyncIterator[Api]:
    """One more gateway of the suite, whose orders all go to this process of prediction."""
    suite = scene.suite
    plan = Plan(home=suite.home, ports=suite.ports, venues=Venues("sim"))
    listen, internal = f"{HOST}:{free_port()}", free_port()
    program = gateway_program(
        plan,
        name=f"gateway to {prediction}",
        settings={
            "HTTP_LISTEN": listen,
            "INTERNAL_LISTEN": f"{HOST}:{internal}",
            "PREDICTION_TARGET": suite.ports.address(prediction),
        },
    )
    process, api = spawn(program), Api(f"http://{listen}")
    try:
        await asyncio.to_thread(
            wait_ready,
            process,
            program,
            lambda: bool(asyncio.run(get(int(listen.rpartition(":")[2]), "/api/v1/health"))),
            READY_SECONDS,
        )
        yield api
    finally:
        await api.close()
        await asyncio.to_thread(stop, process, program.stop_signal, STOP_SECONDS)
