"""Manifold's markets: probabilities for quotes, a market maker for a book, and six ways to come out."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.normal import Market, PricePoint, Quote, ResolutionKind, Status, Venue
from oraculum_market_data.venues.reading import reading

PLAIN: dict[str, Any] = {
    "id": "rIR6mWqaO9xKLifr6cLL",
    "question": "Rain?",
    "outcomeType": "BINARY",
    "mechanism": "cpmm-1",
}
ANSWERS = [{"id": "a1", "text": "One", "prob": 0.6}, {"id": "a2", "text": "Two", "probability": 0.4}]
MULTIPLE = {**PLAIN, "outcomeType": "MULTIPLE_CHOICE", "mechanism": "cpmm-multi-1", "answers": ANSWERS}


def decode(value: Any, received_at: datetime | None = None) -> Decoded:
    """Decode an answer."""
    return reading(Venue.MANIFOLD).body(json.dumps(value).encode(), Source(received_at=received_at))


def market(**fields: Any) -> Market:
    """Decode one market that is PLAIN but for some fields."""
    (read, *_) = decode({**PLAIN, **fields}).items
    assert isinstance(read, Market)
    return read


class TestProbability:
    def test_is_the_quote_of_yes(self) -> None:
        quotes = [
            item
            for item in decode({**PLAIN, "probability": 0.1234567890123456}).items
            if isinstance(item, Quote)
        ]
        assert [("YES", "0.1234567890123456")] == [(quote.outcome_id, str(quote.last)) for quote in quotes]

    def test_the_noise_of_a_float_is_kept(self) -> None:
        read = market(probability=1.000000000000004)
        assert read.outcomes[1].price is not None
        assert ("1.000000000000004", 1_000_000) == (
            str(read.outcomes[1].price),
            read.outcomes[1].price.millionths,
        )

    @pytest.mark.parametrize("value", [1.01, -0.5, 50])
    def test_more_than_noise_is_refused(self, value: float) -> None:
        assert ["probability"] == [one.field for one in decode({**PLAIN, "probability": value}).refused]

    def test_contracts_of_2022_state_per_cents(self) -> None:
        read = market(prob=50, lowercaseTags=[])
        assert "0.5" == str(read.outcomes[1].price)
        assert {"probability": "50"} == read.kept

    def test_each_answer_has_its_own(self) -> None:
        quotes = [item for item in decode(MULTIPLE).items if isinstance(item, Quote)]
        assert [("a1", "0.6"), ("a2", "0.4")] == [(quote.outcome_id, str(quote.last)) for quote in quotes]

    def test_lite_rows_of_many_answers_have_none(self) -> None:
        assert () == market(outcomeType="MULTIPLE_CHOICE").outcomes

    def test_a_curve_of_twins(self) -> None:
        points = decode(
            {
                "CLu55ggpIO": {
                    "play": {"betPoints": [{"x": 1733031362560, "y": 0.4375702738761902}]},
                    "cash": {"betPoints": []},
                }
            }
        ).items
        assert [("CLu55ggpIO", "play", "0.4375702738761902")] == [
            (point.market_id, point.line, str(point.price))
            for point in points
            if isinstance(point, PricePoint)
        ]


class TestStatus:
    def test_closed_is_a_matter_of_time(self) -> None:
        closing = {**PLAIN, "closeTime": 1655299026599}
        for year, status in ((2021, Status.OPEN), (2023, Status.CLOSED)):
            read = decode(closing, datetime(year, 1, 1, tzinfo=UTC)).items[0]
            assert isinstance(read, Market)
            assert status is read.status

    def test_a_close_beyond_the_calendar_is_kept_as_it_is(self) -> None:
        read = market(closeTime=8640000000000000)
        assert (None, {"closes_at": "8640000000000000"}) == (read.closes_at, read.kept)


class TestResolution:
    def resolved(self, value: dict[str, Any]) -> Any:
        """How a market came out."""
        read = decode({**value, "isResolved": True}).items[0]
        assert isinstance(read, Market)
        assert read.resolution is not None
        return read

    def test_yes_and_no(self) -> None:
        assert [(1, "YES"), (0, "NO")] == [
            (read.resolution.winner, read.resolution.winner_id)
            for read in (self.resolved({**PLAIN, "resolution": word}) for word in ("YES", "NO"))
        ]

    def test_cancelled_gives_stakes_back(self) -> None:
        read = self.resolved({**PLAIN, "resolution": "CANCEL"})
        assert (Status.VOID, ResolutionKind.VOID, ()) == (
            read.status,
            read.resolution.kind,
            read.resolution.payouts,
        )

    def test_in_part_by_a_probability(self) -> None:
        read = self.resolved({**PLAIN, "resolution": "MKT", "resolutionProbability": 0.78})
        assert [Decimal("0.22"), Decimal("0.78")] == [payout.share for payout in read.resolution.payouts]

    def test_in_part_without_saying_how(self) -> None:
        read = self.resolved({**PLAIN, "resolution": "MKT"})
        assert (ResolutionKind.SPLIT, ()) == (read.resolution.kind, read.resolution.payouts)

    def test_by_weights_of_a_hundred(self) -> None:
        read = self.resolved(
            {**MULTIPLE, "resolution": "CHOOSE_MULTIPLE", "resolutions": {"a1": 60.5, "a2": 39.50000001}}
        )
        assert [(0, Decimal("60.5"), 100), (1, Decimal("39.50000001"), 100)] == [
            (payout.outcome, payout.share, payout.of) for payout in read.resolution.payouts
        ]

    def test_answer_by_answer(self) -> None:
        answers = [{**ANSWERS[0], "resolution": "YES"}, {**ANSWERS[1], "resolution": "CANCEL"}]
        read = self.resolved({**MULTIPLE, "answers": answers, "resolution": "MKT"})
        assert [(0, Decimal(1))] == [(payout.outcome, payout.share) for payout in read.resolution.payouts]

    def test_by_the_id_of_an_answer(self) -> None:
        read = self.resolved({**MULTIPLE, "resolution": "a2"})
        assert (ResolutionKind.WINNER, 1, "a2") == (
            read.resolution.kind,
            read.resolution.winner,
            read.resolution.winner_id,
        )

    def test_by_an_answer_that_is_not_in_the_row(self) -> None:
        read = self.resolved({**PLAIN, "outcomeType": "FREE_RESPONSE", "resolution": "2"})
        assert (None, "2") == (read.resolution.winner, read.resolution.winner_id)

    def test_of_a_number_with_its_value(self) -> None:
        read = self.resolved(
            {
                **PLAIN,
                "outcomeType": "PSEUDO_NUMERIC",
                "resolution": "MKT",
                "resolutionProbability": 0.48,
                "resolutionValue": 24,
                "min": 0,
                "max": 50,
            }
        )
        assert (Decimal(24), Decimal(50)) == (read.resolution.value, read.scale.high)

    def test_not_resolved_is_none(self) -> None:
        assert market(resolution="YES").resolution is None


class TestDescription:
    def test_of_nodes(self) -> None:
        nodes = {
            "type": "doc",
            "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": text}]}
                for text in ("Rain.", "Or not.")
            ],
        }
        assert "Rain.\nOr not." == market(description=nodes).description

    def test_plain(self) -> None:
        assert "Rain." == market(description="Rain.").description

    def test_nested_deeper_than_python_calls(self) -> None:
        node: Any = {"type": "text", "text": "deep"}
        raw = json.dumps({**PLAIN, "description": "HERE"}).replace(
            '"HERE"', '{"content":' * 400 + json.dumps(node) + "}" * 400
        )
        read = reading(Venue.MANIFOLD).body(raw.encode(), Source()).items[0]
        assert isinstance(read, Market)
        assert "deep" == read.description


def test_times_of_answers_may_be_texts() -> None:
    answers = [{**ANSWERS[0], "resolutionTime": "2024-07-23T03:07:31.528+00:00"}]
    assert 1 == len(market(outcomeType="MULTIPLE_CHOICE", answers=answers).outcomes)


def test_reserves_of_every_age() -> None:
    assert {"YES": Decimal("55.2"), "NO": Decimal("180.8")} == getattr(
        market(pool={"YES": 55.2, "NO": 180.8}, p=0.5).pool, "reserves", None
    )
    assert {"": Decimal("1616.5492732638825")} == getattr(
        market(pool=1616.5492732638825).pool, "reserves", None
    )
    assert market(pool=None).pool is None


def test_at_the_beginning_of_2022_a_market_had_no_type() -> None:
    """There were only propositions then, and the pool was one number."""
    early = {
        "id": "m1",
        "question": "Rain?",
        "createdTime": 1644103005345,
        "pool": 400.0916328426886,
        "probability": 0.25,
        "isResolved": True,
        "resolution": "YES",
    }
    (read, *_) = decode(early).items
    assert isinstance(read, Market)
    assert (["No", "Yes"], "", True) == (
        [outcome.label for outcome in read.outcomes],
        read.original_type,
        read.mutually_exclusive,
    )
    assert read.resolution is not None
    assert (ResolutionKind.WINNER, 1) == (read.resolution.kind, read.resolution.winner)
