"""Keys from somewhere else: refreshed, bounded, kept while their source is away."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from oraculum_kit.keys import (
    JwksKeys,
    KeysUnavailable,
    jwks,
    jwks_file,
    private_key,
    private_key_pem,
    read_jwks,
)

ONE, TWO = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


class Source:
    """A publisher of keys that can be away, and that counts."""

    def __init__(self, **keys: Ed25519PrivateKey) -> None:
        self.keys = keys
        self.away = False
        self.asked = 0

    async def fetch(self) -> Mapping[str, Any]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise ConnectionError("away")
        return jwks((name, key.public_key()) for name, key in self.keys.items())


class TestJwksKeys:
    async def test_fetches_once_for_many(self) -> None:
        source = Source(one=ONE)
        keys = JwksKeys(source.fetch)
        found = await asyncio.gather(*(keys.key("one") for _ in range(50)))
        assert found == [ONE.public_key()] * 50
        assert source.asked == 1

    async def test_key_that_is_new_is_found_at_once(self) -> None:
        source = Source(one=ONE)
        keys = JwksKeys(source.fetch, unknown_key_wait_seconds=0)
        await keys.key("one")
        source.keys["two"] = TWO
        assert await keys.key("two") == TWO.public_key()

    async def test_invented_key_ids_are_no_flood(self) -> None:
        source = Source(one=ONE)
        keys = JwksKeys(source.fetch, unknown_key_wait_seconds=60)
        assert [await keys.key(f"invented-{number}") for number in range(100)] == [None] * 100
        assert source.asked == 1

    async def test_source_that_was_never_there_is_unavailable_and_left_in_peace(self) -> None:
        source = Source()
        source.away = True
        keys = JwksKeys(source.fetch, unknown_key_wait_seconds=60)
        for _ in range(3):
            with pytest.raises(KeysUnavailable):
                await keys.key("one")
        assert source.asked == 1

    async def test_known_keys_go_on_while_the_source_is_away(self) -> None:
        source = Source(one=ONE)
        keys = JwksKeys(source.fetch, refresh_seconds=0, unknown_key_wait_seconds=0)
        await keys.key("one")
        source.away = True
        assert [await keys.key("one") for _ in range(3)] == [ONE.public_key()] * 3
        with pytest.raises(KeysUnavailable):
            await keys.key("two")

    async def test_key_that_was_withdrawn_goes_with_the_next_refresh(self) -> None:
        source = Source(one=ONE, two=TWO)
        keys = JwksKeys(source.fetch, refresh_seconds=0)
        await keys.key("one")
        del source.keys["one"]
        assert await keys.key("two") == TWO.public_key()
        assert keys._refreshing is not None
        await keys._refreshing
        assert await keys.key("one") is None

    async def test_request_that_is_cancelled_does_not_cancel_the_others(self) -> None:
        source = Source(one=ONE)
        keys = JwksKeys(source.fetch)
        first = asyncio.ensure_future(keys.key("one"))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(keys.key("one"))
        first.cancel()
        assert await second == ONE.public_key()


class TestForms:
    def test_private_key_survives_pem(self) -> None:
        assert private_key(private_key_pem(ONE)).public_key() == ONE.public_key()

    def test_other_kinds_of_private_key_are_refused(self) -> None:
        other = generate_private_key(SECP256R1())
        pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        with pytest.raises(TypeError, match="Ed25519"):
            private_key(pem)

    def test_set_survives_json(self) -> None:
        document = json.loads(json.dumps(jwks([("one", ONE.public_key()), ("two", TWO.public_key())])))
        assert read_jwks(document) == {"one": ONE.public_key(), "two": TWO.public_key()}

    def test_foreign_keys_in_a_set_are_left_out(self) -> None:
        document = {
            "keys": [
                {"kty": "RSA", "kid": "r", "n": "AQ", "e": "AQAB"},
                *jwks([("one", ONE.public_key())])["keys"],
            ]
        }
        assert list(read_jwks(document)) == ["one"]

    async def test_set_comes_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "keys.json"
        file.write_text(json.dumps(jwks([("one", ONE.public_key())])))
        assert await JwksKeys(jwks_file(str(file))).key("one") == ONE.public_key()
