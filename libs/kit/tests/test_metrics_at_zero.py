"""Counters that are shown before anything was counted, so that an alert sees the first time, too."""

from prometheus_client import CollectorRegistry, Counter, generate_latest

from oraculum_kit.metrics import begin_at_zero


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
