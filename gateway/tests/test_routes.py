"""What holds of every declaration, whoever adds one."""

from typing import Final

import pytest

from oraculum_gateway.app import all_routes
from oraculum_gateway.route import Limit, Route
from oraculum_gateway.signed import scope_of
from oraculum_kit.health import Health

ROUTES: Final = all_routes(Health(), ledger_is_public=False)
# They reckon with what they are sent and change nothing.
QUESTIONS: Final = frozenset({"adviseStake", "measureImpact", "adminDryRunCrawlerRules"})


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_what_changes_something_is_a_command(route: Route) -> None:
    """Otherwise a key that may only read could give it, and its outcome would not be unknown after a timeout."""
    if route.method != "GET":
        assert route.command == (route.name not in QUESTIONS)
        assert route.command == (route.limit is not Limit.READ)
    assert not (route.command and scope_of(route) == "read")


def test_names_and_addresses_are_unique() -> None:
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    assert len({(route.method, route.full_path) for route in ROUTES}) == len(ROUTES)


async def test_a_word_is_no_id_whatever_the_method(gateway) -> None:
    """`dead-man` stands where an order's id may stand, for one method only."""
    response = await gateway.http.get("/api/v1/predictions/dead-man", headers=gateway.bearing())
    assert (405, "PUT") == (response.status_code, response.headers["allow"])
    assert 405 == (await gateway.http.request("TRACE", "/api/v1/events")).status_code
    assert 200 == (await gateway.http.head("/api/v1/categories")).status_code
