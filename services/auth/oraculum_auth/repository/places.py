"""Devices and countries that people signed in from."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oraculum_auth.locations import Place
from oraculum_kit.db import Connection, queries

_places = queries("oraculum_auth", "sql/places.sql")


@dataclass(frozen=True, slots=True)
class Last:
    """Where somebody was when."""

    place: Place
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody who signed in before."""

    # Whether they used the device at hand, or its program, which tells the first name that it was given.
    device: bool
    countries: frozenset[str]
    last: Last | None


@dataclass(frozen=True, slots=True)
class _Country:
    country: str
    latitude: float | None
    longitude: float | None
    last_seen_at: datetime


class Places:
    """Known and learned."""

    async def known(
        self, connection: Connection, user_id: UUID, device: bytes, program: bytes
    ) -> Known | None:
        """What is known of a person; None of one who never signed in."""
        rows = await _places.known_devices.tuples(connection, user_id=user_id, device=device, program=program)
        anything, this_one = rows[0]
        if not anything:
            return None
        countries = await _places.known_countries.all(connection, _Country, user_id=user_id)
        last = None
        if countries:
            newest = countries[0]
            place = Place(newest.country, latitude=newest.latitude, longitude=newest.longitude)
            last = Last(place, newest.last_seen_at)
        return Known(this_one, frozenset(one.country for one in countries), last)

    async def learn(
        self,
        connection: Connection,
        user_id: UUID,
        device: bytes,
        program: bytes,
        place: Place,
        now: datetime,
    ) -> None:
        """Remember a device and a place."""
        await _places.learn_device.run(connection, user_id=user_id, device=device, program=program, now=now)
        if place.country:
            await _places.learn_country.run(
                connection,
                user_id=user_id,
                country=place.country,
                latitude=place.latitude,
                longitude=place.longitude,
                now=now,
            )
