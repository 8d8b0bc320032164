"""What a server tells those who operate it: health, readiness, metrics, and its interface when asked to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import httpx
from google.protobuf.wrappers_pb2 import StringValue
from grpc_health.v1 import health_pb2, health_pb2_grpc

from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.health import Health
from oraculum_kit.server import ServerConfig
from oraculum_kit.testing import Parties, Served, serving
from oraculum_kit.testing.speaking import COUNT, SAY, Speaking, SpeakingStub, add_speaking

OPEN = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}


@asynccontextmanager
async def speaking(parties: Parties, *, reflection: bool = False, **options: Any) -> AsyncIterator[Served]:
    config = ServerConfig("test", "127.0.0.1:0", "127.0.0.1:0", reflection=reflection, drain_seconds=0)
    async with serving([(add_speaking, Speaking())], OPEN, parties, config=config, **options) as served:
        yield served


class TestHealth:
    async def test_serves_only_when_ready_and_dependencies_only_degrade(self, parties: Parties) -> None:
        there = asyncio.Event()

        async def own_database() -> None:
            if not there.is_set():
                raise ConnectionError("not yet")

        async def peer() -> None:
            raise ConnectionError("away")

        options = {"ready": [own_database], "dependencies": {"peer": peer}}
        async with speaking(parties, **options) as served:
            assert await health_of(served) == health_pb2.HealthCheckResponse.NOT_SERVING
            assert await health_of(served, "liveness") == health_pb2.HealthCheckResponse.SERVING
            assert (await page(served, "/readyz")).status_code == 503
            there.set()
            await until_serving(served)
            async with parties.channel(served.target) as channel:
                await SpeakingStub(channel).Say(StringValue())
            answer = await page(served, "/readyz")
            assert (answer.status_code, answer.json()) == (200, {"ready": True, "degraded": ["peer"]})
            metrics = (await page(served, "/metrics")).text
        assert 'oraculum_degraded{dependency="peer"} 1.0' in metrics
        assert f'oraculum_rpc_server_handled_total{{code="OK",method="{SAY}"}}' in metrics

    async def test_internal_port_answers_only_what_it_has(self, parties: Parties) -> None:
        async with speaking(parties) as served:
            assert (await page(served, "/healthz")).json() == {"status": "alive"}
            assert (await page(served, "/secrets")).status_code == 404
            async with httpx.AsyncClient() as client:
                answer = await client.post(f"http://127.0.0.1:{served.running.internal_port}/metrics")
            assert answer.status_code == 405

    async def test_internal_port_survives_garbage(self, parties: Parties) -> None:
        async with speaking(parties) as served:
            reader, writer = await asyncio.open_connection("127.0.0.1", served.running.internal_port)
            writer.write(b"\x16\x03\x01" + b"x" * 100_000)
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
            assert (await page(served, "/healthz")).status_code == 200


class TestReflection:
    async def test_is_a_switch(self, parties: Parties) -> None:
        service = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
        for switched_on in (True, False):
            async with (
                speaking(parties, reflection=switched_on) as served,
                grpc.aio.insecure_channel(served.target) as bare,
            ):
                call = bare.stream_stream(service)(timeout=5)
                await call.done_writing()
                expected = grpc.StatusCode.OK if switched_on else grpc.StatusCode.UNIMPLEMENTED
                assert await call.code() is expected


class TestDraining:
    async def test_is_for_good(self) -> None:
        """A check that succeeds while we drain must not call new callers in."""

        async def fine() -> None:
            pass

        health = Health([fine])
        await health.start()
        await health.check_ready()
        assert health.ready
        await health.drain()
        await health.check_ready()
        assert not health.ready


async def health_of(served: Served, name: str = "") -> int:
    async with grpc.aio.insecure_channel(served.target) as bare:
        stub: Any = health_pb2_grpc.HealthStub(bare)
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=5)
        return int(answer.status)


async def until_serving(served: Served) -> None:
    async with grpc.aio.insecure_channel(served.target) as bare:
        stub: Any = health_pb2_grpc.HealthStub(bare)
        async for answer in stub.Watch(health_pb2.HealthCheckRequest(), timeout=10):
            if answer.status == health_pb2.HealthCheckResponse.SERVING:
                return


async def page(served: Served, path: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://127.0.0.1:{served.running.internal_port}{path}")
