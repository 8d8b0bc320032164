"""The client is made of the routes as they are."""

from pathlib import Path

from oraculum_gateway.surface import surface

FILE = Path(__file__).parents[2] / "clients" / "python" / "surface.json"


def test_the_client_knows_every_route_as_it_is() -> None:
    """`make client` writes it anew, and the client's methods with it."""
    assert surface() == FILE.read_text()
