"""Where an address is: the country, and with a MaxMind file the state and about where on the globe.

    GEOIP_FILE=/data/GeoLite2-City.mmdb     a file of MaxMind's format; without it the table inside geoip2fast

Addresses of our own networks are nowhere. A wrong answer may cost somebody a code by mail, so nothing here is a proof:
what the law hangs on it asks the person too.
"""

import math
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final, Protocol

import maxminddb

_EARTH_KM: Final = 6371.0
# Faster than any airliner, and far enough that a database's guess is not what moved.
SPEED_MAX_KMH: Final = 1000.0
DISTANCE_MIN_KM: Final = 500.0
# With countries alone: no two that are not neighbours are reached in less, and neighbours cost a code by mail.
COUNTRIES_APART: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody seems to be."""

    # ISO 3166-1, empty when nobody knows.
    country: str = ""
    # ISO 3166-2 without the country: CA in US-CA.
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None


NOWHERE: Final = Place()


class Locations(Protocol):
    """Finds addresses."""

    def place(self, address: str) -> Place:
        """Where an address is."""


class CountryTable:
    """The countries' table that comes with geoip2fast."""

    def __init__(self) -> None:
        # Read only where it is used: it takes memory. Its source warns when it is compiled for the first time.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from geoip2fast import GeoIP2Fast  # type: ignore[import-untyped]  # noqa: PLC0415  untyped library

        self._table = GeoIP2Fast(geoip2fast_data_file="geoip2fast-ipv6.dat.gz")

    def place(self, address: str) -> Place:
        """The country of an address."""
        public = _public(address)
        if public is None:
            return NOWHERE
        country = self._table.lookup(str(public)).country_code
        return Place(country) if len(country) == 2 and country.isalpha() else NOWHERE


class MaxMindFile:
    """A file in MaxMind's format, of countries or of cities."""

    def __init__(self, path: str) -> None:
        self._reader = maxminddb.open_database(path)

    def place(self, address: str) -> Place:
        """Country, state and place of an address, as far as the file has them."""
        public = _public(address)
        found: Any = None if public is None else self._reader.get(public)
        if not isinstance(found, dict):
            return NOWHERE
        regions = found.get("subdivisions") or [{}]
        location = found.get("location", {})
        return Place(
            found.get("country", {}).get("iso_code", ""),
            regions[0].get("iso_code", ""),
            location.get("latitude"),
            location.get("longitude"),
        )


def locations(path: str | None) -> Locations:
    """From a file, or from the table that comes along."""
    return CountryTable() if path is None else MaxMindFile(path)


def impossibly_fast(before: Place, before_at: datetime, now: Place, now_at: datetime) -> bool:
    """Whether nobody can have been at both places at these times."""
    passed = now_at - before_at
    if None in {before.latitude, before.longitude, now.latitude, now.longitude}:
        return (
            bool(before.country and now.country)
            and before.country != now.country
            and passed < COUNTRIES_APART
        )
    distance = _distance_km(before, now)
    hours = max(passed.total_seconds(), 1.0) / 3600
    return distance >= DISTANCE_MIN_KM and distance / hours > SPEED_MAX_KMH


def _distance_km(one: Place, other: Place) -> float:
    """Along the great circle, by the haversine formula."""
    latitude, longitude = math.radians(one.latitude or 0), math.radians(one.longitude or 0)
    latitude_2, longitude_2 = math.radians(other.latitude or 0), math.radians(other.longitude or 0)
    part = (
        math.sin((latitude_2 - latitude) / 2) ** 2
        + math.cos(latitude) * math.cos(latitude_2) * math.sin((longitude_2 - longitude) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, part)))


def _public(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return parsed if parsed.is_global else None
