"""What goes over the wire, against a server on a real socket."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
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


async def test_a_connection_that_breaks_every_time_says_with_which_key() -> None:
    """Nobody knows what became of it, so the key that was made up must not be lost."""
    nobody = "http://127.0.0.1:9"
    with Oraculum(nobody, attempts=2) as api, pytest.raises(OutcomeUnknown) as raised:
        api.create_deposit(rail="demo", amount=Decimal("10.00"), asset="USDC")
    assert raised.value.idempotency_key
    async with AsyncOraculum(nobody, attempts=1) as api:
        with pytest.raises(OutcomeUnknown) as told:
            await api.create_deposit(rail="demo", amount=Decimal(10), asset="USDC", idempotency_key="mine")
    assert "mine" == told.value.idempotency_key


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


class TestDevice:
    """Whoever signs in says from where, so that the account knows the machine again."""

    @pytest.fixture(autouse=True)
    def given_no_name(self, monkeypatch) -> None:
        monkeypatch.delenv("ORACULUM_DEVICE_ID", raising=False)

    def test_a_machine_keeps_its_name(self, script: Script, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
        assert 3 == len({*names(script), *names(script, device_id="mine"), *names(script, device_id="")})
        name, *others = names(script)
        assert 16 <= len(name) <= 128
        assert [name] == names(script)
        assert [] == others
        kept = tmp_path / "oraculum" / "device-id"
        assert ([kept], 0o600) == (list(kept.parent.iterdir()), kept.stat().st_mode & 0o777)

    def test_none_is_made_up_where_none_would_stay(self, script: Script, tmp_path: Path, monkeypatch) -> None:
        """A container has no folder for it; another name at every start would be a new device each time."""
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        assert [""] == names(script)
        monkeypatch.delenv("XDG_STATE_HOME")
        monkeypatch.setenv("HOME", str(tmp_path))
        assert [""] == names(script)
        assert [] == list(tmp_path.iterdir())

    def test_the_environment_gives_it_a_name(self, script: Script, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
        monkeypatch.setenv("ORACULUM_DEVICE_ID", "a-name-of-this-program\n")
        assert ["a-name-of-this-program", "mine"] == [*names(script), *names(script, device_id="mine")]
        monkeypatch.setenv("ORACULUM_DEVICE_ID", "")
        assert [""] == names(script)
        assert [] == list(tmp_path.iterdir())

    def test_nothing_else_tells_it(self, script: Script, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
        script.answers = [(200, CANCELLED)]
        with Oraculum(script.url, token="me") as api:
            api.cancel_predictions(event_id=EVENT)
        assert "x-device-id" not in script.asked[0][2]
        assert [] == list(tmp_path.iterdir())

    def test_where_nothing_can_be_kept_there_is_none(
        self, script: Script, tmp_path: Path, monkeypatch
    ) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
        (tmp_path / "file").write_text("no folder")
        assert [""] == names(script)


def names(script: Script, **options: str) -> list[str]:
    """What a machine calls itself when somebody signs in."""
    script.asked.clear()
    script.answers = [(401, {"status": 401, "code": "bad_credentials"})]
    with Oraculum(script.url, **options) as api, pytest.raises(Problem):
        api.login(email="ada@example.com", password="a wrong guess")
    return [headers.get("x-device-id", "") for _, _, headers, _ in script.asked]


def test_nobody_there_is_said_as_it_is() -> None:
    with Oraculum("http://127.0.0.1:9", attempts=1) as api, pytest.raises(httpx.ConnectError):
        api.get_health()
