"""What all shapes are made of: exact numbers, ids, times, and models that refuse what they do not know."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

T = TypeVar("T")

DECIMAL_LENGTH_MAX: Final = 40


class Given(BaseModel):
    """Something that a client sends. Unknown fields are refused: a misspelt limit must not be silently absent."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Told(BaseModel):
    """Something that we answer."""

    model_config = ConfigDict(frozen=True)


def _exact(value: object) -> Decimal:
    """A decimal from text or from a JSON number; neither ever was a float (see requests.py)."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("must be a decimal number, as text or as a number")  # noqa: TRY004  pydantic wants this one
    text = str(value)
    if len(text) > DECIMAL_LENGTH_MAX or not text.isascii():
        raise ValueError("must be a plain decimal number")
    digits = text.removeprefix("-").replace(".", "", 1)
    if isinstance(value, Decimal):
        return _bounded(value)
    if not digits.isdecimal() or text.endswith(".") or text.removeprefix("-").startswith("."):
        raise ValueError("must be a plain decimal number such as 12.50")
    return Decimal(text)


def _bounded(number: Decimal) -> Decimal:
    """A JSON number, unless its exponent makes a few characters more digits than anybody could write out."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError("must be a finite number")  # noqa: TRY004  pydantic wants this one
    if number.adjusted() >= DECIMAL_LENGTH_MAX or exponent < -DECIMAL_LENGTH_MAX:
        raise ValueError(f"must be a number of at most {DECIMAL_LENGTH_MAX} digits")
    return number


def _uuid(value: object) -> UUID:
    if isinstance(value, str) and len(value) == 36:
        return UUID(value)
    raise ValueError("must be a UUID")


def _time(value: object) -> datetime:
    """RFC 3339, with its offset."""
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("must be a time such as 2026-05-04T12:00:00Z")
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("must say its offset, as in 2026-05-04T12:00:00Z")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie between the years 1 and 9999 in UTC") from None


def _written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_DECIMAL_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [{"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}, {"type": "number"}],
    "examples": ["12.50"],
}

_PRICE_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "string", "pattern": r"^(0+(\.\d{1,6})?|0*1(\.0{1,6})?)$"},
        {"type": "number", "minimum": 0, "maximum": 1},
    ],
    "examples": ["0.52"],
}

# A number that a client sends: decimal text, or a JSON number read digit by digit.
DecimalIn = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema(_DECIMAL_SCHEMA)]
# One from 0 to 1, to the millionth: a price, or a part of something.
PriceIn = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema(_PRICE_SCHEMA)]
Id = Annotated[
    UUID, BeforeValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"}, mode="validation")
]
# An id by which a list is narrowed, or nothing; who owns the list says what is none.
IdQuery = Annotated[
    str,
    Field(
        max_length=36,
        json_schema_extra={"pattern": r"^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})?$"},
    ),
]
TimeIn = Annotated[
    datetime, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})
]
TimeOut = Annotated[
    datetime,
    PlainSerializer(_written, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
# Numbers that we answer are text that we formatted: exact for every client, whatever its numbers are made of.
AmountOut = Annotated[str, Field(examples=["12.50"], pattern=r"^-?\d+(\.\d+)?$")]
PriceOut = Annotated[str, Field(examples=["0.525000"], pattern=r"^\d+(\.\d+)?$")]


class Meta(Told):
    """Where a page of a list stands. What belongs to the other way of paging is null."""

    limit: int
    next_cursor: str | None = None
    page: int | None = None
    total: int | None = None
    total_pages: int | None = None
    has_next: bool
    has_previous: bool


class Listed(Told, Generic[T]):
    """A page of a list."""

    data: list[T]
    meta: Meta


class PageQuery(Given):
    """A list by cursor."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=1024)] = ""


def listed_by_cursor(rows: list[T], query: PageQuery, next_cursor: str) -> Listed[T]:
    """A page of a list that goes by cursor."""
    meta = Meta(
        limit=query.limit,
        next_cursor=next_cursor or None,
        has_next=bool(next_cursor),
        has_previous=bool(query.cursor),
    )
    return Listed(data=rows, meta=meta)


def listed_by_page(rows: list[T], *, limit: int, page: int, total: int, next_cursor: str) -> Listed[T]:
    """A page of a list whose pages a person turns."""
    pages = -(-total // limit)
    meta = Meta(
        limit=limit,
        next_cursor=next_cursor or None,
        page=page,
        total=total,
        total_pages=pages,
        has_next=page < pages,
        has_previous=page > 1,
    )
    return Listed(data=rows, meta=meta)
