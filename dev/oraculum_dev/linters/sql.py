"""SQL lives only in repositories, in `sql/*.sql` and in migrations.

In Python, outside a repository, four things are findings: a string that reads like a statement, a literal handed to
`execute`, `execute` called on a connection or a cursor at all, and statements loaded from `sql/`, since what is asked
of the database has its verb in the repository. The kit has no repository and may load its own statements; its modules,
and the local runner's, whose very job is SQL are listed below.
Docstrings and tests are free. Escape: `# lint-allow sql: <why>`.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from types import MappingProxyType

from oraculum_dev.linters.names import argument, dotted, imported_names, text_of
from oraculum_dev.linters.tree import Finding, SourceFile, Tree

RULE = "sql"

# Modules besides the repositories whose job is SQL, and why it is.
MODULES: Mapping[str, str] = MappingProxyType(
    {
        "libs/kit/oraculum_kit/db.py": "opens connections and asks whether the database is there",
        "libs/kit/oraculum_kit/sql_files.py": "runs the statements that sql/ names",
        "libs/kit/oraculum_kit/listening.py": "listens, which takes the channel's name as an identifier",
        "libs/kit/oraculum_kit/relay.py": "runs its statements with cursors of its own kind, for speed",
        "dev/oraculum_dev/infrastructure/postgres.py": "starts the server and asks whether it is there",
        "dev/oraculum_dev/infrastructure/databases.py": "makes roles and schemas before any service can",
        "dev/oraculum_dev/fixtures/databases.py": "makes and drops the databases of tests",
        "dev/oraculum_dev/faults/inside.py": "proves what must hold across schemas, which no repository may see",
    }
)

FOLDERS = ("*/sql/*.sql", "*/migrations/*.sql", "*/schema.sql", "*/repository.py", "*/repository/*.py")

STATEMENT = re.compile(
    r"""^\s*(?:--[^\n]*\n\s*)*(?:
        select\s.+\sfrom\s | select\s+[\w.]+\( |
        (?:insert|merge)\s+into\s | delete\s+from\s+\S | update\s+\S+\s+set\s | truncate\s+table\s |
        with\s+(?:recursive\s+)?\w+\s+as\s+(?:not\s+)?(?:materialized\s+)?\( |
        (?:create|alter|drop)\s+(?:or\s+replace\s+|unique\s+)?
            (?:table|index|schema|role|user|database|view|materialized|type|function|trigger|sequence|extension)\s |
        (?:grant|revoke)\s.+\s(?:on|to|from)\s | lock\s+table\s | copy\s.+\s(?:from|to)\s+std |
        set\s+(?:local\s+)?(?:lock_timeout|statement_timeout|search_path|role|transaction)\b
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)

EXECUTORS = frozenset({"execute", "executemany", "executescript"})
LOADERS = frozenset({"oraculum_kit.queries", "oraculum_kit.db.queries", "oraculum_kit.sql_files.queries"})
RECEIVERS = frozenset({"connection", "conn", "cursor", "cur", "transaction", "db", "database", "pool"})


def check(tree: Tree) -> Iterator[Finding]:
    """Every statement, and every way to run one, outside the places that have SQL."""
    for file in tree.python():
        if not (file.is_test or _has_sql(file)):
            yield from _literals(file)
            yield from _executions(file)
    for file in tree.named(".sql"):
        if not (file.is_test or _has_sql(file)):
            yield file.finding(RULE, 1, "a file of SQL lives in sql/ or migrations/")


def _has_sql(file: SourceFile) -> bool:
    return file.path in MODULES or any(fnmatch(file.path, pattern) for pattern in FOLDERS)


def _literals(file: SourceFile) -> Iterator[Finding]:
    skipped = _docstrings(file)
    for node in file.nodes:
        if id(node) in skipped:
            continue
        text = text_of(node)
        if text is not None and _is_statement(text):
            skipped.update(map(id, ast.walk(node)))
            yield file.finding(RULE, node, "a statement of SQL belongs in sql/ or in a repository")


def _is_statement(text: str) -> bool:
    # "Select an outcome from the list" is a sentence: SQL is written all small or all capital.
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return bool(STATEMENT.search(text)) and (first.islower() or first.isupper() or first.startswith("--"))


def _docstrings(file: SourceFile) -> set[int]:
    return {id(node.value) for node in file.nodes if isinstance(node, ast.Expr)}


def _executions(file: SourceFile) -> Iterator[Finding]:
    names = imported_names(file)
    for node in file.nodes:
        if not isinstance(node, ast.Call):
            continue
        if dotted(node.func, names) in LOADERS and not file.path.startswith("libs/kit/"):
            yield file.finding(RULE, node, "only a repository loads statements")
        if not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in EXECUTORS and (
            _is_database(node.func.value) or text_of(argument(node, 0, "query"))
        ):
            yield file.finding(RULE, node, "only a repository runs statements; give this one a verb there")


def _is_database(receiver: ast.expr) -> bool:
    # `cursor`, `self.connection`, `connection.cursor()`, `(await db.connect())`: the last name says what it is.
    while isinstance(receiver, (ast.Call, ast.Await)):
        receiver = receiver.func if isinstance(receiver, ast.Call) else receiver.value
    name = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "")
    return name.removeprefix("_") in RECEIVERS
