"""Somebody who looks at a trace finds what was done for it, whatever else was in the batch."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from oraculum_kit import traces
from oraculum_kit.batch_traces import processing
from oraculum_kit.records import Record
from oraculum_kit.traces import TraceContext

Spans = Callable[[], set[tuple[str, int | None, int | None]]]


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Spans:
    """The spans that ended so far: name, trace, and the span that each hangs on."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(traces, "_tracer", provider.get_tracer("test"))
    return lambda: {
        (span.name, span.context.trace_id, span.parent.span_id if span.parent else None)
        for span in kept.get_finished_spans()
        if span.context is not None
    }


def record(topic: str, trace: TraceContext | None) -> Record[StringValue]:
    return Record(
        topic=topic,
        partition=0,
        offset=0,
        key="a",
        message=StringValue(value="1"),
        source="test",
        sequence=None,
        time=datetime(2026, 1, 1, tzinfo=UTC),
        headers={} if trace is None else {traces.TRACEPARENT: trace.traceparent.encode()},
    )


def test_each_sampled_trace_sees_each_of_its_topics_once(spans: Spans) -> None:
    ours, theirs = TraceContext(1, 11, sampled=True), TraceContext(2, 22, sampled=True)
    batch = [
        record("wallet", TraceContext(3, 33, sampled=False)),
        record("wallet", ours),
        record("bets", ours),
        record("bets", ours),
        record("bets", theirs),
        record("bets", None),
    ]
    with processing(batch, "someone"):
        pass
    assert {("wallet process", 1, 11), ("bets process", 1, 11), ("bets process", 2, 22)} == spans()


def test_the_work_hangs_on_the_first_of_them(spans: Spans) -> None:
    ours, theirs = TraceContext(1, 11, sampled=True), TraceContext(2, 22, sampled=True)
    with processing([record("wallet", ours), record("bets", theirs)], "someone"), traces.span("statement"):
        at_hand = traces.current()
    assert at_hand is not None
    assert at_hand.trace_id == ours.trace_id
    assert [1] == [trace for name, trace, _ in spans() if name == "statement"]


def test_what_nobody_looks_at_goes_on_under_its_ids(spans: Spans) -> None:
    unsampled = TraceContext(3, 33, sampled=False)
    with processing([record("wallet", unsampled), record("bets", None)], "someone"):
        assert traces.current() == unsampled
    assert spans() == set()
