"""What a replay read, as a table for people."""

from collections.abc import Sequence

from oraculum_market_data.replay.reports import FileReport

_HEAD = ("file", "venue", "messages", "records", "updates", "refused", "unknown")
_REASONS_SHOWN = 3


def table(reports: Sequence[FileReport]) -> str:
    """Lay out the counts of all files, their sums, and the first reasons of each file that had refusals."""
    rows = [_row(one) for one in reports]
    sums = [sum(int(row[column]) for row in rows) for column in range(2, len(_HEAD))]
    rows.append((f"{len(reports)} files", "", *map(str, sums)))
    widths = [max(len(row[column]) for row in (_HEAD, *rows)) for column in range(len(_HEAD))]
    lines = [_line(row, widths) for row in (_HEAD, *rows[:-1])]
    lines += ["-" * len(lines[0]), _line(rows[-1], widths)]
    for one in reports:
        lines += _reasons(one)
    return "\n".join(lines) + "\n"


def _row(one: FileReport) -> tuple[str, ...]:
    counts = (one.messages, one.records, one.updates, len(one.refused), sum(one.unknown.values()))
    return (one.file, one.venue, *map(str, counts))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    words = [text.ljust(width) for text, width in zip(row[:2], widths[:2], strict=True)]
    counts = [text.rjust(width) for text, width in zip(row[2:], widths[2:], strict=True)]
    return "  ".join((*words, *counts)).rstrip()


def _reasons(one: FileReport) -> list[str]:
    if not one.refused:
        return []
    shown = [f"  {told.record}: {told.field}: {told.reason}" for told in one.refused[:_REASONS_SHOWN]]
    more = len(one.refused) - len(shown)
    return ["", f"{one.file}: refused", *shown, *([f"  and {more} more"] if more else [])]
