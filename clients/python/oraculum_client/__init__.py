"""A typed client of Oraculum's public API.

    with Oraculum("https://oraculum.example", token=token) as api:
        page = api.list_events(status="active", sort="trending")
        bet = api.place_prediction(event_id=page.data[0].id, outcome=1, amount=Decimal("10.00"))

`AsyncOraculum` has the same methods, awaited. Every method is a route of the OpenAPI document and takes its parameters;
they are written from it by `python clients/python/generate.py`.
"""

from oraculum_client.async_generated import AsyncOraculum
from oraculum_client.credentials import ApiKey, Bearer
from oraculum_client.problems import OutcomeUnknown, Problem
from oraculum_client.sync_generated import Oraculum

__all__ = ["ApiKey", "AsyncOraculum", "Bearer", "Oraculum", "OutcomeUnknown", "Problem"]
