"""A committed file names no package registry, no download, and no folder of the machine it was written on.

Where packages come from is the installer's setting, so that the house can be built behind any mirror: lock files pin
by hash and carry no address at all. An absolute path into somebody's home works for that somebody only. Tests may
read what lies beside the checkout, and nothing else may. Escape: `# lint-allow addresses: <why>`.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatch

from oraculum_dev.linters.tree import Finding, SourceFile, Tree

RULE = "addresses"

LOCK_FILES = ("requirements/*.txt", "*.lock", "*package-lock.json", "*yarn.lock", "*pnpm-lock.yaml")

# Written as labels, since this file is committed too and must not name them either.
REGISTRIES = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("yarnpkg", "com"),
    ("maven", "org"),
    ("repo.maven.apache", "org"),
    ("crates", "io"),
    ("proxy.golang", "org"),
    ("rubygems", "org"),
    ("registry-1.docker", "io"),
)

PATTERNS = (
    (
        re.compile("|".join(re.escape(".".join(labels)) for labels in REGISTRIES)),
        "the host of a package registry",
    ),
    (
        re.compile(r"\w+://\S+\.(?:whl|jar|zip|tgz|tar\.\w+|exe|dmg|deb|rpm)\b"),
        "the address of a download",
    ),
    (
        re.compile(r"(?<![\w.:~])/(?:work|root|home/\w+|Users/\w+)/"),
        "an absolute path of one machine",
    ),
)
BESIDE = re.compile(r"(?:\.\./)+shared\b")
ADDRESS = re.compile(r"\w+://")


def check(tree: Tree) -> Iterator[Finding]:
    """Every line that ties the checkout to one network or one machine."""
    for file in tree.files:
        for number, line in enumerate(file.lines, start=1):
            for complaint in _complaints(file, line):
                yield file.finding(RULE, number, f"{complaint} in a committed file")


def _complaints(file: SourceFile, line: str) -> Iterator[str]:
    yield from (what for pattern, what in PATTERNS if pattern.search(line))
    if not file.is_test and BESIDE.search(line):
        yield "a folder outside the checkout"
    if ADDRESS.search(line) and any(fnmatch(file.path, pattern) for pattern in LOCK_FILES):
        yield "an address in a lock file"
