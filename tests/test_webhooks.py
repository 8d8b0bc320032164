"""From a deposit to somebody's own program, through the whole suite: told once it is booked, and signed."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.person import Person
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.fixtures.suites import Suite

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_SECONDS = 60
WISH = {"rail": "demo", "amount": "12.50", "asset": "USDC"}


@contextmanager
def receiving(taken: list[tuple[str, bytes]]) -> Iterator[str]:
    """A program that shows that it wants to be told, and takes what it is told: signatures and bodies."""

    class Program(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            said = json.loads(body)
            challenge = said["data"]["challenge"].encode() if said["type"] == "webhook.verify" else b""
            if not challenge:
                taken.append((self.headers["x-oraculum-signature"], body))
            self.send_response(200)
            self.send_header("content-length", str(len(challenge)))
            self.end_headers()
            self.wfile.write(challenge)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Program) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/told"
        finally:
            server.shutdown()
            thread.join()


async def test_a_deposit_is_told_to_its_owners_program(suite: Suite) -> None:
    taken: list[tuple[str, bytes]] = []
    api = Api(suite.url)
    person = Person("programmer", EvmWallet(), api)
    await person.sign_in()
    with receiving(taken) as url:
        kinds = ["balance.updated", "notification"]
        made = (await person.command("/webhooks/subscriptions", {"url": url, "kinds": kinds})).body
        assert made["status"] == "pending"
        await person.until(
            "the program to show that it wants to be told",
            lambda: person.get("/webhooks/subscriptions"),
            lambda seen: [one["status"] for one in seen["data"]] == ["active"],
            PATIENCE_SECONDS,
        )
        await person.command("/wallet/deposits", WISH)

        async def told() -> list[dict[str, Any]]:
            return [json.loads(body) for _, body in taken]

        said = await person.until(
            "the deposit to be told",
            told,
            lambda said: {"balance.updated", "notification"} <= {str(one["type"]) for one in said},
            PATIENCE_SECONDS,
        )
        await api.ask("DELETE", f"/webhooks/subscriptions/{made['id']}", token=person.token, key="no more")
    assert {"data": []} == await person.get("/webhooks/subscriptions")
    await api.close()
    assert sorted({one["sequence"] for one in said}) == list(range(1, len({one["id"] for one in said}) + 1))
    booked = next(one for one in said if one["type"] == "balance.updated")
    assert ("12.50", made["id"]) == (booked["data"]["available"], booked["subscription_id"])
    for header, body in taken:
        time, _, signature = header.partition(",v1=")
        signed = time.removeprefix("t=").encode() + b"." + body
        assert hmac.new(made["secret"].encode(), signed, hashlib.sha256).hexdigest() == signature
