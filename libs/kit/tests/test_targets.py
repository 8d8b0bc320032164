"""Where peers are: one address, several, a name."""

import pytest

from oraculum_kit import targets


class TestPlaces:
    @pytest.mark.parametrize(
        ("target", "expected"),
        [
            ("127.0.0.1:80", [("127.0.0.1", 80)]),
            ("prediction:80", [("prediction", 80)]),
            ("dns:///prediction-headless:80", [("prediction-headless", 80)]),
            ("10.0.0.1:80, 10.0.0.2:81", [("10.0.0.1", 80), ("10.0.0.2", 81)]),
            ("[::1]:80", [("::1", 80)]),
        ],
    )
    def test_are_what_the_target_names(self, target: str, expected: list[targets.Place]) -> None:
        assert expected == targets.places(target)

    @pytest.mark.parametrize("target", ["", "prediction", "prediction:", ":80", "a:80,,b:80", "a:http"])
    def test_without_host_or_port_are_refused(self, target: str) -> None:
        with pytest.raises(ValueError, match="is not host:port"):
            targets.places(target)


class TestForGrpc:
    @pytest.mark.parametrize(
        ("target", "expected"),
        [
            ("prediction:80", "prediction:80"),
            ("dns:///prediction:80", "dns:///prediction:80"),
            ("10.0.0.1:80,10.0.0.2:81", "ipv4:10.0.0.1:80,10.0.0.2:81"),
            ("[::1]:80,[::2]:80", "ipv6:[::1]:80,[::2]:80"),
        ],
    )
    def test_writes_lists_of_addresses_as_grpc_does(self, target: str, expected: str) -> None:
        assert expected == targets.for_grpc(target)

    @pytest.mark.parametrize(
        ("target", "why"), [("a:80,b:80", "lists names"), ("10.0.0.1:80,[::1]:80", "mixes")]
    )
    def test_refuses_lists_that_grpc_does_not_take(self, target: str, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            targets.for_grpc(target)


async def test_addresses_of_a_place_that_is_written_twice_are_one() -> None:
    found = await targets.addresses([("127.0.0.1", 80), ("127.0.0.1", 80), ("127.0.0.1", 81), ("::1", 80)])
    assert {"127.0.0.1:80", "127.0.0.1:81", "[::1]:80"} == found


async def test_a_name_without_an_address_is_an_error() -> None:
    with pytest.raises(OSError, match=r".+"):
        await targets.addresses([("no-such-name.invalid", 80)])
