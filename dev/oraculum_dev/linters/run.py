"""Runs every rule over the checkout and prints what they find."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from oraculum_dev.linters import (
    addresses,
    amounts,
    escapes,
    imports,
    kit_only,
    migrations,
    shape,
    sql,
    topics,
)
from oraculum_dev.linters.tree import Finding, Tree
from oraculum_dev.project import ROOT

Check = Callable[[Tree], Iterable[Finding]]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        imports.RULE: imports.check,
        sql.RULE: sql.check,
        amounts.RULE: amounts.check,
        kit_only.RULE: kit_only.check,
        shape.RULE: shape.check,
        addresses.RULE: addresses.check,
        migrations.RULE: migrations.check,
        topics.RULE: topics.check,
    }
)


def main(paths: Sequence[str] = (), *, root: Path = ROOT) -> int:
    """Prints what is found under the given paths, or everywhere; the answer is an exit code."""
    wanted = [Path(path).resolve() for path in paths] or [root]
    shown = [
        finding
        for finding in findings(root)
        if any((root / finding.path).is_relative_to(path) for path in wanted)
    ]
    for finding in shown:
        print(finding)
    return 1 if shown else 0


def findings(root: Path, checks: Mapping[str, Check] = CHECKS) -> list[Finding]:
    """What the rules have to say about a checkout, in the order of files and lines."""
    tree = Tree(root)
    found = (finding for check in checks.values() for finding in check(tree))
    return sorted({*_unparsable(tree), *escapes.without_excused(found, tree, CHECKS.keys())})


def _unparsable(tree: Tree) -> Iterator[Finding]:
    # The rules see nothing in such a file, so silence about it would read as approval.
    for file in tree.python():
        if isinstance(error := file.module, SyntaxError):
            yield file.finding("syntax", error.lineno or 1, error.msg)
