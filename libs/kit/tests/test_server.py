"""The server builder: errors, deadlines, bounds, health, draining."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import grpc
import grpc.aio
import psycopg
import psycopg_pool
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY

from oraculum_kit import deadlines, errors, logs, server, traces
from oraculum_kit.authorization import ANYONE, Access, AccessTableError
from oraculum_kit.caller import Caller, calling_as, current_caller
from oraculum_kit.server import ServerConfig, build
from oraculum_kit.testing import Parties, Served, serving
from oraculum_kit.testing.speaking import COUNT, SAY, Say, Speaking, SpeakingStub, add_speaking

OPEN = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}


@asynccontextmanager
async def speaking(
    parties: Parties, say: Say | None = None, **options: Any
) -> AsyncIterator[tuple[Served, Any]]:
    async with (
        serving([(add_speaking, Speaking(say))], OPEN, parties, **options) as served,
        parties.channel(served.target, service="caller") as channel,
    ):
        yield served, SpeakingStub(channel)


def config(**changes: Any) -> ServerConfig:
    given = {"drain_seconds": 0.0, "grace_seconds": 5.0} | changes
    return ServerConfig("test", "127.0.0.1:0", "127.0.0.1:0", **given)


def counted(code: str) -> float:
    return (
        REGISTRY.get_sample_value("oraculum_rpc_server_handled_total", {"method": SAY, "code": code}) or 0.0
    )


def raising(error: BaseException) -> Say:
    async def say(_request: StringValue) -> StringValue:
        raise error

    return say


class TestErrors:
    async def test_typed_error_arrives_typed(self, parties: Parties) -> None:
        refusal = errors.FailedPrecondition("Not now.", account=7)
        async with speaking(parties, raising(refusal)) as (_, stub):
            with pytest.raises(errors.FailedPrecondition) as raised:
                await stub.Say(StringValue())
        assert (raised.value.message, raised.value.metadata) == ("Not now.", {"account": "7"})

    async def test_unknown_failure_says_nothing_and_is_logged_with_its_traceback(
        self, parties: Parties, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with log_lines(capsys) as lines:
            async with (
                speaking(parties, raising(ValueError("secret detail"))) as (served, _),
                grpc.aio.insecure_channel(served.target) as bare,
            ):
                call = bare.unary_unary(SAY)
                with pytest.raises(grpc.aio.AioRpcError) as raised:
                    await call(b"", timeout=5)
        assert raised.value.code() is grpc.StatusCode.INTERNAL
        assert "secret" not in f"{raised.value.details()} {raised.value.trailing_metadata()}"
        (failure,) = [line for line in lines if line["event"] == "work.failed"]
        assert "ValueError: secret detail" in failure["exception"]
        assert "in say" in failure["exception"]

    async def test_stream_that_fails_midway_fails_typed(self, parties: Parties) -> None:
        async with speaking(parties, raising(ValueError("secret detail"))) as (_, stub):
            heard = stub.Count(StringValue(value="2"))
            assert [(await anext(heard)).value, (await anext(heard)).value] == ["0", "1"]
            with pytest.raises(errors.Internal):
                await anext(heard)

    @pytest.mark.parametrize(
        ("raised", "expected"),
        [
            (psycopg.OperationalError("server closed the connection"), errors.Unavailable),
            (psycopg.errors.QueryCanceled("statement timeout"), errors.Unavailable),
            (psycopg_pool.PoolTimeout("no connection"), errors.Unavailable),
            (psycopg_pool.TooManyRequests("queue full"), errors.ResourceExhausted),
            (psycopg.errors.UniqueViolation("duplicate"), errors.Internal),
            (TimeoutError(), errors.DeadlineExceeded),
        ],
    )
    async def test_the_database_away_is_unavailable_and_a_defect_internal(
        self, parties: Parties, raised: Exception, expected: type[errors.ServiceError]
    ) -> None:
        async with speaking(parties, raising(raised)) as (_, stub):
            with pytest.raises(expected):
                await stub.Say(StringValue())

    async def test_cancellation_reaches_the_servicer(self, parties: Parties) -> None:
        started = asyncio.Event()

        async def say(_request: StringValue) -> StringValue:
            started.set()
            await asyncio.Event().wait()
            raise AssertionError

        servicer = Speaking(say)
        async with (
            serving([(add_speaking, servicer)], OPEN, parties) as served,
            parties.channel(served.target) as channel,
        ):
            before = counted("CANCELLED")
            call = asyncio.ensure_future(SpeakingStub(channel).Say(StringValue()))
            await started.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await asyncio.wait_for(servicer.cancelled.wait(), 5)
            assert counted("CANCELLED") == before + 1


class TestContext:
    async def test_request_id_trace_and_origin_travel(self, parties: Parties) -> None:
        heard: list[tuple[Caller, traces.TraceContext | None]] = []

        async def say(request: StringValue) -> StringValue:
            heard.append((current_caller(), traces.current()))
            return request

        origin = Caller(request_id="r-1", device_id="phone", address="203.0.113.9", idempotency_key="k")
        async with speaking(parties, say) as (_, stub):
            with calling_as(origin), traces.span("outside") as outside:
                await stub.Say(StringValue())
        ((caller, trace),) = heard
        assert (caller.request_id, caller.device_id, caller.address) == ("r-1", "phone", "203.0.113.9")
        assert caller.service == "caller"
        assert trace is not None
        assert outside.context is not None
        assert trace.trace_id == outside.context.trace_id

    async def test_idempotency_key_goes_on_from_the_edge_only(self, parties: Parties) -> None:
        """Inside, one command makes several calls; with its key on all of them they would be one another's conflict."""
        keys = []

        async def say(request: StringValue) -> StringValue:
            keys.append(current_caller().idempotency_key)
            return request

        async with (
            speaking(parties, say) as (served, inside),
            parties.channel(served.target, service="gateway", edge=True) as channel,
        ):
            with calling_as(Caller(request_id="r", idempotency_key="k")):
                await SpeakingStub(channel).Say(StringValue())
                await inside.Say(StringValue())
        assert keys == ["k", None]

    async def test_stranger_cannot_claim_an_address(self, parties: Parties) -> None:
        addresses = []

        async def say(request: StringValue) -> StringValue:
            addresses.append(current_caller().address)
            return request

        async with speaking(parties, say) as (served, _), parties.channel(served.target) as channel:
            with calling_as(Caller(request_id="r", address="203.0.113.9")):
                await SpeakingStub(channel).Say(StringValue())
        assert addresses == ["127.0.0.1"]

    async def test_one_canonical_line_per_call(
        self, parties: Parties, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async def say(request: StringValue) -> StringValue:
            logs.note(event_id="e1")
            return request

        with log_lines(capsys) as lines:
            async with speaking(parties, say) as (_, stub):
                with calling_as(Caller(request_id="r-9")):
                    await stub.Say(StringValue())
        (line,) = [line for line in lines if line["event"] == "rpc.finished"]
        assert (line["method"], line["code"], line["event_id"]) == (SAY, "OK", "e1")
        assert (line["request_id"], line["caller"]) == ("r-9", "caller")
        assert len(line["trace_id"]) == 32


class TestDeadlines:
    async def test_call_that_arrives_too_late_is_not_begun(self, parties: Parties) -> None:
        begun = []

        async def say(request: StringValue) -> StringValue:
            begun.append(request)
            return request

        async with speaking(parties, say) as (_, stub):
            await stub.Say(StringValue())
            with pytest.raises(errors.DeadlineExceeded):
                await stub.Say(StringValue(), timeout=deadlines.USEFUL_SECONDS / 2)
        assert len(begun) == 1

    async def test_what_the_call_calls_gets_less_time(self, parties: Parties) -> None:
        left = []

        async def inner(request: StringValue) -> StringValue:
            left.append(deadlines.remaining())
            return request

        async with speaking(parties, inner) as (_, inner_stub):

            async def outer(request: StringValue) -> StringValue:
                return await inner_stub.Say(request, timeout=60.0)  # type: ignore[no-any-return]

            async with speaking(parties, outer) as (_, outer_stub):
                await outer_stub.Say(StringValue(), timeout=2.0)
        (remaining,) = left
        assert remaining is not None
        # The second hop's share may be lost again: gRPC rounds a timeout up to hundredths of a second on the wire.
        assert 0 < remaining <= 2.0 - deadlines.RETURN_SECONDS

    async def test_peer_that_does_not_answer_is_an_unknown_outcome(self, parties: Parties) -> None:
        async def say(_request: StringValue) -> StringValue:
            await asyncio.Event().wait()
            raise AssertionError

        async with speaking(parties, say) as (_, stub):
            with pytest.raises(errors.DeadlineExceeded) as raised:
                await stub.Say(StringValue(), timeout=0.2)
        assert raised.value.reason == "OUTCOME_UNKNOWN"


class TestBounds:
    async def test_past_the_bound_calls_are_refused_at_once(self, parties: Parties) -> None:
        entered, leave = asyncio.Event(), asyncio.Event()

        async def say(request: StringValue) -> StringValue:
            entered.set()
            await leave.wait()
            return request

        async with speaking(parties, say, config=config(calls_max=1)) as (_, stub):
            first = asyncio.ensure_future(stub.Say(StringValue()))
            await entered.wait()
            with pytest.raises(errors.ResourceExhausted) as raised:
                await stub.Say(StringValue())
            leave.set()
            await first
            await stub.Say(StringValue())
        assert raised.value.retry_after_seconds == 1


class TestAccessTable:
    def test_method_without_a_row_fails_at_start(self, parties: Parties) -> None:
        with pytest.raises(AccessTableError, match=COUNT):
            build(
                config(),
                services=[(add_speaking, Speaking())],
                access={SAY: Access(users=ANYONE)},
                trust=parties.trust,
            )

    def test_row_without_a_method_fails_at_start(self, parties: Parties) -> None:
        table = {**OPEN, "/kit.test.Speaking/Shout": Access(users=ANYONE)}
        with pytest.raises(AccessTableError, match="Shout"):
            build(config(), services=[(add_speaking, Speaking())], access=table, trust=parties.trust)

    def test_service_added_twice_fails_at_start(self, parties: Parties) -> None:
        twice = [(add_speaking, Speaking()), (add_speaking, Speaking())]
        with pytest.raises(ValueError, match="added twice"):
            build(config(), services=twice, access=OPEN, trust=parties.trust)


class TestDraining:
    async def test_running_calls_finish_before_background_work_stops(self, parties: Parties) -> None:
        order: list[str] = []
        entered, leave = asyncio.Event(), asyncio.Event()

        async def say(request: StringValue) -> StringValue:
            entered.set()
            await leave.wait()
            order.append("answered")
            return request

        async def background() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                order.append("background stopped")

        async with speaking(parties, say) as (_, _unused):
            pass
        async with serving(
            [(add_speaking, Speaking(say))], OPEN, parties, background=[background], config=config()
        ) as served:
            channel = parties.channel(served.target)
            call = asyncio.ensure_future(SpeakingStub(channel).Say(StringValue(value="hello")))
            await entered.wait()
            asyncio.get_running_loop().call_later(0.2, leave.set)
        assert (await call).value == "hello"
        await channel.close()
        assert order == ["answered", "background stopped"]

    async def test_open_streams_are_sent_away_at_once(self, parties: Parties) -> None:
        """A subscriber must look for another replica now, and the stop must not wait for those who never leave."""

        async def forever(_request: StringValue) -> StringValue:
            await asyncio.Event().wait()
            raise AssertionError

        servicer = Speaking(forever)
        patient = config(grace_seconds=60.0)
        async with serving([(add_speaking, servicer)], OPEN, parties, config=patient) as served:
            channel = parties.channel(served.target)
            stream = SpeakingStub(channel).Count(StringValue(value="1"))
            assert (await anext(stream)).value == "0"
        with pytest.raises(errors.Unavailable, match="stopping"):
            await anext(stream)
        assert servicer.cancelled.is_set()
        await channel.close()

    async def test_stream_that_is_sending_is_sent_away_afterwards(self, parties: Parties) -> None:
        """A subscriber that reads slowly gets what was on its way, and then the word that the server is leaving."""
        servicer = Speaking()
        servicer.width = 2**20  # far more than flow control lets out while nobody reads
        patient = config(grace_seconds=60.0)
        async with serving([(add_speaking, servicer)], OPEN, parties, config=patient) as served:
            stub = SpeakingStub(parties.channel(served.target))
            numbers = stub.Count(StringValue(value="100"))
            assert int((await anext(numbers)).value) == 0

            async def read_when_it_stops() -> None:
                with suppress(errors.Unavailable):
                    while await stub.Say(StringValue(value="still there?")):
                        pass
                async for _ in numbers:
                    pass

            reading = asyncio.create_task(read_when_it_stops())
        with pytest.raises(errors.Unavailable, match="stopping"):
            await reading

    async def test_background_that_fails_ends_the_process(self, parties: Parties) -> None:
        async def background() -> None:
            raise LookupError("the disk is gone")

        with pytest.raises(LookupError, match="the disk is gone"):
            await server.serve(
                config(),
                services=[(add_speaking, Speaking())],
                access=OPEN,
                trust=parties.trust,
                background=[background],
            )

    async def test_port_that_is_taken_is_an_error(self, parties: Parties) -> None:
        """Two servers on one port would share its calls, and nobody would know why half of them fail."""
        async with speaking(parties) as (first, _):
            second = speaking(parties, config=replace(config(), listen=first.target))
            with pytest.raises(RuntimeError, match="Failed to bind"):
                await second.__aenter__()


class log_lines:  # noqa: N801  used as a function
    """The JSON lines logged inside the block."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._lines: list[dict[str, Any]] = []

    def __enter__(self) -> list[dict[str, Any]]:
        return self._lines

    def __exit__(self, *_: object) -> None:
        self._lines.extend(json.loads(line) for line in self._capsys.readouterr().out.splitlines())


@pytest.fixture(autouse=True)
def json_logs() -> Iterator[None]:
    """Logs as a process writes them, to the stream that the test reads; afterwards as pytest had them."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure(level="info", log_format="json", service="test")
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
