"""Generates the code of the contracts, and proves that what is committed is what they say.

protoc generates because buf cannot call its Python plugin for gRPC; buf judges style and breaking changes. Whether the
topics' files tell the truth is a linter's question: see `linters/topics.py`.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from oraculum_dev.infrastructure.wheels import files_of
from oraculum_dev.project import PROTOS, ROOT, tool

IMAGE = PROTOS / "image.binpb"
WELL_KNOWN = files_of("grpc_tools") / "_proto"
GENERATED = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")


class ContractError(Exception):
    """A contract does not hold; the text says which and where."""


def main(arguments: list[str]) -> int:
    """Generate the code; with --accept also make today's contracts the ones that later changes may not break."""
    parser = argparse.ArgumentParser(prog="oraculum protos", description=main.__doc__)
    parser.add_argument(
        "--accept", action="store_true", help="renew protos/image.binpb, allowing what breaks"
    )
    parser.add_argument("--check", action="store_true", help="change nothing; say what is wrong")
    options = parser.parse_args(arguments)
    if options.check:
        problems = check()
        print("\n".join(problems) or "the contracts hold")
        return int(bool(problems))
    try:
        _run([tool("buf"), "lint"])
        print(f"generated {regenerate()} files")
        if options.accept:
            _run([tool("buf"), "build", "-o", str(IMAGE)])
            print(f"wrote {IMAGE.relative_to(ROOT)}")
    except ContractError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def check() -> list[str]:
    """Return what is wrong with the contracts, in sentences; nothing when all is well."""
    checks: list[Callable[[], None]] = [_check_style, _check_breaking, _check_generated]
    problems = []
    for one in checks:
        try:
            one()
        except ContractError as error:
            problems.append(str(error))
    return problems


def regenerate() -> int:
    """Write the generated code beside the contracts and remove what no contract explains any more."""
    with tempfile.TemporaryDirectory() as place:
        fresh = _generate(Path(place))
        for old in _generated(PROTOS).keys() - fresh.keys():
            (PROTOS / old).unlink()
        for name, content in fresh.items():
            path = PROTOS / name
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)
        return len(fresh)


def _generate(place: Path) -> dict[str, bytes]:
    sources = sorted(path.relative_to(ROOT) for path in PROTOS.rglob("*.proto"))
    services = [path for path in sources if re.search(r"^service ", (ROOT / path).read_text(), re.MULTILINE)]
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS.name}", f"-I{WELL_KNOWN}"]
    plugins = [f"--plugin={name}={tool(name)}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")]
    _run([*protoc, *plugins, f"--python_out={place}", f"--mypy_out={place}", *map(str, sources)])
    # Only for files with a service: for others the plugin writes a module with nothing in it.
    _run([*protoc, *plugins, f"--grpc_python_out={place}", f"--mypy_grpc_out={place}", *map(str, services)])
    return _generated(place)


def _generated(folder: Path) -> dict[str, bytes]:
    paths = {path for pattern in GENERATED for path in folder.rglob(pattern)}
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def _check_style() -> None:
    _run([tool("buf"), "lint"])
    _run([tool("buf"), "format", "--diff", "--exit-code"])


def _check_breaking() -> None:
    _run([tool("buf"), "breaking", "--against", str(IMAGE)])


def _check_generated() -> None:
    with tempfile.TemporaryDirectory() as place:
        fresh, committed = _generate(Path(place)), _generated(PROTOS)
    stale = sorted(name for name in fresh.keys() | committed.keys() if fresh.get(name) != committed.get(name))
    if stale:
        raise ContractError(
            "generated code is not what the contracts say; run `make protos`:\n  " + "\n  ".join(stale)
        )


def _run(command: list[str]) -> None:
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if result.returncode != 0:
        raise ContractError(
            f"{Path(command[0]).name} {command[1]}:\n{(result.stdout + result.stderr).strip()}"
        )
