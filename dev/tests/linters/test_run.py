"""All rules together, over planted files and over the real checkout."""

import subprocess

import pytest

from oraculum_dev.linters import findings, main, sql
from oraculum_dev.linters.planted import PlantedCheckout
from oraculum_dev.linters.tree import Tree
from oraculum_dev.project import ROOT


class TestMain:
    def test_prints_what_it_finds(
        self, checkout: PlantedCheckout, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Path, line, rule and message, as editors understand it, and an exit code of 1."""
        checkout.plant("gateway/oraculum_gateway/app.py", "import oraculum_wallet\n")

        assert 1 == main(root=checkout.root)
        assert (
            "gateway/oraculum_gateway/app.py:1: imports: gateway must not import oraculum_wallet\n"
            == capsys.readouterr().out
        )

    def test_looks_where_it_is_told(
        self, checkout: PlantedCheckout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With paths, only what lies under them is shown."""
        checkout.plant("gateway/oraculum_gateway/app.py", "import oraculum_wallet\n")
        checkout.plant("dev/oraculum_dev/demo.py", "import oraculum_kit\n")
        monkeypatch.chdir(checkout.root)

        assert 0 == main(["dev"], root=checkout.root)
        assert 1 == main(["gateway/oraculum_gateway/app.py"], root=checkout.root)
        assert capsys.readouterr().out.startswith("gateway/")

    def test_says_what_cannot_be_parsed(self, checkout: PlantedCheckout) -> None:
        """In a file that is no Python the rules see nothing, and silence would be a lie."""
        checkout.plant("dev/oraculum_dev/demo.py", "def broken(:\n")

        assert ["syntax"] == [finding.rule for finding in findings(checkout.root)]


class TestTree:
    def test_has_what_git_has_or_would_have(self, checkout: PlantedCheckout) -> None:
        """Files that are ignored or gone are no one's concern; files not yet added are."""
        git = ["git", "-C", str(checkout.root)]
        subprocess.run([*git, "init", "--quiet"], check=True)
        checkout.plant(".gitignore", "secret.py\n")
        checkout.plant("secret.py", "")
        checkout.plant("gone.py", "")
        checkout.plant("new.py", "")
        subprocess.run([*git, "add", "gone.py"], check=True)
        (checkout.root / "gone.py").unlink()

        assert [".gitignore", "new.py"] == [file.path for file in Tree(checkout.root).files]


class TestHouse:
    def test_lists_no_module_that_is_gone(self) -> None:
        """A module excused from the rule of SQL by name still exists."""
        assert [] == [path for path in sql.MODULES if not (ROOT / path).is_file()]

    def test_keeps_its_own_rules(self) -> None:
        """The checkout that these tests belong to breaks none."""
        assert [] == [str(finding) for finding in findings(ROOT)]
