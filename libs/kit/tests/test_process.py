"""A process from its start to its end: configuration, readiness, SIGTERM."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit.authorization import Trust
from oraculum_kit.client import channel
from oraculum_kit.config import Environment
from oraculum_kit.keys import jwks, private_key_pem
from oraculum_kit.process import EXIT_CONFIGURATION, TrustConfig
from oraculum_kit.testing import Parties
from oraculum_kit.testing.speaking import SpeakingStub

PROCESS = """
import asyncio, os, structlog
from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.config import Environment
from oraculum_kit.process import run
from oraculum_kit.server import ServerConfig, serve
from oraculum_kit.telemetry import TelemetryConfig, telemetry
from oraculum_kit.testing import Parties
from oraculum_kit.testing.speaking import COUNT, SAY, Speaking, add_speaking

async def main():
    with Environment(os.environ) as environment:
        server, told = ServerConfig.read(environment), TelemetryConfig.read(environment)
    async def say(request):
        structlog.get_logger().info("saying")
        await asyncio.sleep(0.5)
        return request
    async with telemetry(told):
        access = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}
        await serve(server, services=[(add_speaking, Speaking(say))], access=access, trust=Parties().trust)

run(main)
"""


async def start(**variables: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", PROCESS,
        env={"PATH": os.environ["PATH"], **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def until(output: asyncio.StreamReader, event: str) -> dict[str, Any]:
    """Read log lines up to the first that tells of this event."""
    async with asyncio.timeout(30):
        while True:
            line: dict[str, Any] = json.loads(await output.readline())
            if line["event"] == event:
                return line


class TestRun:
    async def test_configuration_error_is_a_sentence(self) -> None:
        process = await start(DRAIN_SECONDS="long")
        _, said = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == EXIT_CONFIGURATION
        assert "Traceback" not in said.decode()
        for name in ("SERVICE_NAME", "GRPC_LISTEN", "INTERNAL_LISTEN", "DRAIN_SECONDS"):
            assert name in said.decode()

    async def test_sigterm_answers_what_is_running_and_ends_well(self) -> None:
        process = await start(
            ORACULUM_ENV="development",
            SERVICE_NAME="speaker",
            GRPC_LISTEN="127.0.0.1:0",
            INTERNAL_LISTEN="127.0.0.1:0",
        )
        assert process.stdout is not None
        started = await until(process.stdout, "server.started")
        async with channel(f"127.0.0.1:{started['port']}", None) as peer:
            call = asyncio.ensure_future(SpeakingStub(peer).Say(StringValue(value="still there")))
            await until(process.stdout, "saying")
            process.send_signal(signal.SIGTERM)
            assert (await call).value == "still there"
        await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0


class TestTrustConfig:
    @pytest.fixture
    def config(self, tmp_path: Path) -> TrustConfig:
        key = Ed25519PrivateKey.generate()
        (tmp_path / "wallet.pem").write_text(private_key_pem(key))
        (tmp_path / "services.json").write_text(json.dumps(jwks([("wallet", key.public_key())])))
        variables = {
            "SERVICE_NAME": "wallet",
            "SERVICE_KEY_FILE": str(tmp_path / "wallet.pem"),
            "SERVICE_KEYS_FILE": str(tmp_path / "services.json"),
        }
        with Environment(variables) as environment:
            return TrustConfig.read(environment)

    async def test_services_know_each_other_by_their_files(self, config: TrustConfig) -> None:
        trust: Trust = config.trust(Parties())
        header = config.identity().authorization()
        assert await trust.services.verify(header.removeprefix("Bearer ")) == "wallet"
