"""One bet is one trace: from the HTTP request through gRPC, SQL and Kafka to the message that sockets are told."""

import asyncio
from collections import Counter

import pytest

from oraculum_dev.faults.scene import make_operator, scene_of
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.observe.trace_bet import table, traced_bet

pytestmark = pytest.mark.end_to_end

ORDERS = "/oraculum.prediction.v1.PredictionService/PlaceOrder"
TRANSFERS = "/oraculum.wallet.v1.WalletService/CreateTransfers"


async def test_a_bet_is_one_trace(suite: Suite) -> None:
    """Every step is a span, and every span but the first hangs on another one."""
    async with scene_of(suite, await make_operator(suite)) as scene:
        spans = await traced_bet(suite, await scene.open_event())
    seen = {(span.service, span.kind, span.name) for span in spans}
    assert {
        ("gateway", "server", "POST /api/v1/predictions"),
        ("gateway", "client", ORDERS),
        ("prediction", "server", ORDERS),
        ("prediction", "internal", "orders decide"),
        ("prediction", "client", TRANSFERS),
        ("wallet", "server", TRANSFERS),
        ("prediction", "producer", "bets publish"),
        ("wallet", "consumer", "bets process"),
        ("notification", "consumer", "bets process"),
        ("gateway", "producer", "socket tell"),
    } <= seen, table(spans)
    statements = Counter(span.service for span in spans if span.kind == "client" and "/" not in span.name)
    assert {"prediction", "wallet", "notification"} <= statements.keys()
    known = {span.span_id for span in spans}
    roots = [span for span in spans if span.parent_id not in known]
    assert ["POST /api/v1/predictions"] == [span.name for span in roots], table(spans)
    lines = await asyncio.to_thread(table, spans)
    assert all(span.name in lines for span in spans)
