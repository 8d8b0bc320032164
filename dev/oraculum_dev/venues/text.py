"""How the venues write numbers and times: all of them as text, each in its own way."""

from datetime import UTC, datetime

_SECOND = 1_000


def plain(value: int, scale: int) -> str:
    """Write an integer of 10^-scale without trailing zeros: `plain(530, 3)` is "0.53"."""
    whole, part = divmod(abs(value), 10**scale)
    sign = "-" if value < 0 else ""
    digits = f"{part:0{scale}d}".rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def fixed(value: int, scale: int, places: int) -> str:
    """Write an integer of 10^-scale with a fixed number of places: `fixed(530, 3, 4)` is "0.5300"."""
    whole, part = divmod(abs(value), 10**scale)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{part:0{scale}d}".ljust(len(sign) + len(str(whole)) + 1 + places, "0")


def price(value: int) -> str:
    """Write a price in thousandths as Polymarket does."""
    return plain(value, 3)


def shares(value: int) -> str:
    """Write a size in hundredths as Polymarket does."""
    return plain(value, 2)


def dollars(value: int) -> str:
    """Write a price in thousandths as Kalshi does."""
    return fixed(value, 3, 4)


def contracts(value: int) -> str:
    """Write a size in hundredths as Kalshi does."""
    return fixed(value, 2, 2)


def moment(at_ms: int) -> datetime:
    """Return the time as a datetime in UTC."""
    return datetime.fromtimestamp(at_ms / _SECOND, tz=UTC)


def iso(at_ms: int) -> str:
    """Write a time with a Z, with milliseconds where it has any."""
    written = f"{moment(at_ms):%Y-%m-%dT%H:%M:%S}"
    rest = at_ms % _SECOND
    return f"{written}.{rest:03d}Z" if rest else f"{written}Z"


def spaced(at_ms: int) -> str:
    """Write a time as gamma writes its game starts: a space, whole seconds and "+00"."""
    return f"{moment(at_ms):%Y-%m-%d %H:%M:%S}+00"


def day(at_ms: int) -> str:
    """Write the date alone."""
    return f"{moment(at_ms):%Y-%m-%d}"
