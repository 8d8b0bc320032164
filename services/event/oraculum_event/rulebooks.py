"""The crawler's rules as data: kept by version, read by every replica before it opens anything, tried before they hold."""

import re
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from importlib import resources
from typing import Any, Final
from uuid import UUID

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_event import events
from oraculum_event.crawler import Rule, Rulebook
from oraculum_event.errors import CrawlerRulesChanged
from oraculum_event.repository import CrawlerRules
from oraculum_event.repository.crawler_rules import StoredRules
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import Internal
from oraculum_kit.validation import Violations
from oraculum_money import Units

RULES_MAX: Final = 100
WORDS_MAX: Final = 1000
VENUES: Final = ("polymarket", "kalshi", "manifold")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
# What takes more than a moment on an unlucky title: groups that repeat, many repetitions, references.
REPEATS_MAX: Final = 2
_REPEATS: Final = frozenset("*+{")
_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_REFERENCE: Final = re.compile(r"\\\d|\(\?P=")
_VOLUME: Final = re.compile(r"\d{1,15}(\.\d{1,6})?", re.ASCII)


class Rulebooks:
    """Reads and replaces the rules."""

    def __init__(self, database: Database, shipped: Rulebook, clock: Clock) -> None:
        self._database = database
        # What the platform comes with; what the house puts into each market is of it in every version.
        self._shipped = shipped
        self._clock = clock
        self._rows = CrawlerRules()
        self._read: tuple[int, Rulebook] | None = None

    async def seed(self) -> None:
        """Write down what the platform comes with, where no rules are yet."""
        async with self._database.transaction() as connection:
            await self._rows.insert(
                connection, 1, to_content(self._shipped), set_by=None, now=self._clock.now()
            )

    async def stored(self, connection: Connection) -> StoredRules:
        """The rules that hold, with who set them."""
        stored = await self._rows.current(connection)
        if stored is None:
            raise Internal("no crawler rules are set")
        return stored

    async def current(self, connection: Connection) -> Rulebook:
        """The rules that hold; read anew only when their version is another."""
        stored = await self._rows.current(connection)
        if stored is None:
            return self._shipped
        if self._read is None or self._read[0] != stored.version:
            self._read = (stored.version, self.book(stored.content))
        return self._read[1]

    def book(self, content: dict[str, Any]) -> Rulebook:
        """Rules as they are applied."""
        return Rulebook(
            [from_entry(entry) for entry in content["rules"]],
            self._shipped.subsidy,
            self._shipped.asset,
            dict(content["category_words"]),
        )

    async def replace(
        self, connection: Connection, content: dict[str, Any], version: int, user_id: UUID
    ) -> int:
        """Let other rules hold; the number of their version."""
        stored = await self.stored(connection)
        if version and version != stored.version:
            raise CrawlerRulesChanged(version=stored.version)
        now = self._clock.now()
        if not await self._rows.insert(connection, stored.version + 1, content, set_by=user_id, now=now):
            raise CrawlerRulesChanged(version=stored.version + 1)
        await events.audit(
            connection, "crawler_rules.set", stored.version + 1, now, subject_kind="crawler_rules"
        )
        return stored.version + 1


def to_content(book: Rulebook) -> dict[str, Any]:
    """Rules as they are stored."""
    return {
        "rules": [{**asdict(rule), "volume_min": format(rule.volume_min, "f")} for rule in book.rules],
        "category_words": dict(book.categories),
    }


def from_entry(entry: dict[str, Any]) -> Rule:
    """One rule, from a file or from what is stored."""
    return Rule(
        **{
            **entry,
            "venues": tuple(entry.get("venues", ())),
            "categories": tuple(word.casefold() for word in entry.get("categories", ())),
            "volume_min": Decimal(str(entry.get("volume_min", 0))),
        }
    )


def read_rules(wire: pb.CrawlerRules, categories: Collection[str]) -> dict[str, Any]:
    """Rules as somebody sends them, checked and as they are stored; every bad field is named."""
    check = Violations()
    if not 1 <= len(wire.rules) <= RULES_MAX:
        check.refuse("rules", f"must be 1 to {RULES_MAX}")
    if len({rule.name for rule in wire.rules}) != len(wire.rules):
        check.refuse("rules", "must have names that differ from each other")
    rules = [_read_rule(f"rules[{index}]", rule, categories, check) for index, rule in enumerate(wire.rules)]
    if len(wire.category_words) > WORDS_MAX:
        check.refuse("category_words", f"must be {WORDS_MAX} at most")
    for word, category in wire.category_words.items():
        if not 1 <= len(word) <= 100 or category not in categories:
            check.refuse("category_words", f"{word[:100]!r} must mean one of {', '.join(categories)}")
    check.finish()
    words = {word.casefold(): category for word, category in wire.category_words.items()}
    return {"rules": rules, "category_words": words}


def _read_rule(
    field: str, rule: pb.CrawlerRule, categories: Collection[str], check: Violations
) -> dict[str, Any]:
    if not _NAME.fullmatch(rule.name):
        check.refuse(f"{field}.name", "must have 1 to 40 of a to z, 0 to 9 and hyphens, a letter first")
    for venue in rule.venues:
        if venue not in VENUES:
            check.refuse(f"{field}.venues", f"must be of {', '.join(VENUES)}")
    _check_words(f"{field}.categories", rule.categories, check)
    _check_pattern(f"{field}.title_pattern", rule.title_pattern, check)
    if rule.volume_min and not _VOLUME.fullmatch(rule.volume_min):
        check.refuse(f"{field}.volume_min", "must be a plain decimal number of at most 15 digits")
    check.integer(f"{field}.outcomes_max", rule.outcomes_max, minimum=2, maximum=100)
    check.integer(f"{field}.closes_within_days", rule.closes_within_days, minimum=1, maximum=3650)
    check.integer(f"{field}.open_max", rule.open_max, minimum=0, maximum=10_000)
    if rule.category not in categories:
        check.refuse(f"{field}.category", f"must be one of {', '.join(categories)}")
    return {
        "name": rule.name,
        "venues": list(rule.venues),
        "categories": [word.strip().casefold() for word in rule.categories],
        "title": rule.title_pattern,
        "volume_min": rule.volume_min or "0",
        "outcomes_max": rule.outcomes_max,
        "closes_within_days": rule.closes_within_days,
        "open_max": rule.open_max,
        "category": rule.category,
    }


def _check_pattern(field: str, pattern: str, check: Violations) -> None:
    """Note a pattern that is none, or one that could keep the crawler busy for longer than a moment."""
    check.text(field, pattern, maximum=200)
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        check.refuse(field, f"is not a regular expression: {error}")
        return
    tokens = _TOKEN.findall(pattern)
    repeated = [before for before, token in zip(["", *tokens], tokens, strict=False) if token in _REPEATS]
    if len(repeated) > REPEATS_MAX or ")" in repeated or _REFERENCE.search(pattern):
        check.refuse(field, f"may repeat characters {REPEATS_MAX} times, no groups, and refer to nothing")


def _check_words(field: str, words: Iterable[str], check: Violations) -> None:
    found = list(words)
    if len(found) > RULES_MAX:
        check.refuse(field, f"must be {RULES_MAX} at most")
    for word in found[:RULES_MAX]:
        check.text(field, word, minimum=1, maximum=100)


def rules_to_wire(content: dict[str, Any]) -> pb.CrawlerRules:
    """Stored rules as others see them."""
    return pb.CrawlerRules(
        rules=[
            pb.CrawlerRule(
                name=rule.name,
                venues=rule.venues,
                categories=rule.categories,
                title_pattern=rule.title,
                volume_min=format(rule.volume_min, "f"),
                outcomes_max=rule.outcomes_max,
                closes_within_days=rule.closes_within_days,
                open_max=rule.open_max,
                category=rule.category,
            )
            for rule in map(from_entry, content["rules"])
        ],
        category_words=content["category_words"],
    )


def load_rulebook(files: Sequence[str], subsidy: Units) -> Rulebook:
    """Read rules from files of this package, in this order."""
    rules: list[Rule] = []
    words: dict[str, str] = {}
    for name in files:
        document = tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
        rules += [from_entry(entry) for entry in document["rule"]]
        words |= document.get("category_words", {})
    return Rulebook(rules, subsidy, categories=words)
