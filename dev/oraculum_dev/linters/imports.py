"""A part of the house imports only what it may know: no service another service, the kit no domain, nobody upwards.

What each part may import is in `parts.py`. The rule holds under `TYPE_CHECKING` too, for modules imported by name
(the name must be a literal, so that it can be read here), for relative imports that climb out of their package, and
for the dependencies in a part's pyproject.toml. Changing `sys.path` would go around all of it and is refused.
Escape: `# lint-allow imports: <why>`.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from oraculum_dev.linters.names import argument, dotted, imported_names, text_of
from oraculum_dev.linters.parts import TEST_PACKAGES, Part, is_ours, part_of
from oraculum_dev.linters.tree import Finding, SourceFile, Tree

RULE = "imports"

# What imports a module that is named by a string, and the keywords that carry such a name.
IMPORTERS = frozenset(
    {
        "__import__",
        "importlib.__import__",
        "importlib.import_module",
        "pkgutil.resolve_name",
        "runpy.run_module",
    }
)


def check(tree: Tree) -> Iterator[Finding]:
    """Every import that reaches where its part may not."""
    for file in tree.python():
        if (part := part_of(file)) is not None:
            allowed = {part.package, *part.may_import, *(TEST_PACKAGES if file.is_test else ())}
            for node, module in _imported(file, part):
                if is_ours(module) and module.partition(".")[0] not in allowed:
                    yield file.finding(RULE, node, f"{part.folder} must not import {module}")
            yield from _tricks(file)
    for file in tree.named("pyproject.toml"):
        if (part := part_of(file)) is not None:
            yield from _dependencies(file, part)


def _imported(file: SourceFile, part: Part) -> Iterator[tuple[ast.AST, str]]:
    names = imported_names(file)
    for node in file.nodes:
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, file, part)
            # `from oraculum import x` may import the module oraculum.x, which no rule forbids alone.
            yield node, base
        elif isinstance(node, ast.Call) and dotted(node.func, names) in IMPORTERS:
            named = (text_of(argument(node, 0, "name")), text_of(argument(node, 1, "package")))
            yield from ((node, module) for module in named if module)


def _absolute(node: ast.ImportFrom, file: SourceFile, part: Part) -> str:
    """The module that an import means; one that climbs out of its package means whatever it lands on."""
    if not node.level:
        return node.module or ""
    inside = PurePosixPath(file.path).relative_to(part.folder).parent.parts
    climbed = inside[: max(0, len(inside) - node.level + 1)]
    return ".".join([*climbed, *([node.module] if node.module else [])])


def _tricks(file: SourceFile) -> Iterator[Finding]:
    names = imported_names(file)
    for node in file.nodes:
        if isinstance(node, ast.Call) and dotted(node.func, names) in IMPORTERS:
            if not isinstance(argument(node, 0, "name"), ast.Constant) and not file.is_test:
                yield file.finding(
                    RULE, node, "the name of an imported module is a literal, so that it can be checked"
                )
        elif isinstance(node, ast.Attribute) and dotted(node, names) == "sys.path":
            yield file.finding(
                RULE, node, "sys.path stays as it is: a package is installed, not found by chance"
            )


def _dependencies(file: SourceFile, part: Part) -> Iterator[Finding]:
    project: Mapping[str, object] = tomllib.loads(file.text).get("project", {})
    listed = project.get("dependencies", [])
    for requirement in listed if isinstance(listed, list) else []:
        package = re.split(r"[^\w-]", str(requirement), maxsplit=1)[0].replace("-", "_")
        package = package.removesuffix("_protos")
        if is_ours(package) and package not in part.may_import:
            line = next(number for number, text in enumerate(file.lines, 1) if str(requirement) in text)
            yield file.finding(RULE, line, f"{part.folder} must not depend on {requirement}")
