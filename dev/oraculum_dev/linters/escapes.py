"""Escape comments: a line may break a rule when it says which one and why.

The comment stands at the end of the line it excuses, or alone on the line before. It names the rule and gives a
reason of at least three words. An escape that nothing needs any more is reported, so that none outlives its cause.
"""

import io
import re
import tokenize
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from oraculum_dev.linters.tree import Finding, SourceFile, Tree

RULE = "escape"
ESCAPE = re.compile(r"(?:#|--|//) lint-allow (?P<rule>[a-z-]+)(?P<reason>.*)$")
REASON_WORDS_MIN = 3


@dataclass(frozen=True)
class Escape:
    """One escape comment: where it stands, and the lines that it excuses."""

    file: SourceFile
    line: int
    rule: str
    reason: str
    excused: frozenset[int]

    def excuses(self, finding: Finding) -> bool:
        """Whether the finding is one that this comment speaks of."""
        return self.rule == finding.rule and self.file.path == finding.path and finding.line in self.excused


def without_excused(found: Iterable[Finding], tree: Tree, rules: Collection[str]) -> Iterator[Finding]:
    """Drops what an escape excuses and adds what is wrong with the escapes themselves."""
    escapes = [escape for file in tree.files for escape in _escapes(file)]
    used: set[Escape] = set()
    for finding in found:
        matching = [escape for escape in escapes if escape.excuses(finding)]
        used.update(matching)
        if not matching:
            yield finding
    for escape in escapes:
        if (message := _complaint(escape, rules, used=escape in used)) is not None:
            yield escape.file.finding(RULE, escape.line, message)


def _escapes(file: SourceFile) -> Iterator[Escape]:
    # Tests plant escapes inside string literals, and prose explains them: only code can need one.
    if file.is_test or file.name.endswith(".md") or "lint-allow" not in file.text:
        return
    for number, column in _comments(file):
        text = file.lines[number - 1]
        if match := ESCAPE.match(text, column):
            stands_alone = not text[:column].strip()
            excused = frozenset({number, number + 1} if stands_alone else {number})
            yield Escape(file, number, match["rule"], match["reason"], excused)


def _comments(file: SourceFile) -> Iterator[tuple[int, int]]:
    """Line and column of what may be an escape; in Python only real comments, so that docstrings may explain."""
    if file.name.endswith(".py"):
        tokens = tokenize.generate_tokens(io.StringIO(file.text).readline)
        yield from (token.start for token in tokens if token.type == tokenize.COMMENT)
    else:
        for number, text in enumerate(file.lines, start=1):
            yield from ((number, match.start()) for match in ESCAPE.finditer(text))


def _complaint(escape: Escape, rules: Collection[str], *, used: bool) -> str | None:
    if escape.rule not in rules:
        return f"there is no rule {escape.rule!r}; the rules are {', '.join(sorted(rules))}"
    if not escape.reason.startswith(": ") or len(escape.reason.split()) <= REASON_WORDS_MIN:
        return "an escape gives its reason: `lint-allow <rule>: <why this line may>`"
    return None if used else f"nothing on this line breaks {escape.rule!r} any more; remove the escape"
