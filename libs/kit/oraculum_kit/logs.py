"""Structured logs: one JSON object per line, and one canonical line per call, request or message.

Handlers add what they learn to the canonical line with `note(event_id=...)` instead of writing lines of their own;
they log themselves only when they decide something that a reader would otherwise miss.
"""

import contextlib
import logging
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import structlog

from oraculum_kit import traces
from oraculum_kit.caller import caller_or_none

Event = MutableMapping[str, Any]

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}

_notes: ContextVar[dict[str, object] | None] = ContextVar("oraculum_notes", default=None)


def begin_notes() -> dict[str, object]:
    """Start the canonical line of a piece of work; whoever starts it writes it at the end."""
    notes: dict[str, object] = {}
    _notes.set(notes)
    return notes


def note(**facts: object) -> None:
    """Add facts to the canonical line of the present call; outside of one nothing happens."""
    notes = _notes.get()
    if notes is not None:
        notes.update(facts)


def configure(*, level: str, log_format: str, service: str) -> None:
    """Send our logs and those of libraries through one renderer to standard output."""
    shared: list[Any] = [structlog.stdlib.add_log_level, _Stamp(service)]
    last: list[Any] = (
        [structlog.processors.format_exc_info, _to_json]
        if log_format == "json"
        # The plain traceback: the one that is drawn shows every local, secrets too, and holds the loop up for a second.
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=_Output,
        cache_logger_on_first_use=True,
    )
    handler = _Handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries tell their debugging to themselves; what they warn of is ours to hear.
    root.setLevel(max(LEVELS[level], logging.WARNING))


class _Output:
    """Writes lines, and survives when nobody reads them any more: work is not refused for the sake of its log."""

    def __init__(self, *_arguments: object) -> None:
        """Take no notice of a logger's name: all write to the same place."""

    def msg(self, line: str) -> None:
        # The stream is looked up each time, because loggers are cached and a test replaces standard output.
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    debug = info = warning = error = critical = exception = msg


class _Handler(logging.Handler):
    """Brings what libraries log to the same output."""

    _output = _Output()

    def emit(self, record: logging.LogRecord) -> None:
        self._output.msg(self.format(record))


class _Stamp:
    """Says when, where, in which trace and for which request."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: Any, _method: str, event: Event) -> Event:
        event["time"] = datetime.now(UTC).isoformat(timespec="milliseconds")
        event["service"] = self._service
        context = traces.current()
        if context is not None:
            event["trace_id"] = f"{context.trace_id:032x}"
            event["span_id"] = f"{context.span_id:016x}"
        caller = caller_or_none()
        if caller is not None:
            event.setdefault("request_id", caller.request_id)
        return event


def _to_json(_logger: Any, _method: str, event: Event) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
