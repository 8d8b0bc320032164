"""A checkout with planted files: what the linters' own tests look at.

A planted line that must be found ends with the mark `!` in a comment; every other line is innocent.

    checkout.plant("gateway/oraculum_gateway/a.py", '''
        import oraculum_kit
        import oraculum_wallet  # !
    ''')
    assert checkout.marked() == checkout.found(imports.check)
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import dedent

from oraculum_dev.linters.tree import Finding, Tree

MARK = re.compile(r"(?:#|--) !$", re.MULTILINE)


class PlantedCheckout:
    """A folder that looks like a checkout and holds only what a test plants."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def plant(self, path: str, text: str) -> None:
        """Write a file, and the folders that lead to it."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"), encoding="utf-8")

    def marked(self) -> list[tuple[str, int]]:
        """Where something must be found: path and line."""
        return [
            (file.path, number)
            for file in Tree(self.root).files
            for number, line in enumerate(file.lines, start=1)
            if MARK.search(line)
        ]

    def found(self, check: Callable[[Tree], Iterable[Finding]]) -> list[tuple[str, int]]:
        """Where a rule finds something: path and line."""
        return sorted({(finding.path, finding.line) for finding in check(Tree(self.root))})

    def messages(self, check: Callable[[Tree], Iterable[Finding]]) -> list[str]:
        """What a rule says about the whole checkout."""
        return [finding.message for finding in check(Tree(self.root))]
