"""Webhooks reach the public internet and nothing else: by number, by name, by a number in another's clothes."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator

import pytest

from oraculum_notification.webhooks.addresses import AddressRefusedError, Rules, UrlRefusedError
from oraculum_notification.webhooks.network import PublicNetwork
from oraculum_notification.webhooks.posting import Poster

PUBLIC = Rules(development=False)

INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0",  # noqa: S104  an address that is refused
    "10.0.0.1", "172.16.5.4", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "fe80::1", "fc00::1",
    "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001:0:7f00:1::", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "64:ff9b:1::1",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", INSIDE)
def test_what_only_we_can_reach_is_refused(address: str) -> None:
    assert not PUBLIC.admits(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_everybody_can_reach_is_not(address: str) -> None:
    assert PUBLIC.admits(ipaddress.ip_address(address))


def test_on_a_development_machine_the_machine_itself_is_reached_and_its_network_is_not() -> None:
    rules = Rules(development=True)
    reached = [address for address in INSIDE if rules.admits(ipaddress.ip_address(address))]
    assert ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"] == reached


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "https://localhost/", "https://wallet/", "https://127.0.0.1/", "https://[::1]/",
        "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://example.com:8443/", "https://",
        "https:///path", "https://example.com:port/", "https://example.com:99999/", "https://a@example.com/",
        "https://example.com/#part", "https://example.com\\@10.0.0.1/", "https://exa mple.com/", "//example.com",
        "https://ex_ample..com/", "https://-x.com/", f"https://{'a' * 64}.com/", f"https://example.com/{'x' * 2048}",
        "https://exämple.com/", "javascript:alert(1)", "https://example.com/\r\nx: y",
    ],
)  # fmt: skip
def test_urls_that_lead_astray_are_refused_when_they_are_given(url: str) -> None:
    with pytest.raises(UrlRefusedError):
        PUBLIC.destination(url)


def test_a_url_is_taken_apart_once() -> None:
    to = PUBLIC.destination("https://Hooks.Example.com/a/b?c=d")
    assert (True, "hooks.example.com", 443, "/a/b?c=d") == (to.secure, to.host, to.port, to.target)
    assert "hooks.example.com" == to.authority
    here = Rules(development=True).destination("http://[::1]:8080")
    assert (False, "::1", 8080, "/", "[::1]:8080") == (
        here.secure,
        here.host,
        here.port,
        here.target,
        here.authority,
    )


class TestNames:
    @pytest.fixture
    async def listening(self) -> AsyncIterator[tuple[int, list[str]]]:
        """A server on this machine, and who came."""
        came: list[str] = []

        def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            came.append("somebody")
            writer.close()

        server = await asyncio.start_server(take, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1], came
        finally:
            server.close()

    @pytest.mark.parametrize("name", ["localhost", "127.1", "0x7f.1", "2130706433"])
    async def test_a_name_that_stands_for_an_address_of_ours_is_refused_before_anybody_is_called(
        self, listening: tuple[int, list[str]], name: str
    ) -> None:
        port, came = listening
        network = PublicNetwork(PUBLIC)
        try:
            with pytest.raises(AddressRefusedError):
                await network.connect_tcp(name, port, 5.0)
        finally:
            network.close()
        assert [] == came

    async def test_an_attempt_says_so_in_a_word(self) -> None:
        async with Poster(PUBLIC) as poster:
            results = [await poster.post(url, {}, b"") for url in ("https://127.1/", "http://127.0.0.1/")]
        assert ["address_refused"] * 2 == [result.word for result in results]

    async def test_a_name_that_stands_for_nothing_is_unreachable(self) -> None:
        async with Poster(PUBLIC) as poster:
            result = await poster.post("https://nobody.invalid/", {}, b"")
        assert result.word in {"unreachable", "timeout"}
