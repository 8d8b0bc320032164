"""What the law of a state says: whether one may play there, from which age, and how risky it is held to be.

    JURISDICTION_RULES_FILE=/etc/oraculum/jurisdictions.json     in the place of the file that comes along

The file knows countries (ISO 3166-1) and, where a country's law differs by state, its states (ISO 3166-2). A state that is
not named has its country's rule, and a country that is not named the default. Who lives in a country that is `by_region`
says in which state, so that nobody has the country's rule by leaving the state out or making one up. Real states are those
that the operator's file names, and those of the file that comes along, which names all of the United States'. The file that
comes along is a beginning for the operator's own counsel, not legal advice.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

AGE_MIN: Final = 18
_STATE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


class RulesError(Exception):
    """The file of rules is not right."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The law of one state."""

    allowed: bool = True
    age: int = AGE_MIN
    risk: int = 0
    # Whether one must say in which of its states one lives, of those that there are.
    by_region: bool = False


class Jurisdictions:
    """All rules."""

    def __init__(self, default: Rule, states: Mapping[str, Rule], real: Collection[str] = ()) -> None:
        self._default = default
        self._states = states
        # States that there are though these rules have none for them.
        self._real = frozenset(states) | frozenset(real)

    @classmethod
    def read(cls, path: str | None) -> "Jurisdictions":
        """Read a file, or the one that comes along; every entry is checked."""
        along = json.loads((files(__package__) / "jurisdictions.json").read_text("utf-8"))
        document = json.loads(Path(path).read_text("utf-8")) if path else along
        unknown = [name for name in document["states"] if not _STATE.fullmatch(name)]
        if unknown:
            raise RulesError(f"{unknown[0]!r} is no ISO 3166 code")
        states = {name: _rule(name, entry) for name, entry in document["states"].items()}
        named = {name.partition("-")[0] for name in states if "-" in name}
        for name in (name for name, rule in states.items() if rule.by_region and name not in named):
            raise RulesError(f"{name} goes by region, and none of its states is named")
        return cls(_rule("default", document["default"]), states, along["states"])

    def of(self, country: str, region: str = "") -> Rule:
        """The rule of a state; of its country where the state has none."""
        found = self._states.get(f"{country}-{region}") if region else None
        return found or self._states.get(country) or self._default

    def wants_region(self, country: str, region: str) -> bool:
        """Whether the law asks for a state, and this is none that there is."""
        return self.of(country).by_region and f"{country}-{region}" not in self._real


def age_on(birth: date, today: date) -> int:
    """Whole years; whoever was born on a 29th of February has their day on the 1st of March in other years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _rule(name: str, entry: dict[str, Any]) -> Rule:
    try:
        rule = Rule(**entry)
    except TypeError as error:
        raise RulesError(f"{name}: {error}") from error
    if rule.age < AGE_MIN:
        raise RulesError(f"{name}: nobody under {AGE_MIN} may play anywhere")
    return rule
