"""Counters that are shown before anything was counted, so that an alert sees the first time, too."""

from typing import Any

from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY, CollectorRegistry, Counter, generate_latest

from oraculum_kit.inbox import InboxConsumer
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Kind
from oraculum_kit.kafka import Cluster
from oraculum_kit.metrics import begin_at_zero
from oraculum_kit.rpc import Method

# What is only made, and never run, asks nobody.
NOBODY: Any = None


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def test_every_combination_is_shown_at_zero() -> None:
    registry = CollectorRegistry()
    counter = Counter("reconnects", "Connections again.", ["venue", "reason"], registry=registry)
    assert b"reconnects_total{" not in generate_latest(registry)
    begin_at_zero(counter, ["kalshi", "manifold"], ["closed"])
    shown = [line for line in generate_latest(registry).decode().splitlines() if "_total{" in line]
    assert shown == [
        'reconnects_total{reason="closed",venue="kalshi"} 0.0',
        'reconnects_total{reason="closed",venue="manifold"} 0.0',
    ]


def test_what_was_counted_stays() -> None:
    registry = CollectorRegistry()
    counter = Counter("reconnects", "Connections again.", ["venue"], registry=registry)
    counter.labels("kalshi").inc(3)
    begin_at_zero(counter, ["kalshi"])
    assert registry.get_sample_value("reconnects_total", {"venue": "kalshi"}) == 3.0


def test_the_first_dead_letter_and_the_first_gap_of_a_consumer_raise_their_alerts() -> None:
    InboxConsumer(
        cluster=Cluster("nowhere:1"),
        database=NOBODY,
        group="at-zero",
        topics={"bets": StringValue},
        handle=NOBODY,
    )
    dead = shown("oraculum_consumer_records_total", group="at-zero", topic="bets", result="dead")
    gaps = shown("oraculum_consumer_gaps_total", group="at-zero", topic="bets")
    assert (0.0, 0.0) == (dead, gaps)


def test_the_first_job_that_fails_or_is_given_up_raises_its_alerts() -> None:
    JobRunner(database=NOBODY, kinds=[Kind("at-zero", NOBODY)])
    assert 0.0 == shown("oraculum_job_runs_total", kind="at-zero", result="dead")
    assert 0.0 == shown("oraculum_unhandled_errors_total", where="job at-zero")


def test_the_first_defect_of_a_method_raises_its_alert() -> None:
    Method("/at.Zero/Ask", streaming=False, gate=NOBODY, authorizer=NOBODY)
    assert 0.0 == shown("oraculum_unhandled_errors_total", where="/at.Zero/Ask")
