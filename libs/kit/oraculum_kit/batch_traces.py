"""One batch, many traces: each trace that somebody will look at gets a span for the records of it that were handled."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from oraculum_kit import traces
from oraculum_kit.records import Record


@contextmanager
def processing(records: Sequence[Record[Any]], group: str) -> Iterator[None]:
    """Handle a batch within the spans `<topic> process` of its sampled records, one per trace and topic.

    What the handling itself does (SQL, calls) hangs on the first of them: it happens once, for all together.
    """
    with ExitStack() as stack:
        # The one entered last is the trace at hand.
        for record in reversed(_looked_at(records)):
            span = stack.enter_context(
                traces.span(f"{record.topic} process", traces.CONSUMER, parent=record.trace)
            )
            span.set("messaging.system", "kafka")
            span.set("messaging.consumer.group.name", group)
            span.set("messaging.batch.message_count", len(records))
        yield


def _looked_at(records: Sequence[Record[Any]]) -> Sequence[Record[Any]]:
    """The first record of each sampled trace and topic; where nothing is sampled, the first of all."""
    found: dict[tuple[int, str], Record[Any]] = {}
    for record in records:
        if (trace := record.sampled_trace) is not None:
            found.setdefault((trace.trace_id, record.topic), record)
    return list(found.values()) or records[:1]
