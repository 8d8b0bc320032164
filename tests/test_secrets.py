"""What nobody may read in the logs, whatever was asked: tokens, passwords, keys of programs and of the house."""

import asyncio
import re
from contextlib import suppress

import httpx
import pytest
from websockets.asyncio.client import connect

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.person import Person
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.fixtures.suites import Suite
from oraculum_kit.ids import uuid7

pytestmark = pytest.mark.end_to_end

PASSWORD = "a very unlikely passphrase 4711"
# Tokens and private keys of anybody, not only of this test.
SHAPES = (rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}", rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


async def everything_secret(suite: Suite) -> set[str]:
    """Send secrets where they belong and where they do not; all of them."""
    api = Api(suite.url)
    person = Person("keeper", EvmWallet(), api)
    await person.sign_in()
    key = (await person.command("/auth/api-keys", {"name": "k", "scopes": ["read"]})).body
    email = f"{uuid7()}@example.com"
    async with httpx.AsyncClient(base_url=f"{suite.url}/api/v1", timeout=30) as client:
        account = {"email": email, "password": PASSWORD}
        tokens = (await client.post("/auth/register", json=account)).json().get("tokens") or {}
        for body in (account, {"email": PASSWORD, "password": PASSWORD}, {"password": [PASSWORD]}):
            await client.post("/auth/login", json=body)
        await client.post("/auth/refresh", json={"refresh_token": tokens.get("refresh_token", "none")})
        for token in (person.token, key["secret"]):
            await client.get("/events", params={"token": token})
            await client.get("/users/me", headers={"authorization": f"Bearer {token}x"})
            await client.get("/users/me", headers={"x-api-key": token, "x-signature": token})
            await client.get(f"/events/{token}", headers={"cookie": f"__Host-oraculum-access={token}"})
    with suppress(OSError):
        async with connect(f"{suite.socket_url}?token={person.token}") as socket:
            await asyncio.wait_for(socket.recv(), 10)
    await api.close()
    return {
        PASSWORD,
        person.token,
        key["secret"],
        *(str(value) for name, value in tokens.items() if "token" in name),
    }


def test_no_secret_is_in_a_log(suite: Suite) -> None:
    """Of the whole run so far, whoever made it."""
    secrets = {one.encode() for one in asyncio.run(everything_secret(suite)) if len(one) > 16}
    secrets |= {path.read_bytes().strip() for path in suite.keys.folder.glob("*.password")}
    logs = sorted(suite.home.logs.glob("*.log*"))
    assert len(logs) > 8
    found = []
    for log in logs:
        text = log.read_bytes()
        found += [f"{log.name} has a secret that begins with {one[:6]!r}" for one in secrets if one in text]
        found += [f"{log.name}: {hit[:40]!r}" for shape in SHAPES for hit in re.findall(shape, text)[:3]]
    assert [] == found
