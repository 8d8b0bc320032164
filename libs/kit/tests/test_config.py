"""The environment, read once and typed."""

from pathlib import Path

import pytest

from oraculum_kit.config import ConfigurationError, Environment


class TestEnvironment:
    def test_reads_every_kind(self) -> None:
        variables = {"A": "x", "B": "7", "C": "1.5", "D": "yes", "E": "json", "F": "0.01"}
        with Environment(variables) as environment:
            read = (
                environment.text("A"),
                environment.integer("B"),
                environment.seconds("C"),
                environment.flag("D"),
                environment.choice("E", ("json", "console")),
                environment.ratio("F"),
            )
        assert read == ("x", 7, 1.5, True, "json", 0.01)

    def test_absent_and_empty_mean_the_default(self) -> None:
        with Environment({"A": ""}) as environment:
            assert (environment.text("A", "y"), environment.flag("B", False)) == ("y", False)  # noqa: FBT003
            assert environment.optional("A") is None

    def test_all_problems_are_told_at_once(self) -> None:
        variables = {
            "PORT": "many",
            "WAIT": "-1",
            "LEVEL": "loud",
            "ON": "perhaps",
            "SHARE": "2",
            "NAN": "nan",
        }

        def read(environment: Environment) -> None:
            environment.text("NAME")
            environment.integer("PORT")
            environment.seconds("WAIT")
            environment.choice("LEVEL", ("info",))
            environment.flag("ON")
            environment.ratio("SHARE")
            environment.seconds("NAN")

        with pytest.raises(ConfigurationError) as raised, Environment(variables) as environment:
            read(environment)
        said = [problem.split(":")[0].split("=")[0].split(" ")[0] for problem in raised.value.problems]
        assert said == ["NAME", "PORT", "WAIT", "LEVEL", "ON", "SHARE", "NAN"]

    def test_problem_comes_before_what_its_placeholder_broke(self) -> None:
        with pytest.raises(ConfigurationError, match="SIZE"), Environment({}) as environment:
            _ = 1 // environment.integer("SIZE")

    def test_integer_has_bounds(self) -> None:
        with pytest.raises(ConfigurationError, match="SIZE"), Environment({"SIZE": "0"}) as environment:
            environment.integer("SIZE", minimum=1)

    def test_secret_comes_from_its_file(self, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text("hush\n")
        with Environment({"PASSWORD_FILE": str(file)}) as environment:
            assert environment.secret("PASSWORD") == "hush"

    def test_missing_secret_names_both_ways_to_give_it(self) -> None:
        with (
            pytest.raises(ConfigurationError, match=r"PASSWORD \(or PASSWORD_FILE\)"),
            Environment({}) as environment,
        ):
            environment.secret("PASSWORD")

    def test_secret_that_is_wrong_is_not_told(self) -> None:
        """The error goes to a terminal and a log."""
        with (
            pytest.raises(ConfigurationError) as raised,
            Environment({"KEY_FILE": "/no/such"}) as environment,
        ):
            environment.secret("KEY")
        assert raised.value.problems == ("KEY_FILE: /no/such cannot be read (No such file or directory)",)

    def test_production_unless_told_otherwise(self) -> None:
        with Environment({}) as nothing_said, Environment({"ORACULUM_ENV": "development"}) as said:
            assert (nothing_said.development, said.development) == (False, True)
