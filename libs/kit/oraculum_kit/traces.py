"""Traces that cost next to nothing unless sampled.

The W3C context of the work at hand is one small tuple in a contextvar. Where a trace begins, we roll the dice once;
what is not sampled gets ids (logs want them, and the next service passes them on) but never touches the SDK. Only a
sampled piece of work makes a real span. The decision travels in `traceparent`, so all services agree.
"""

import random
import re
from collections.abc import Iterable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Final, NamedTuple

from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

SERVER: Final = SpanKind.SERVER
CLIENT: Final = SpanKind.CLIENT
PRODUCER: Final = SpanKind.PRODUCER
CONSUMER: Final = SpanKind.CONSUMER
INTERNAL: Final = SpanKind.INTERNAL

TRACEPARENT: Final = "traceparent"

_TRACEPARENT: Final = re.compile(r"^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
# How the flags end of a trace that is sampled: with an odd digit.
_SAMPLED: Final = "13579bdf"
_SAMPLED_BYTES: Final = b"13579bdf"


class TraceContext(NamedTuple):
    """Where in which trace we are."""

    trace_id: int
    span_id: int
    sampled: bool

    @property
    def traceparent(self) -> str:
        """The W3C header that carries it on."""
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{'01' if self.sampled else '00'}"


class _Sampling:
    """The share of new traces that are kept; set once by `telemetry.start`."""

    ratio: float = 0.0


_current: ContextVar[TraceContext | None] = ContextVar("oraculum_trace", default=None)
_tracer = trace.get_tracer("oraculum_kit")


def sample(ratio: float) -> None:
    """Keep this share of the traces that begin here."""
    _Sampling.ratio = ratio


def current() -> TraceContext | None:
    """The trace of the work at hand."""
    return _current.get()


def traceparent() -> str | None:
    """The header to send along: gRPC metadata, HTTP header, Kafka header, outbox column."""
    context = _current.get()
    return None if context is None else context.traceparent


def parse(header: str | bytes | None) -> TraceContext | None:
    """Read a `traceparent`; anything malformed is no trace, as the standard asks."""
    if not header:
        return None
    match = _TRACEPARENT.match(header.decode("ascii", "replace") if isinstance(header, bytes) else header)
    if match is None or match[1] == "0" * 32 or match[2] == "0" * 16:
        return None
    return TraceContext(int(match[1], 16), int(match[2], 16), sampled=bool(int(match[3], 16) & 1))


def parse_sampled(header: str | bytes | None) -> TraceContext | None:
    """Read a `traceparent` of which somebody will look; most say that nobody does, and are not read for it."""
    if not header or header[-1] not in (_SAMPLED if isinstance(header, str) else _SAMPLED_BYTES):
        return None
    return parse(header)


def first_sampled(headers: Iterable[str | None]) -> TraceContext | None:
    """Of several traces the first that somebody will look at: what is done for all of them together belongs to one."""
    return next((parse(header) for header in headers if header is not None and header.endswith("-01")), None)


def begin() -> TraceContext:
    """A new trace, sampled or not as the dice say."""
    return TraceContext(
        random.getrandbits(128) or 1,
        random.getrandbits(64) or 1,
        sampled=_Sampling.ratio > 0 and random.random() < _Sampling.ratio,  # noqa: S311
    )


class span:  # noqa: N801  used as a function: `with traces.span("prices.batch"):`
    """A piece of work with a name and, when sampled, a span of its own.

    `parent` is what came from outside (`parse(header)`); without it the work belongs to the trace at hand, and where
    there is none a new one begins.
    """

    __slots__ = ("_kind", "_name", "_parent", "_span", "_token", "context")

    def __init__(self, name: str, kind: SpanKind = INTERNAL, *, parent: TraceContext | None = None) -> None:
        self._name = name
        self._kind = kind
        self._parent = parent
        self._span: trace.Span | None = None
        self._token: Token[TraceContext | None] | None = None
        self.context: TraceContext | None = None

    @property
    def sampled(self) -> bool:
        """Whether anybody will look: ask before building attributes."""
        return self._span is not None

    def set(self, name: str, value: str | float | bool) -> None:  # noqa: FBT001  an attribute may be one
        """Attach an attribute; nothing happens when not sampled."""
        if self._span is not None:
            self._span.set_attribute(name, value)

    def rename(self, name: str) -> None:
        """Give the name that is known only now."""
        if self._span is not None:
            self._span.update_name(name)

    def fail(self, description: str) -> None:
        """Mark the work as failed although no exception leaves the block."""
        if self._span is not None:
            self._span.set_status(Status(StatusCode.ERROR, description))

    def __enter__(self) -> "span":
        parent = self._parent or _current.get()
        if parent is None:
            context = begin()
            if context.sampled:
                context = self._start(None)
            self._token = _current.set(context)
        elif parent.sampled:
            context = self._start(parent)
            self._token = _current.set(context)
        else:
            # Not sampled: the trace goes on under the ids it has.
            context = parent
            if self._parent is not None:
                self._token = _current.set(context)
        self.context = context
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            # The type only: messages may hold personal data, and the log has the whole story under this trace id.
            self.fail(type(error).__name__)
        self.end()
        if self._token is not None:
            _current.reset(self._token)

    def end(self) -> None:
        """End what is measured, from whichever task; the trace stays the current one where the block was entered."""
        if self._span is not None:
            self._span.end()

    def _start(self, parent: TraceContext | None) -> TraceContext:
        above = trace.set_span_in_context(NonRecordingSpan(_foreign(parent))) if parent is not None else None
        self._span = _tracer.start_span(self._name, above, self._kind)
        if not self._span.is_recording():
            # No SDK is set up (a test, a tool): keep passing on what we were given.
            self._span = None
            return parent or begin()
        made = self._span.get_span_context()
        return TraceContext(made.trace_id, made.span_id, sampled=True)


def _foreign(context: TraceContext) -> SpanContext:
    return SpanContext(
        context.trace_id, context.span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )
