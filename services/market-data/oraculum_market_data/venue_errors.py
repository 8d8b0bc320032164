"""Answers that are no data: an error as JSON, or a sentence of plain text with a status in it."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from oraculum_market_data.bodies import RecordShape
from oraculum_market_data.decoding import Decoded, Reader, Source, details_of
from oraculum_market_data.normal import Venue, VenueError

# An error says one of these and nothing beyond the rest.
_SAID: Final = ("error", "message", "errorMessage")
_BESIDE: Final = frozenset(
    {*_SAID, "code", "details", "service", "status", "statusCode", "type", "success", "request_id", "name"}
)
_STATUS = re.compile(r"\b([1-5][0-9]{2})\b", re.ASCII)
_TEXT_MAX: Final = 2_000

_read_fields = Reader(dict[str, msgspec.Raw])


class ErrorShape(RecordShape):
    """An object that says what went wrong, and nothing else."""

    def matches(self, fields: Mapping[str, msgspec.Raw]) -> bool:
        """Whether an object is an error."""
        return super().matches(fields) and fields.keys() <= _BESIDE


def error_shapes(venue: Venue) -> tuple[RecordShape, ...]:
    """The shapes of a venue's errors."""

    def decode(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
        details = details_of(_read_fields(raw))
        message = next((details.pop(name) for name in _SAID if name in details), "")
        code = next((details.pop(name) for name in ("code", "status", "statusCode") if name in details), "")
        into.items.append(
            VenueError(
                venue=venue, code=code, message=message, details=details, received_at=source.received_at
            )
        )

    return tuple(ErrorShape("error", frozenset({said}), decode) for said in _SAID)


def text_error(venue: Venue, text: str, source: Source) -> Decoded:
    """Understand a body of plain text: a wrong path's 404, a redirect's 308, a page of the venue's front."""
    status = _STATUS.search(text[:_TEXT_MAX])
    item = VenueError(
        venue=venue,
        code="" if status is None else status[1],
        message=text.strip()[:_TEXT_MAX],
        received_at=source.received_at,
    )
    return Decoded(items=[item], records=1)
