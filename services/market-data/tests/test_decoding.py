"""Records are read into typed shapes, or refused by field and reason."""

from decimal import Decimal

import msgspec
import pytest

from oraculum_market_data.decoding import (
    NESTED_TOO_DEEPLY,
    Decoded,
    Reader,
    Wire,
    each,
    text_of,
    without_blanks,
)
from oraculum_market_data.normal import Control, Venue
from oraculum_market_data.refusals import Refused


class Token(Wire, frozen=True):
    """A shape inside a shape."""

    price: Decimal | None = None


class Record(Wire, frozen=True):
    """A shape."""

    id: str
    tokens: list[Token] = msgspec.field(default_factory=list)
    line: Decimal | None = None


read = Reader(Record)


def refusal_of(raw: bytes) -> Refused:
    """What a record is refused with."""
    with pytest.raises(Refused) as refused:
        read(raw)
    return refused.value


class TestReader:
    def test_names_the_missing_field(self) -> None:
        refused = refusal_of(b'{"tokens": []}')
        assert ("id", "missing") == (refused.field, refused.reason)

    def test_names_the_place_and_what_is_wrong_there(self) -> None:
        refused = refusal_of(b'{"id": "1", "tokens": [{"price": 0.5}, {"price": [1]}]}')
        assert "tokens[1].price" == refused.field
        assert "got `array`" in refused.reason

    def test_an_empty_text_is_a_figure_that_is_not_there(self) -> None:
        assert read(b'{"id": "1", "line": ""}').line is None

    def test_other_figures_keep_their_digits_then(self) -> None:
        raw = b'{"id": "1", "line": "", "tokens": [{"price": 0.21999995306666104}, {"price": ""}]}'
        assert [Decimal("0.21999995306666104"), None] == [token.price for token in read(raw).tokens]

    def test_a_null_is_a_field_that_is_not_there(self) -> None:
        assert [] == read(b'{"id": "1", "tokens": null}').tokens
        assert ("id", "Expected `str`, got `null`") == (
            refusal_of(b'{"id": null}').field,
            refusal_of(b'{"id": null}').reason,
        )

    def test_an_empty_identity_is_not_there_either(self) -> None:
        assert "line" == refusal_of(b'{"id": "", "line": "x"}').field

    @pytest.mark.parametrize(
        "raw", [b"", b"{", b'{"id": "1"} x', b"nul", b'{"id": "\xff"}', b'{"id": "\\ud800"}']
    )
    def test_refuses_what_is_no_json(self, raw: bytes) -> None:
        assert "$" == refusal_of(raw).field

    def test_refuses_nesting_beyond_reason_even_in_fields_it_skips(self) -> None:
        raw = b'{"id": "1", "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        assert NESTED_TOO_DEEPLY == refusal_of(raw).reason


class TestEach:
    def test_one_bad_record_does_not_take_its_neighbours_along(self) -> None:
        into = Decoded()
        raws = [msgspec.Raw(text) for text in (b'{"id": "1"}', b'{"id": 2}', b'{"id": "3"}')]
        each(raws, into, "data", lambda raw: [Control(venue=Venue.KALSHI, word=read(raw).id)])
        assert ["1", "3"] == [item.word for item in into.items if isinstance(item, Control)]
        assert ["data[1]"] == [refused.record for refused in into.refused]
        assert 3 == into.records


def test_blanks_are_taken_out_at_every_depth() -> None:
    assert b'{"a":[{}],"b":1.50}' == without_blanks(b'{"a": [{"c": "", "e": null}], "b": 1.50, "d": ""}')


def test_refusals_name_their_record_from_outside_in() -> None:
    refused = Refused("price", "too high").within("tokens[1]").within("data[3]")
    assert "data[3].tokens[1]: price: too high" == str(refused)


@pytest.mark.parametrize(("raw", "text"), [(b'"a\\u00e9"', "aé"), (b"0.10", "0.10"), (b"[1, 2]", "[1, 2]")])
def test_the_text_of_a_value_is_what_the_venue_wrote(raw: bytes, text: str) -> None:
    assert text == text_of(msgspec.Raw(raw))
