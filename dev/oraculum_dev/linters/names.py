"""What a name in a module really means: aliases are followed back to what was imported.

`now()` after `from datetime import datetime as d; now = d.now` still hides; but whatever is written through an import
(`import uuid as u; u.uuid4`, `from time import time as t`) is seen through.
"""

import ast
from collections.abc import Mapping

from oraculum_dev.linters.tree import SourceFile


def imported_names(file: SourceFile) -> dict[str, str]:
    """Local name to the dotted name it was imported from."""
    names: dict[str, str] = {}
    for node in file.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import a.b` binds `a`; `import a.b as c` binds the whole path.
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                names[alias.asname or whole] = whole
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return names


def dotted(node: ast.AST, names: Mapping[str, str]) -> str | None:
    """The full dotted name of `a.b.c` as written, its first part resolved; None for anything else."""
    trail: list[str] = []
    while isinstance(node, ast.Attribute):
        trail.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([names.get(node.id, node.id), *reversed(trail)])


def argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    """The argument of a call that may be given by position or by keyword."""
    if position < len(call.args):
        return call.args[position]
    return next((given.value for given in call.keywords if given.arg == keyword), None)


def text_of(node: ast.AST | None) -> str | None:
    """The text of a string literal; what an f-string fills in is left out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "?" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = text_of(node.left), text_of(node.right)
        return None if left is None and right is None else (left or "?") + (right or "?")
    return None
