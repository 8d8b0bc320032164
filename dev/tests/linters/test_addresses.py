"""What ties a checkout to one network or one machine. What is planted is put together, so that nobody finds it here."""

import pytest

from oraculum_dev.linters import addresses
from oraculum_dev.linters.planted import PlantedCheckout

HOST = "files.pythonhosted" + ".org"
DOWNLOAD = "https:/" + "/mirror.example/kafka/kafka_2.13-4.2.0.tgz"
HOME = "/home" + "/somebody/oraculum/"
WORK = "/work" + "/oraculum"
BESIDE = ".." + "/shared/data"


class TestLines:
    @pytest.mark.parametrize("text", [HOST, DOWNLOAD, HOME, WORK, BESIDE])
    @pytest.mark.parametrize("path", ["README.md", "dev/oraculum_dev/kafka.py", "Makefile"])
    def test_that_name_a_place_are_found(self, checkout: PlantedCheckout, path: str, text: str) -> None:
        """Registries, downloads and absolute paths are found in whatever kind of file they stand."""
        checkout.plant(path, f"first\n# see {text} for more\n")

        assert (path, 2) in checkout.found(addresses.check)

    @pytest.mark.parametrize(
        "text",
        [
            "https://clob.polymarket.com/markets",
            "https://www.rfc-editor.org/rfc/rfc9457",
            "https://api.example.com/home/page.html",
            "framework/work/of/art",
            "~/work/oraculum",
            "shared/data",
            "the roots of /api/v1/root/x",
        ],
    )
    def test_that_name_anything_else_are_innocent(self, checkout: PlantedCheckout, text: str) -> None:
        """A venue's API, a standard and a word are no registry, no download and nobody's folder."""
        checkout.plant("README.md", f"see {text}\n")

        assert [] == checkout.found(addresses.check)

    def test_of_tests_may_read_beside_the_checkout(self, checkout: PlantedCheckout) -> None:
        """Recordings that are too large to commit lie there."""
        checkout.plant("services/market-data/tests/test_recordings.py", f"DATA = '{BESIDE}'\n")

        assert [] == checkout.found(addresses.check)

    def test_of_binary_files_are_not_read(self, checkout: PlantedCheckout) -> None:
        """What is not text has no lines."""
        checkout.plant("protos/image.binpb", f"\0{HOST}")

        assert [] == checkout.found(addresses.check)


class TestLockFiles:
    @pytest.mark.parametrize("path", ["requirements/all.txt", "contracts/package-lock.json", "uv.lock"])
    def test_carry_no_address(self, checkout: PlantedCheckout, path: str) -> None:
        """Not even a mirror's: whoever installs says where from."""
        checkout.plant(path, "a==1\nb @ https:/" + "/mirror.example/b\n")

        assert [(path, 2)] == checkout.found(addresses.check)
