"""The command that reads recordings: any layout, any wrapper, one line for each file."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from oraculum_market_data.replay.__main__ import main

BOOK = {
    "market": "0xcd",
    "asset_id": "1",
    "timestamp": "1729124094656",
    "hash": "h",
    "bids": [{"price": "0.010", "size": "5"}],
    "asks": [],
}
DELTA = {
    "type": "orderbook_delta",
    "sid": 1,
    "seq": 2,
    "msg": {
        "market_ticker": "K-1",
        "price_dollars": "0.7400",
        "delta_fp": "-1.84",
        "side": "no",
        "ts": "2026-07-01T02:31:45.308599Z",
    },
}
BET = {
    "id": "b1",
    "contractId": "c1",
    "outcome": "NO",
    "amount": 10,
    "shares": 14.813303613234652,
    "createdTime": 1665430353986,
}


def write(path: Path, *payloads: Any) -> None:
    """Write a recording, one payload a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in payloads))


def told(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> list[dict[str, Any]]:
    """Run the command and read what it prints."""
    assert 0 == main(arguments)
    return [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]


class TestReports:
    def test_one_line_for_each_file(self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        write(tmp_path / "polymarket/rest/book.json", BOOK)
        write(tmp_path / "kalshi/ws/stream.jsonl", DELTA, DELTA)
        assert [
            {
                "file": "kalshi/ws/stream.jsonl",
                "venue": "kalshi",
                "messages": 2,
                "records": 2,
                "updates": 2,
                "refused": [],
            },
            {
                "file": "polymarket/rest/book.json",
                "venue": "polymarket",
                "messages": 1,
                "records": 1,
                "updates": 1,
                "refused": [],
            },
        ] == told(capsysbinary, str(tmp_path), "--json")

    def test_a_refusal_names_line_record_field_and_reason(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        bad = {**DELTA, "msg": {**DELTA["msg"], "delta_fp": "much"}}  # type: ignore[dict-item]
        write(tmp_path / "kalshi/stream.jsonl", DELTA, bad, '{"cut": ')
        (report,) = told(capsysbinary, str(tmp_path), "--json")
        assert [
            {"record": "line 2 body.frame", "field": "msg.delta_fp", "reason": "not a number: 'much'"},
            {"record": "line 3 body", "field": "$", "reason": "Input data was truncated"},
        ] == report["refused"]

    def test_unknown_kinds_are_counted(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        write(
            tmp_path / "kalshi/stream.jsonl", *[{"type": "a_kind_of_2027", "sid": 1, "seq": 1, "msg": {}}] * 2
        )
        (report,) = told(capsysbinary, str(tmp_path), "--json")
        assert ({"a_kind_of_2027": 2}, []) == (report["unknown"], report["refused"])

    def test_a_table_for_people(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write(tmp_path / "polymarket/book.json", {**BOOK, "bids": [{"price": "7", "size": "1"}]})
        assert 0 == main([str(tmp_path)])
        printed = capsys.readouterr().out
        assert "polymarket/book.json" in printed
        assert "bids: a price lies between 0 and 1, this one is 7" in printed

    @pytest.mark.parametrize("name", ["missing", "."])
    def test_nothing_to_read_is_said(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        assert 2 == main([str(tmp_path / name)])
        assert str(tmp_path) in capsys.readouterr().err


class TestDump:
    def test_is_the_normal_form_with_decimal_texts(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        write(tmp_path / "polymarket/book.json", BOOK)
        (line,) = told(capsysbinary, str(tmp_path), "--dump")
        assert ("polymarket/book.json", 1, "book_snapshot") == (
            line["file"],
            line["message"],
            line["item"]["kind"],
        )
        assert [{"price": "0.010", "size": "5"}] == line["item"]["bids"]
        assert "2024-10-17T00:14:54.656000Z" == line["item"]["venue_time"]

    def test_stands_before_the_report_of_its_file(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        write(tmp_path / "polymarket/book.json", BOOK)
        dumped, report = told(capsysbinary, str(tmp_path), "--dump", "--json")
        assert ("item" in dumped, report["updates"]) == (True, 1)


class TestVenue:
    @pytest.mark.parametrize(
        ("payload", "venue"), [(BOOK, "polymarket"), (DELTA, "kalshi"), (BET, "manifold")]
    )
    def test_is_told_by_shape_where_no_folder_tells(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], payload: Any, venue: str
    ) -> None:
        write(tmp_path / "captures/a.json", payload)
        (report,) = told(capsysbinary, str(tmp_path / "captures"), "--json")
        assert (venue, 1) == (report["venue"], report["updates"])

    def test_a_folder_that_is_wrong_is_not_believed(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        write(tmp_path / "kalshi/a.json", [BET])
        assert ["manifold"] == [report["venue"] for report in told(capsysbinary, str(tmp_path), "--json")]

    def test_nobodys_is_unknown(self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        write(tmp_path / "a.json", {"weather": "rain"})
        (report,) = told(capsysbinary, str(tmp_path), "--json")
        assert ("unknown", {"body": 1}, []) == (report["venue"], report["unknown"], report["refused"])


class TestLayouts:
    """What recorders do to payloads."""

    @pytest.mark.parametrize(
        "lines",
        [
            ["2026-07-01T02:31:45.400Z " + json.dumps(DELTA)],
            ["1782873105400\t" + json.dumps(DELTA)],
            [{"received_at": "2026-07-01T02:31:45.400Z", "frame": DELTA}],
            [{"recv_ts": 1782873105400, "raw": json.dumps(DELTA)}],
        ],
    )
    def test_frames_with_the_time_of_receipt(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], lines: list[Any]
    ) -> None:
        write(tmp_path / "kalshi/a.jsonl", *lines)
        (line,) = told(capsysbinary, str(tmp_path), "--dump")
        assert "2026-07-01T02:31:45.400000Z" == line["item"]["received_at"]

    def test_lines_in_a_file_that_says_json(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        write(tmp_path / "kalshi/a.json", DELTA, "", DELTA)
        assert [2] == [report["messages"] for report in told(capsysbinary, str(tmp_path), "--json")]

    def test_an_array_of_frames(self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        write(tmp_path / "kalshi/a.json", [DELTA, DELTA, DELTA])
        assert [(1, 3)] == [
            (report["messages"], report["updates"]) for report in told(capsysbinary, str(tmp_path), "--json")
        ]

    def test_pretty_printed(self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        write(tmp_path / "manifold/a.json", json.dumps([BET], indent=2))
        assert [1] == [report["updates"] for report in told(capsysbinary, str(tmp_path), "--json")]

    def test_compressed(self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        (tmp_path / "polymarket").mkdir()
        (tmp_path / "polymarket/a.jsonl.gz").write_bytes(gzip.compress(json.dumps(BOOK).encode()))
        assert [1] == [report["updates"] for report in told(capsysbinary, str(tmp_path), "--json")]

    @pytest.mark.parametrize("content", [b"this is no gzip", b""])
    def test_compressed_badly(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], content: bytes
    ) -> None:
        whole = gzip.compress(json.dumps(BOOK).encode())
        (tmp_path / "polymarket").mkdir()
        (tmp_path / "polymarket/a.jsonl.gz").write_bytes(content or whole[:-10])
        (report,) = told(capsysbinary, str(tmp_path), "--json")
        assert ["file"] == [refused["record"] for refused in report["refused"]]

    def test_heartbeats_between_frames(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        write(tmp_path / "polymarket/a.jsonl", "PONG", BOOK, "PONG")
        kinds = [line["item"]["kind"] for line in told(capsysbinary, str(tmp_path), "--dump")]
        assert ["control", "book_snapshot", "control"] == kinds

    def test_one_file(self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        write(tmp_path / "polymarket/a.json", BOOK)
        assert ["a.json"] == [
            report["file"] for report in told(capsysbinary, str(tmp_path / "polymarket/a.json"), "--json")
        ]

    @pytest.mark.parametrize("content", ["", "\n", "null", "[]"])
    def test_nothing_in_it(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], content: str
    ) -> None:
        write(tmp_path / "polymarket/a.json", content)
        (report,) = told(capsysbinary, str(tmp_path), "--json")
        assert (0, []) == (report["updates"], report["refused"])
