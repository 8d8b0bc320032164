"""Mutual TLS: who shows a certificate of our authority speaks and is believed, and nobody else."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY

from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.client import Channel, channel
from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.errors import Unavailable
from oraculum_kit.keys import private_key_pem
from oraculum_kit.process import TrustConfig
from oraculum_kit.replicas import replicas
from oraculum_kit.server import ServerConfig
from oraculum_kit.testing import Parties, Served, serving
from oraculum_kit.testing.authority import LIFE, Authority
from oraculum_kit.testing.speaking import COUNT, SAY, Speaking, SpeakingStub, add_speaking
from oraculum_kit.tls import Tls
from oraculum_kit.tokens import ServiceIdentity

OPEN = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@asynccontextmanager
async def speaking(parties: Parties, tls: Tls) -> AsyncIterator[Served]:
    config = ServerConfig("test", "127.0.0.1:0", "127.0.0.1:0", drain_seconds=0, grace_seconds=1, tls=tls)
    async with serving([(add_speaking, Speaking())], OPEN, parties, config=config) as served:
        yield served


def identity(parties: Parties, tls: Tls | None) -> ServiceIdentity:
    """The gateway, with a certificate or without."""
    known = parties.identity("gateway")
    known.tls = tls
    return known


async def say(peer: Channel) -> str:
    answer = await SpeakingStub(peer).Say(StringValue(value="hello"), timeout=2)
    return str(answer.value)


def ends(which: str) -> float | None:
    return REGISTRY.get_sample_value("oraculum_tls_certificate_ends_timestamp_seconds", {"which": which})


def test_when_certificates_end_is_shown_the_one_of_the_start_and_the_one_of_the_file(authority) -> None:
    tls = authority.issue("gateway")
    tls.channel_credentials()
    first = x509.load_pem_x509_certificate(tls.certificate_file.read_bytes()).not_valid_after_utc.timestamp()
    assert (first, first) == (ends("shown"), ends("file"))
    authority.issue("gateway", life=LIFE * 2)
    assert first == ends("shown")
    assert (ends("file") or 0) > first
    tls.certificate_file.unlink()
    assert math.isnan(ends("file") or 0)


class TestPeers:
    async def test_two_of_one_authority_speak(self, parties, authority) -> None:
        async with speaking(parties, authority.issue("wallet")) as served:
            us = identity(parties, authority.issue("gateway"))
            async with channel(served.target, us, host="wallet") as peer:
                assert "hello" == await say(peer)
                await peer.check()

    async def test_without_a_certificate_nobody_is_let_in(self, parties, authority) -> None:
        async with (
            speaking(parties, authority.issue("wallet")) as served,
            channel(served.target, identity(parties, None)) as peer,
        ):
            with pytest.raises(Unavailable):
                await say(peer)

    async def test_a_certificate_of_somebody_else_lets_nobody_in(self, parties, authority, tmp_path) -> None:
        """Theirs is signed by an authority of their own, and they believe ours."""
        theirs = Authority(tmp_path, "stranger").issue("gateway")
        forged = Tls(theirs.certificate_file, theirs.key_file, tmp_path / "authority.crt")
        async with (
            speaking(parties, authority.issue("wallet")) as served,
            channel(served.target, identity(parties, forged), host="wallet") as peer,
        ):
            with pytest.raises(Unavailable):
                await say(peer)

    async def test_a_peer_of_another_name_is_not_believed(self, parties, authority) -> None:
        async with speaking(parties, authority.issue("notification")) as served:
            us = identity(parties, authority.issue("gateway"))
            async with channel(served.target, us, host="wallet") as peer:
                with pytest.raises(Unavailable):
                    await say(peer)

    async def test_replicas_are_known_by_the_name_of_their_service(self, parties, authority) -> None:
        async with speaking(parties, authority.issue("localhost")) as served:
            port = served.target.rpartition(":")[2]
            us = identity(parties, authority.issue("gateway"))
            async with replicas(f"dns:///localhost:{port}", us, key=lambda _: "one") as peer:
                assert "hello" == (await SpeakingStub(peer).Say(StringValue(value="hello"), timeout=5)).value


class TestRenewal:
    async def test_a_renewed_certificate_is_shown_without_a_restart(
        self, parties, authority, tmp_path
    ) -> None:
        """The next authority is the one that is believed now: only the new certificate passes."""
        async with speaking(parties, authority.issue("wallet")) as served:
            renewed = Authority(tmp_path)
            renewed.issue("wallet")
            async with channel(
                served.target, identity(parties, renewed.issue("gateway")), host="wallet"
            ) as peer:
                assert "hello" == await say(peer)


class TestConfiguration:
    def test_off_where_no_certificate_is_named(self) -> None:
        assert Tls.read(Environment({})) is None

    def test_half_a_configuration_names_what_is_missing(self) -> None:
        with (
            pytest.raises(ConfigurationError, match="TLS_KEY_FILE") as caught,
            Environment({"TLS_CERTIFICATE_FILE": "/x"}) as environment,
        ):
            Tls.read(environment)
        assert "TLS_AUTHORITY_FILE" in str(caught.value)

    def test_a_process_shows_its_certificate_wherever_it_calls(self, authority, tmp_path) -> None:
        files = authority.issue("gateway")
        variables = {
            "SERVICE_NAME": "gateway",
            "SERVICE_KEY": private_key_pem(Ed25519PrivateKey.generate()),
            "SERVICE_KEYS_FILE": str(tmp_path / "keys.json"),
            "TLS_CERTIFICATE_FILE": str(files.certificate_file),
            "TLS_KEY_FILE": str(files.key_file),
            "TLS_AUTHORITY_FILE": str(files.authority_file),
        }
        with Environment(variables) as environment:
            assert files == TrustConfig.read(environment).identity().tls
