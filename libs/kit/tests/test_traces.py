"""Trace contexts: passed on always, made into spans only when sampled."""

import asyncio
from collections.abc import Iterator

import pytest

from oraculum_kit import traces
from oraculum_kit.traces import TraceContext

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(autouse=True)
def ratio() -> Iterator[None]:
    """Tests set the share of kept traces; afterwards none is kept, as without telemetry."""
    yield
    traces.sample(0.0)


class TestTraceparent:
    def test_survives_the_wire(self) -> None:
        context = traces.parse(TRACEPARENT)
        assert context == TraceContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, sampled=True)
        assert context.traceparent == TRACEPARENT
        assert traces.parse(TRACEPARENT.encode()) == context

    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            b"\xff\xfe",
        ],
    )
    def test_what_is_malformed_is_no_trace(self, header: str | bytes | None) -> None:
        assert traces.parse(header) is None
        assert traces.parse_sampled(header) is None

    @pytest.mark.parametrize(
        ("flags", "looked_at"), [("00", False), ("01", True), ("02", False), ("03", True)]
    )
    def test_is_read_where_somebody_looks(self, flags: str, *, looked_at: bool) -> None:
        """Whatever else the flags say."""
        header = TRACEPARENT.removesuffix("01") + flags
        context = traces.parse(header)
        assert context is not None
        expected = context if looked_at else None
        assert context.sampled == looked_at
        assert (expected, expected) == (traces.parse_sampled(header), traces.parse_sampled(header.encode()))


class TestSpan:
    def test_begins_a_trace_where_there_is_none_and_forgets_it(self) -> None:
        assert traces.current() is None
        with traces.span("work") as span:
            assert traces.current() == span.context
            assert not span.sampled
        assert traces.current() is None

    def test_belongs_to_the_trace_at_hand(self) -> None:
        with traces.span("outer") as outer, traces.span("inner"):
            assert traces.current() == outer.context

    def test_goes_on_with_the_trace_from_outside(self) -> None:
        unsampled = traces.parse(TRACEPARENT.removesuffix("01") + "00")
        with traces.span("outer"):
            with traces.span("inner", parent=unsampled):
                assert traces.current() == unsampled
            assert traces.current() != unsampled

    def test_without_an_sdk_a_sampled_trace_is_passed_on(self) -> None:
        with traces.span("work", parent=traces.parse(TRACEPARENT)) as span:
            assert traces.traceparent() == TRACEPARENT
            assert not span.sampled

    async def test_tasks_inherit_and_do_not_disturb(self) -> None:
        async def child() -> TraceContext | None:
            with traces.span("child", parent=traces.parse(TRACEPARENT)):
                await asyncio.sleep(0)
                return traces.current()

        with traces.span("parent") as parent:
            children = await asyncio.gather(child(), child())
            assert traces.current() == parent.context
        assert [context and context.traceparent for context in children] == [TRACEPARENT] * 2


class TestSampling:
    @pytest.mark.parametrize(("ratio", "expected"), [(0.0, 0), (1.0, 100)])
    def test_decides_where_the_trace_begins(self, ratio: float, expected: int) -> None:
        traces.sample(ratio)
        assert sum(traces.begin().sampled for _ in range(100)) == expected
