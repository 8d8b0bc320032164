"""Logs, metrics and traces of a process, started first and flushed last."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from oraculum_kit import logs, traces
from oraculum_kit.config import Environment


@dataclass(frozen=True, slots=True)
class TelemetryConfig:
    """What is told to whom."""

    service_name: str
    log_level: str = "info"
    log_format: str = "json"
    otlp_endpoint: str | None = None
    traces_sample_ratio: float = 0.01

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """LOG_LEVEL, LOG_FORMAT, OTEL_EXPORTER_OTLP_ENDPOINT and TRACES_SAMPLE_RATIO."""
        return cls(
            service_name=environment.text("SERVICE_NAME"),
            log_level=environment.choice("LOG_LEVEL", tuple(logs.LEVELS), "info"),
            log_format=environment.choice("LOG_FORMAT", ("json", "console"), "json"),
            otlp_endpoint=environment.optional("OTEL_EXPORTER_OTLP_ENDPOINT"),
            traces_sample_ratio=environment.ratio("TRACES_SAMPLE_RATIO", 0.01),
        )


@asynccontextmanager
async def telemetry(config: TelemetryConfig) -> AsyncIterator[None]:
    """Set everything up; on the way out send what has gathered."""
    logs.configure(level=config.log_level, log_format=config.log_format, service=config.service_name)
    if config.otlp_endpoint is None:
        # Nobody to send spans to: ids are still made and passed on, spans never.
        traces.sample(0.0)
        yield
        return
    # Our own dice decide (see traces.py), so what reaches the SDK is always kept.
    provider = TracerProvider(
        resource=Resource.create({"service.name": config.service_name, "service.namespace": "oraculum"}),
        sampler=ALWAYS_ON,
    )
    exporter = OTLPSpanExporter(config.otlp_endpoint, insecure=config.otlp_endpoint.startswith("http://"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    traces.sample(config.traces_sample_ratio)
    try:
        yield
    finally:
        # The exporter waits for its thread; the loop must not.
        await asyncio.to_thread(provider.shutdown)
