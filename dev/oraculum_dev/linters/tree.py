"""The files of one checkout, each read and parsed at most once however many rules look at it."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

SKIPPED_FOLDERS = frozenset({".git", ".venv", ".oraculum", "__pycache__", "node_modules"})


@dataclass(frozen=True, order=True)
class Finding:
    """One place where one rule is broken."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


class SourceFile:
    """A file of the checkout. `path` is relative to the root and has forward slashes."""

    def __init__(self, root: Path, path: str) -> None:
        self.path = path
        self.absolute = root / path

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The folders down to the file, and its name."""
        return PurePosixPath(self.path).parts

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.parts[-1]

    @property
    def is_test(self) -> bool:
        """Whether only pytest runs it. Most rules protect what is deployed and leave tests alone."""
        return "tests" in self.parts[:-1] or self.name == "conftest.py"

    @property
    def is_generated(self) -> bool:
        """Whether protoc wrote it."""
        return "_pb2" in self.name or self.name.endswith("_generated.py")

    @cached_property
    def text(self) -> str:
        """The content; a binary file counts as empty, since no rule speaks about one."""
        content = self.absolute.read_bytes()
        return "" if b"\0" in content else content.decode("utf-8", errors="replace")

    @cached_property
    def lines(self) -> list[str]:
        """The content, line by line, as an editor would number it."""
        return self.text.split("\n")

    @cached_property
    def module(self) -> ast.Module | SyntaxError:
        """The syntax tree of a Python file, or why it has none."""
        try:
            return ast.parse(self.text, filename=self.path)
        except SyntaxError as error:
            return error

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the syntax tree, walked once for all rules; none of a file that cannot be parsed."""
        return tuple(ast.walk(self.module)) if isinstance(self.module, ast.Module) else ()

    def finding(self, rule: str, line: int | ast.AST, message: str) -> Finding:
        """What a rule says about a line, or about the line where a node begins."""
        return Finding(
            self.path, line if isinstance(line, int) else getattr(line, "lineno", 1), rule, message
        )


class Tree:
    """All files that are in git or would be added to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = tuple(SourceFile(root, path) for path in sorted(_paths(root)))

    def python(self) -> Iterator[SourceFile]:
        """The Python that a person wrote."""
        return (file for file in self.files if file.name.endswith(".py") and not file.is_generated)

    def named(self, suffix: str) -> Iterator[SourceFile]:
        """The files whose name ends so."""
        return (file for file in self.files if file.name.endswith(suffix))


def _paths(root: Path) -> Iterator[str]:
    if (root / ".git").exists():
        # Files not yet added count too: a rule should speak before the commit, not after it.
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
        # What was deleted but not yet committed is still listed, and a link has its text elsewhere.
        return (
            path for path in listed if path and (root / path).is_file() and not (root / path).is_symlink()
        )
    return (
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and not SKIPPED_FOLDERS.intersection(path.relative_to(root).parts)
    )
