"""What goes over the wire, against a server on a real socket."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from oraculum_client import ApiKey, AsyncOraculum, Oraculum, OutcomeUnknown, Problem

EVENT = "01890000-0000-7000-8000-000000000001"
CANCELLED = {"ids": [EVENT]}


@dataclass
class Script:
    """What a server answers, one after the other, and what it was asked."""

    url: str = ""
    answers: list[tuple[int, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def script() -> Iterator[Script]:
    told = Script()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.asked.append((self.command, self.path, headers, body))
            status, value = told.answers.pop(0)
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.send_header("retry-after", "0")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_command_is_sent_again_with_its_key_until_it_is_known(script: Script) -> None:
    script.answers = [(503, {}), (504, {}), (200, CANCELLED)]
    with Oraculum(script.url, token="me") as api:
        api.cancel_predictions(event_id=EVENT)
    assert 3 == len(script.asked)
    assert 1 == len({headers["idempotency-key"] for _, _, headers, _ in script.asked})
    assert {"Bearer me"} == {headers["authorization"] for _, _, headers, _ in script.asked}


def test_what_stays_unknown_says_with_which_key(script: Script) -> None:
    script.answers = [(504, {"status": 504, "code": "outcome_unknown"})] * 2
    with Oraculum(script.url, attempts=2) as api, pytest.raises(OutcomeUnknown) as raised:
        api.create_deposit(rail="demo", amount=Decimal("10.00"), asset="USDC", idempotency_key="mine")
    assert ("outcome_unknown", "mine") == (raised.value.code, raised.value.idempotency_key)
    assert {"amount": "10.00", "asset": "USDC", "rail": "demo"} == json.loads(script.asked[0][3])


async def test_a_refusal_names_the_fields(script: Script) -> None:
    errors = [{"field": "amount", "message": "is missing"}]
    script.answers = [(422, {"status": 422, "code": "invalid_request", "errors": errors})]
    async with AsyncOraculum(script.url) as api:
        with pytest.raises(Problem) as raised:
            await api.place_prediction(event_id=EVENT, outcome=1)
    assert ["amount"] == [error.field for error in raised.value.errors]
    assert 1 == len(script.asked)


async def test_queries_and_paths_are_written_as_they_must_be(script: Script) -> None:
    script.answers = [(200, {"data": [], "meta": {"limit": 5, "has_next": False, "has_previous": False}})] * 2
    async with AsyncOraculum(script.url) as api:
        page = await api.list_events(q="rain & snow", limit=5)
        assert ([], 5) == (page.data, page.meta.limit)
        await api.list_market_trades("kalshi", "a/b?c")
    assert "/api/v1/events?limit=5&q=rain+%26+snow" == script.asked[0][1]
    assert "/api/v1/markets/kalshi/a%2Fb%3Fc/trades" == script.asked[1][1]


def test_a_key_signs_what_is_sent(script: Script) -> None:
    script.answers = [(200, CANCELLED)]
    with Oraculum(script.url, credentials=ApiKey("key", "secret")) as api:
        api.cancel_predictions(event_id=EVENT)
    method, path, headers, body = script.asked[0]
    signed = f"{headers['x-timestamp']}{method}{path}".encode() + body
    assert hmac.new(b"secret", signed, hashlib.sha256).hexdigest() == headers["x-signature"]
    assert "secret" not in repr(api.credentials)


def test_nobody_there_is_said_as_it_is() -> None:
    with Oraculum("http://127.0.0.1:9", attempts=1) as api, pytest.raises(httpx.ConnectError):
        api.get_health()
