"""What runbooks, docs/restore.md and the chart's notes tell somebody at night to type: it exists, and is understood."""

import importlib.util
import re
import shlex
from pathlib import Path

import psycopg
import pytest

from oraculum_dev.chart.render import render_texts
from oraculum_dev.command import COMMANDS
from oraculum_dev.observe import rules
from oraculum_dev.observe.boards import BOARDS
from oraculum_dev.project import ROOT, SERVICES
from oraculum_gateway.app import all_routes
from oraculum_kit.health import Health

PAGES = (*sorted((ROOT / "docs" / "runbooks").glob("*.md")), ROOT / "docs" / "restore.md")
QUOTED = re.compile(r"`([^`]+)`")
ASKED = re.compile(r"\b(GET|POST|PUT|DELETE) /api/v1(/[^\s?`')]*)")
MODULE = re.compile(r"python -m ([a-z_.]+)")
SCHEMA = re.compile(r"\b(auth|event|prediction|wallet|market_data|notification)\.[a-z_]+")


def quoted(path: Path) -> list[str]:
    """What stands between backticks, on one line each."""
    return [" ".join(one.split()) for one in QUOTED.findall(path.read_text(encoding="utf-8"))]


def statements() -> list[str]:
    """The SQL of all pages, filled in where the page leaves something out."""
    found = [one for path in PAGES for one in quoted(path) if one.startswith(("select ", "update "))]
    found += [
        part
        for one in quoted(ROOT / "docs" / "restore.md")
        if one.startswith("kubectl cnpg psql")
        for part in shlex.split(one)[-1].split(";")
    ]
    return [
        one.strip().replace("<schema>", "wallet").replace("...", "null").replace("(pid)", "(0)")
        for one in found
    ]


def routes() -> set[tuple[str, str]]:
    """Method and path of everything that the gateway answers."""
    return {(one.method, one.path) for one in all_routes(Health(), ledger_is_public=False)}


def notes() -> str:
    production, development = (
        next(text for name, text in render_texts(values).items() if name.endswith("NOTES.txt"))
        for values in ({}, {"environment": "development"})
    )
    return production + development


async def test_every_statement_of_a_runbook_is_understood_by_its_schema(database_for) -> None:
    urls: dict[str, str] = {}
    assert len(statements()) > 10
    for statement in statements():
        named = SCHEMA.search(statement)
        service = named[1].replace("_", "-") if named else "wallet"
        if service not in urls:
            urls[service] = await database_for(service)
        async with await psycopg.AsyncConnection.connect(urls[service]) as connection:
            await connection.execute(f"explain {statement}".encode())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_route_of_a_page_exists(path: Path) -> None:
    assert set(ASKED.findall(path.read_text(encoding="utf-8"))) <= routes()


def test_the_notes_lead_to_routes_and_programs_that_exist() -> None:
    text = notes()
    asked = set(ASKED.findall(text))
    assert len(asked) > 3
    assert asked <= routes()
    modules = MODULE.findall(text)
    assert {"oraculum_auth.admin", "oraculum_wallet.capital"} == set(modules)
    assert all(importlib.util.find_spec(module) for module in modules)


def test_a_shell_takes_the_commands_of_the_notes_as_they_stand() -> None:
    """An ampersand without quotes would end a command in the middle of its address."""
    typed = [line.strip() for line in notes().splitlines() if line.strip().startswith(("curl ", "kubectl "))]
    assert len(typed) > 5
    for line in typed:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        assert not {"&", ";", "|", ">", "<", "(", ")"} & set(lexer), line


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_commands_programs_and_dashboards_of_a_page_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    words = [one.split() for one in quoted(path) if one.startswith("oraculum ")]
    assert {parts[1] for parts in words} <= COMMANDS.keys()
    assert all(importlib.util.find_spec(module) for module in MODULE.findall(text))
    boards = {board.name for board in BOARDS}
    assert set(re.findall(r"[Dd]ashboards? `([^`]+)`", text)) <= boards
    alerts = {alert.name for alert in rules.every_alert()}
    named = {one for one in quoted(path) if re.fullmatch(r"(?:[A-Z][a-z]+){2,}", one)}
    assert named <= alerts | {"ServiceMonitor"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_a_page_scales_nobody_scales_back(path: Path) -> None:
    """An autoscaler takes back within seconds what `kubectl scale` gave."""
    assert "kubectl scale" not in path.read_text(encoding="utf-8")


def test_deployments_that_are_named_are_there() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    named = set(re.findall(r"deployment/oraculum-([a-z-]+)", text))
    assert named <= {*SERVICES, "gateway", "valkey"}
