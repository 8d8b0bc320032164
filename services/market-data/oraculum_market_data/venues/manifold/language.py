"""What Manifold's answers and frames look like, and the one way to read any of them."""

import re
from typing import Final

import msgspec

from oraculum_market_data.bodies import Language, RecordDecoder, frame_decoder, holder, shape
from oraculum_market_data.decoding import Decoded, Reader, SocketDecoder, Source, details_of
from oraculum_market_data.normal import Reference, Venue
from oraculum_market_data.venue_errors import error_shapes
from oraculum_market_data.venues.manifold import bets, markets

# Ids are letters and digits: twenty of them once, nine to twelve since. They look like any word, so the words that
# stand around markets in wrappers are named here.
_ID = re.compile(r"(?:^|/market/)([A-Za-z0-9]{9,28})(?:$|[/?])", re.ASCII)
_WORDS: Final = frozenset({"contracts", "responses", "marketList", "searchResults"})

_read_fields = Reader(dict[str, msgspec.Raw])


def _reference(what: str) -> RecordDecoder:
    def decode(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
        details = details_of(_read_fields(raw))
        into.items.append(
            Reference(
                venue=Venue.MANIFOLD,
                what=what,
                id=details.pop("id", None),
                market_id=details.pop("contractId", None),
                details=details,
                received_at=source.received_at,
            )
        )

    return decode


def _names_market(name: str) -> str | None:
    found = _ID.search(name)
    return None if found is None or found[1] in _WORDS else found[1]


def language(socket: SocketDecoder) -> Language:
    """The language of one connection or one recording; its frames go to the given decoder."""
    frames = frame_decoder(socket)
    return Language(
        shapes=(
            shape("broadcast", "type topic data", frames),
            shape("acknowledgement", "type txid", frames),
            shape("market", "id question outcomeType", markets.decode_market),
            shape("market of early 2022", "id question createdTime", markets.decode_market),
            shape("bet", "id contractId outcome amount shares", bets.decode_bet),
            shape("bet just placed", "betId contractId outcome amount shares", bets.decode_bet),
            shape("comment", "id contractId content", bets.decode_comment, "outcome"),
            shape("comment", "id contractId text userUsername", bets.decode_comment, "outcome"),
            holder("chart", "play cash", markets.decode_chart),
            holder("curve", "betPoints", markets.decode_line),
            shape("probability", "prob", markets.decode_probability, "id contractId"),
            shape("probability", "answerProbs", markets.decode_probability, "id contractId"),
            shape("bet, shortened", "id createdTime probBefore probAfter", _reference("bet_extract")),
            shape("user", "id username name", _reference("user")),
            shape("group", "id slug name", _reference("group")),
            shape("metric", "contractId userId hasShares", _reference("contract_metric")),
            *error_shapes(Venue.MANIFOLD),
        ),
        envelopes=frozenset(),
        names_market=_names_market,
    )
