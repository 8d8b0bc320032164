"""Migrations are safe to run on a database that serves: they wait briefly for locks and only go forward.

The first statement of each sets `lock_timeout`, so that a migration that meets a long transaction fails and is tried
again instead of queueing everybody behind it. A file that runs outside a transaction holds one statement, and that
works concurrently: PostgreSQL takes several that come together for a transaction. Nobody queues behind it, so it waits as
long as it must. It does not say `if not exists` either: what a build that was cut short leaves behind is not valid, and
must not pass for an index. The file's name begins with a UTC time of 14 digits, which dbmate takes
as the version. Nothing stands under `migrate:down`: what is wrong is mended by the next migration. The rest is left to
squawk, whose settings and reasons are in `.squawk.toml`. Escape: `-- lint-allow migrations: <why>`.
"""

import json
import re
import subprocess
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatch

from oraculum_dev.linters.tree import Finding, SourceFile, Tree
from oraculum_dev.project import tool

RULE = "migrations"

NAME = re.compile(r"(?P<version>\d{14})_[a-z0-9_]+\.sql")
SECTIONS = re.compile(
    r"^-- migrate:up(?P<options>[^\n]*)\n(?P<up>.*?)(?:^-- migrate:down[^\n]*\n(?P<down>.*))?\Z",
    re.DOTALL | re.MULTILINE,
)
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
LOCK_TIMEOUT = re.compile(r"\s*set\s+(?:local\s+)?lock_timeout\b", re.IGNORECASE)
ALONE = "transaction:false"
CONCURRENTLY = re.compile(
    r"\s*(?:create\s+(?:unique\s+)?index\s+concurrently\s+(?!if\b)|drop\s+index\s+concurrently\b"
    r"|reindex\s.*\bconcurrently\b|alter\s+table\s.*\bdetach\s+partition\s.*\bconcurrently\b)",
    re.IGNORECASE | re.DOTALL,
)
# What squawk asks of every statement, and one that stands alone must not have.
NOT_ALONE = ("require-lock-timeout", "prefer-robust-stmts")


def check(tree: Tree) -> Iterator[Finding]:
    """Every migration that could hurt a running database, or that says how to go back."""
    migrations = [file for file in tree.named(".sql") if fnmatch(file.path, "services/*/migrations/*.sql")]
    for file in migrations:
        yield from _form(file)
    yield from _duplicates(migrations)
    # dbmate wraps a file in a transaction unless the file says otherwise; squawk judges the two differently.
    alone = [file for file in migrations if ALONE in file.text]
    wrapped = [file for file in migrations if file not in alone]
    yield from _squawk(tree, wrapped, "--assume-in-transaction")
    yield from _squawk(tree, alone, "--no-assume-in-transaction", NOT_ALONE)


def _form(file: SourceFile) -> Iterator[Finding]:
    if not NAME.fullmatch(file.name):
        yield file.finding(RULE, 1, "a migration is named <14 digits of UTC time>_<what it does>.sql")
    sections = SECTIONS.search(file.text)
    if sections is None:
        yield file.finding(RULE, 1, "a migration begins with `-- migrate:up`")
        return
    statements = [text for text in COMMENT.sub("", sections["up"]).split(";") if text.strip()]
    if ALONE in sections["options"]:
        if len(statements) != 1 or not CONCURRENTLY.match(statements[0]):
            yield file.finding(RULE, 1, f"a migration with {ALONE} is one statement that works concurrently")
    elif not (statements and LOCK_TIMEOUT.match(statements[0])):
        yield file.finding(RULE, 1, "the first statement sets lock_timeout: set lock_timeout = '5s'")
    if COMMENT.sub("", sections["down"] or "").strip():
        line = file.text[: sections.start("down")].count("\n") + 1
        yield file.finding(RULE, line, "migrations only go forward: nothing stands under migrate:down")


def _duplicates(migrations: Sequence[SourceFile]) -> Iterator[Finding]:
    first: dict[tuple[str, str], str] = {}
    for file in migrations:
        version = (file.parts[1], file.name.partition("_")[0])
        if (earlier := first.setdefault(version, file.name)) != file.name:
            yield file.finding(RULE, 1, f"dbmate takes this for {earlier}, which has the same version")


def _squawk(
    tree: Tree, files: Sequence[SourceFile], transaction: str, left_out: Collection[str] = ()
) -> Iterator[Finding]:
    if not files:
        return
    config = tree.root / ".squawk.toml"
    settings = ["--config", str(config)] if config.is_file() else []
    command = [tool("squawk"), *settings, "--reporter", "json", transaction, *(file.path for file in files)]
    answer = subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)
    if not answer.stdout.strip().startswith("["):
        raise RuntimeError(f"squawk did not answer: {answer.stderr.strip()}")
    paths = {file.path: file for file in files}
    complaints = [one for one in json.loads(answer.stdout) if one["rule_name"] not in left_out]
    for complaint in complaints:
        # squawk counts lines from zero.
        message = f"{complaint['rule_name']}: {complaint['message']}"
        yield paths[complaint["file"]].finding(RULE, complaint["line"] + 1, message)
