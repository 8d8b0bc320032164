"""The environment, read once and typed.

    with Environment(os.environ) as environment:
        return Config(
            database_url=environment.secret("DATABASE_URL"),
            poll_seconds=environment.seconds("POLL_SECONDS", 1.0),
        )

Problems are collected and raised together at the end of the block, so that an operator mends all of them at once.
"""

import enum
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

T = TypeVar("T")


class _Missing(enum.Enum):
    REQUIRED = enum.auto()


REQUIRED: Final = _Missing.REQUIRED

_FLAGS: Final[Mapping[str, bool]] = {
    "1": True, "true": True, "yes": True, "on": True,
    "0": False, "false": False, "no": False, "off": False,
}  # fmt: skip


class ConfigurationError(Exception):
    """The environment lacks something or says it wrongly."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "the environment is not right:\n" + "\n".join(f"  {problem}" for problem in problems)
        )


class Environment:
    """Reads variables; remembers what was missing or bad and says all of it at once."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._problems: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # A placeholder for a bad variable may have upset the caller's constructor: the problems are the real story.
        if self._problems:
            raise ConfigurationError(self._problems) from error

    @property
    def development(self) -> bool:
        """Whether this is a developer's machine. Only then may anything be looser than in production."""
        return self.choice("ORACULUM_ENV", ("development", "production"), "production") == "development"

    def refuse(self, name: str, problem: str) -> None:
        """Note what only its reader can see is wrong with a variable."""
        self._problems.append(f"{name}: {problem}")

    def text(self, name: str, default: str | _Missing = REQUIRED) -> str:
        """Any text that is not empty."""
        return self._read(name, default, str, "")

    def optional(self, name: str) -> str | None:
        """Text, or None when the variable is absent or empty."""
        return self._variables.get(name) or None

    def secret(self, name: str, default: str | _Missing = REQUIRED) -> str:
        """Text from NAME, or the content of the file that NAME_FILE names."""
        path = self._variables.get(f"{name}_FILE")
        if path is None:
            return self._read(name, default, str, "", hint=f" (or {name}_FILE)")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            self._problems.append(f"{name}_FILE: {path} cannot be read ({error.strerror})")
            return ""

    def integer(
        self,
        name: str,
        default: int | _Missing = REQUIRED,
        *,
        minimum: int | None = None,
        maximum: int | None = None,
    ) -> int:
        """A whole number within its bounds."""

        def parse(text: str) -> int:
            value = int(text)
            if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
                raise ValueError(f"must lie between {minimum} and {maximum}")
            return value

        return self._read(name, default, parse, 0)

    def seconds(self, name: str, default: float | _Missing = REQUIRED) -> float:
        """A duration in seconds, not negative."""
        return self._read(name, default, _not_negative, 0.0)

    def ratio(self, name: str, default: float | _Missing = REQUIRED) -> float:
        """A number from 0 to 1."""

        def parse(text: str) -> float:
            value = _not_negative(text)
            if value > 1:
                raise ValueError("must lie between 0 and 1")
            return value

        return self._read(name, default, parse, 0.0)

    def flag(self, name: str, default: bool | _Missing = REQUIRED) -> bool:  # noqa: FBT001  its meaning is its name
        """Yes or no."""

        def parse(text: str) -> bool:
            if text.lower() not in _FLAGS:
                raise ValueError(f"must be one of {', '.join(_FLAGS)}")
            return _FLAGS[text.lower()]

        return self._read(name, default, parse, False)  # noqa: FBT003

    def choice(self, name: str, choices: tuple[str, ...], default: str | _Missing = REQUIRED) -> str:
        """One of a few words."""

        def parse(text: str) -> str:
            if text not in choices:
                raise ValueError(f"must be one of {', '.join(choices)}")
            return text

        return self._read(name, default, parse, choices[0])

    def _read(
        self, name: str, default: T | _Missing, parse: Callable[[str], T], placeholder: T, *, hint: str = ""
    ) -> T:
        text = self._variables.get(name)
        if not text:
            if isinstance(default, _Missing):
                self._problems.append(f"{name}{hint} is missing")
                return placeholder
            return default
        try:
            return parse(text)
        except ValueError as error:
            self._problems.append(f"{name}={text!r}: {error}")
            return placeholder


def _not_negative(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise ValueError("must be a number that is not negative")
    return value
