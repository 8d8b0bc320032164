"""Telemetry as a process has it: spans at a collector, lines on standard output."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

CALLS_ITSELF = """
import asyncio, sys
from google.protobuf.wrappers_pb2 import StringValue
from oraculum_kit import traces
from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.db import Database
from oraculum_kit.sql_files import parse
from oraculum_kit.telemetry import TelemetryConfig, telemetry
from oraculum_kit.testing import Parties, serving
from oraculum_kit.testing.speaking import COUNT, SAY, Speaking, SpeakingStub, add_speaking

async def main(endpoint, ratio, database_url):
    config = TelemetryConfig("speaker", otlp_endpoint=endpoint, traces_sample_ratio=float(ratio))
    one = parse("-- name: one\\n-- One.\\nselect 1", source="x")["one"]
    access = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}
    async with telemetry(config), Database(database_url) as database:
        async def say(request):
            async with database.connection() as connection:
                await one.value(connection)
            return request
        async with serving([(add_speaking, Speaking(say))], access, Parties()) as served:
            async with Parties().channel(served.target) as channel:
                await SpeakingStub(channel).Say(StringValue(value="hello"))

asyncio.run(main(*sys.argv[1:]))
"""


class Collector:
    """Takes spans as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Any]] = []

    async def Export(self, request: Any, _context: object) -> Any:  # noqa: N802  its contract
        for resource in request.resource_spans:
            (service,) = [
                a.value.string_value for a in resource.resource.attributes if a.key == "service.name"
            ]
            self.spans.extend((service, span) for scope in resource.scope_spans for span in scope.spans)
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
async def collector() -> AsyncIterator[tuple[str, Collector]]:
    """A collector and its address."""
    server, collector = grpc.aio.server(), Collector()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"http://127.0.0.1:{port}", collector
    await server.stop(None)


async def run(script: str, *arguments: str) -> list[dict[str, Any]]:
    """Run a script to its good end; the lines it logged."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", script, *arguments, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    return [json.loads(line) for line in output.decode().splitlines()]


class TestTraces:
    async def test_sampled_call_is_one_trace_through_client_server_and_sql(
        self, collector: tuple[str, Collector], kit_database_url: str
    ) -> None:
        endpoint, taken = collector
        lines = await run(CALLS_ITSELF, endpoint, "1", kit_database_url)
        kinds = {
            span.kind: span for service, span in taken.spans if service == "speaker" and span.name != "one"
        }
        (statement,) = [span for _, span in taken.spans if span.name == "one"]
        client, server = kinds[3], kinds[2]
        assert client.name == server.name == "/kit.test.Speaking/Say"
        assert (client.parent_span_id, server.parent_span_id) == (b"", client.span_id)
        assert statement.parent_span_id == server.span_id
        assert {span.trace_id for span in (client, server, statement)} == {client.trace_id}
        attributes = {attribute.key: attribute.value.string_value for attribute in statement.attributes}
        assert attributes["db.query.text"] == "select 1"
        (line,) = [line for line in lines if line["event"] == "rpc.finished"]
        assert (line["trace_id"], line["span_id"]) == (server.trace_id.hex(), server.span_id.hex())

    async def test_what_is_not_sampled_is_not_sent_but_still_has_its_id(
        self, collector: tuple[str, Collector], kit_database_url: str
    ) -> None:
        endpoint, taken = collector
        lines = await run(CALLS_ITSELF, endpoint, "0", kit_database_url)
        assert taken.spans == []
        (line,) = [line for line in lines if line["event"] == "rpc.finished"]
        assert len(line["trace_id"]) == 32
