"""Files stay under 400 lines, functions under 70, and a module's name says what it is about.

The limits are hard stops; most files have 50 to 200 lines and most functions ten. A module called `utils`, `helpers`,
`manager`, `common` or `misc` is a drawer: everything fits, nothing is found. (That every module has a docstring is
ruff's D100 and D104.) Generated files and `schema.sql` are as long as they come
out, and a contract as long as its one service.
Escape: `# lint-allow shape: <why>` on the line that is reported.
"""

import ast
import re
from collections.abc import Iterator

from oraculum_dev.linters.tree import Finding, SourceFile, Tree

RULE = "shape"

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
LIMITED = (".py", ".sql", ".sol", ".rs", ".js", ".css", ".sh")
DRAWERS = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"})


def check(tree: Tree) -> Iterator[Finding]:
    """Every file and function past its limit, and every module named like a drawer."""
    for file in tree.files:
        if file.name.endswith(LIMITED) and not file.is_generated and file.name != "schema.sql":
            yield from _length(file)
    for file in tree.python():
        yield from _functions(file)
        yield from _names(file)


def _length(file: SourceFile) -> Iterator[Finding]:
    count = file.text.count("\n")
    if count > FILE_LINES_MAX:
        yield file.finding(
            RULE, 1, f"{count} lines; a file stops at {FILE_LINES_MAX}: split it by what it is about"
        )


def _functions(file: SourceFile) -> Iterator[Finding]:
    for node in file.nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            if count > FUNCTION_LINES_MAX:
                yield file.finding(
                    RULE, node, f"{node.name} has {count} lines; a function stops at {FUNCTION_LINES_MAX}"
                )


def _names(file: SourceFile) -> Iterator[Finding]:
    # The file's own name and its packages': a folder that is not a package is not ours to name.
    for name in file.parts:
        if drawers := DRAWERS.intersection(re.split(r"[^a-z]+", name.removesuffix(".py").lower())):
            yield file.finding(
                RULE, 1, f"{name!r} is a drawer ({', '.join(drawers)}); name what is inside it"
            )
