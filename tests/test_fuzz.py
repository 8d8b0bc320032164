"""A short plan of Schemathesis over the whole surface; `oraculum fuzz` takes its time."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from oraculum_dev.demo.api import Api, new_key
from oraculum_dev.demo.person import Person
from oraculum_dev.faults.scene import make_operator
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.fuzzing.run import Plan, fuzz
from oraculum_money import ASSETS

pytestmark = pytest.mark.end_to_end

# What lies at the bounds of every parameter, Schemathesis's phase "coverage", asks for far more than there is time for here:
# `oraculum fuzz` has it, and test_bad_input.py goes through every field in its own way.
PLAN = Plan(examples=2, phases=("examples", "fuzzing"))


@pytest.fixture
def unchanged(suite: Suite) -> Iterator[None]:
    """Put back what is said of everybody; all else that is asked for is the fuzzer's own or not there."""

    async def said(wanted: Sequence[tuple[str, dict[str, Any]]] = ()) -> list[tuple[str, dict[str, Any]]]:
        api = Api(suite.url)
        try:
            person = Person("keeper", await make_operator(suite), api)
            await person.sign_in()
            for path, body in wanted:
                await api.ask("PUT", path, token=person.token, body=body, key=new_key())
            rows = (await person.get("/admin/prohibited"))["data"]
            rules = await person.get("/admin/crawler-rules")
            limits = await person.get("/admin/limits")
            house = {row["asset"]: row for row in limits["house"]}
            prohibited = [{name: row[name] for name in ("kind", "subject", "reason")} for row in rows]
            return [
                ("/admin/prohibited", {"data": prohibited}),
                ("/admin/crawler-rules", {name: rules[name] for name in ("rules", "category_words")}),
                *(("/admin/limits/tiers", {**row, "reason": "as before"}) for row in limits["tiers"]),
                *(
                    ("/admin/limits/house", {**house.get(code, {"asset": code}), "reason": "as before"})
                    for code in ASSETS
                ),
            ]
        finally:
            await api.close()

    before = asyncio.run(said())
    yield
    assert before == asyncio.run(said(before))


@pytest.mark.usefixtures("unchanged")
def test_the_surface_is_what_it_says(suite: Suite) -> None:
    """No 5xx, nothing undocumented, nothing refused that is right or taken that is wrong."""
    result = fuzz(suite, PLAN)
    assert 0 == result.returncode, result.stdout[-20_000:]
