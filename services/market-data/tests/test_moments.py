"""Times in every form that venues write them."""

from datetime import UTC, datetime

import pytest

from oraculum_market_data import moments
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept


class TestInstant:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-08-06T16:30:37.300015Z", datetime(2026, 8, 6, 16, 30, 37, 300015, tzinfo=UTC)),
            ("2026-06-14T07:33:32.55868Z", datetime(2026, 6, 14, 7, 33, 32, 558680, tzinfo=UTC)),
            ("2026-07-24T00:00:00Z", datetime(2026, 7, 24, tzinfo=UTC)),
            ("2026-07-24 00:00:16+00", datetime(2026, 7, 24, 0, 0, 16, tzinfo=UTC)),
            ("2024-07-23T03:07:31.528+02:00", datetime(2024, 7, 23, 1, 7, 31, 528000, tzinfo=UTC)),
            ("2024-05-21T20:32:30.645", datetime(2024, 5, 21, 20, 32, 30, 645000, tzinfo=UTC)),
            ("November 02, 2020", datetime(2020, 11, 2, tzinfo=UTC)),
            ("2022-04-11", datetime(2022, 4, 11, tzinfo=UTC)),
        ],
    )
    def test_reads_every_form(self, text: str, expected: datetime) -> None:
        assert expected == moments.instant(text, "endDate")

    @pytest.mark.parametrize("text", ["", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
    def test_the_year_one_is_never_set(self, text: str) -> None:
        assert moments.instant(text, "created_time") is None

    @pytest.mark.parametrize("text", ["soon", "2026-02-30", "Smarch 13, 2020", "9999-12-31T23:59:59-12:00"])
    def test_refuses_what_is_no_time(self, text: str) -> None:
        with pytest.raises(Refused, match="endDate"):
            moments.instant(text, "endDate")


class TestEpoch:
    def test_tells_seconds_from_milliseconds(self) -> None:
        assert moments.from_epoch(1_772_268_541, "t") == moments.from_epoch(1_772_268_541_000, "t")

    def test_milliseconds_are_exact(self) -> None:
        assert 659_000 == moments.from_milliseconds(1_729_124_094_659, "t").microsecond

    @pytest.mark.parametrize("text", ["", "17.5", "-1", "1e12", "\u0661\u0662\u0663", "9" * 30])
    def test_refuses_texts_that_count_nothing(self, text: str) -> None:
        with pytest.raises(Refused, match="timestamp"):
            moments.from_epoch_text(text, "timestamp")

    @pytest.mark.parametrize("count", [10**18, -(10**18), 10**400])
    def test_refuses_times_beyond_the_calendar(self, count: int) -> None:
        with pytest.raises(Refused, match="beyond the calendar"):
            moments.from_milliseconds(count, "timestamp")


class TestKept:
    """What a field cannot hold stays as the venue wrote it; a market is not refused for its date."""

    def test_a_date_past_the_year_9999(self) -> None:
        kept = Kept()
        assert kept.epoch("closes_at", 8_640_000_000_000_000) is None
        assert {"closes_at": "8640000000000000"} == kept.texts

    def test_nanoseconds(self) -> None:
        kept = Kept()
        text = "2026-08-06T16:30:37.300015123Z"
        assert datetime(2026, 8, 6, 16, 30, 37, 300015, tzinfo=UTC) == kept.time("updated_at", text)
        assert {"updated_at": text} == kept.texts

    def test_what_is_no_date_to_us(self) -> None:
        kept = Kept()
        assert kept.time("ends_at", "when it rains") is None
        assert {"ends_at": "when it rains"} == kept.texts
