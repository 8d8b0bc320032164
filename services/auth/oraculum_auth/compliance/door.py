"""Who may open an account from where: not where we may not offer this, and not through a network that hides where.

Whoever has an account comes in from anywhere: money must be able to leave.
"""

from oraculum_auth.compliance.errors import JurisdictionRefused, NetworkRefused
from oraculum_auth.compliance.kyc import Screens


class Door:
    """Looks at the address of whoever opens an account."""

    def __init__(self, screens: Screens) -> None:
        self._screens = screens

    def check(self, address: str) -> None:
        """Refuse who may not."""
        place = self._screens.locations.place(address)
        if place.country and not self._screens.jurisdictions.of(place.country, place.region).allowed:
            raise JurisdictionRefused(country=place.country)
        kind = self._screens.networks.kind(address)
        if kind:
            raise NetworkRefused(kind=kind)
