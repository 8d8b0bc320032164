"""What an event may look like: every field is checked, every bad one named."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from oraculum_event.records import CATEGORIES, LOCKS_BEFORE_START, Changes, Draft, Event, EventType
from oraculum_kit.validation import Violations
from oraculum_money import ASSETS, Price, Units

ONE: Final = 1_000_000
TITLE_LENGTH_MAX: Final = 500
DESCRIPTION_LENGTH_MAX: Final = 20_000
OUTCOMES_MAX: Final = 100
LABEL_LENGTH_MAX: Final = 200
TAGS_MAX: Final = 20
# A market that locks before anybody could bet is a mistake.
OPEN_AT_LEAST: Final = timedelta(minutes=1)
BINARY_LABELS: Final = ["NO", "YES"]


def check_draft(draft: Draft, now: datetime, check: Violations) -> None:
    """Note everything that is wrong with a draft."""
    check.text("title", draft.title, minimum=5, maximum=TITLE_LENGTH_MAX)
    check.text("description", draft.description, maximum=DESCRIPTION_LENGTH_MAX)
    check.text("resolution_source", draft.resolution_source, maximum=2000)
    if draft.category not in CATEGORIES:
        check.refuse("category", f"must be one of {', '.join(CATEGORIES)}")
    _check_labels(draft.event_type, draft.outcome_labels, check)
    if len(draft.tags) > TAGS_MAX:
        check.refuse("tags", f"must be {TAGS_MAX} at most")
    for index, tag in enumerate(draft.tags):
        check.text(f"tags[{index}]", tag, minimum=1, maximum=50)
    _check_times(draft.start_time, draft.end_time, now, check)
    if draft.asset not in ASSETS:
        check.refuse("asset", f"must be one of {', '.join(ASSETS)}")
    _check_prior(draft.prior, len(draft.outcome_labels), check)
    _check_image(draft.image_url, check)


def check_changes(event: Event, changes: Changes, now: datetime, check: Violations) -> None:
    """Note everything that is wrong with an edit."""
    if changes.title is not None:
        check.text("title", changes.title, minimum=5, maximum=TITLE_LENGTH_MAX)
    if changes.description is not None:
        check.text("description", changes.description, maximum=DESCRIPTION_LENGTH_MAX)
    if changes.resolution_source is not None:
        check.text("resolution_source", changes.resolution_source, maximum=2000)
    if changes.category is not None and changes.category not in CATEGORIES:
        check.refuse("category", f"must be one of {', '.join(CATEGORIES)}")
    if changes.image_url is not None:
        _check_image(changes.image_url, check)
    if changes.start_time is not None or changes.end_time is not None:
        _check_times(changes.start_time or event.start_time, changes.end_time or event.end_time, now, check)


def check_payout(payout: Sequence[Price], outcomes: int, check: Violations) -> None:
    """Note what is wrong with a result."""
    if len(payout) != outcomes:
        check.refuse("payout_millionths", f"must have one entry for each of the {outcomes} outcomes")
    elif any(not 0 <= price <= ONE for price in payout):
        check.refuse("payout_millionths", f"each must lie between 0 and {ONE}")
    elif sum(payout) != ONE:
        check.refuse("payout_millionths", f"must sum to {ONE}")


def check_subsidy(field: str, subsidy: Units, maximum: Units, check: Violations) -> None:
    """Note a subsidy that nobody may spend on one market."""
    if not 0 < subsidy <= maximum:
        check.refuse(field, f"must be positive and at most {maximum} of the asset's smallest unit")


def _check_labels(event_type: EventType, labels: Sequence[str], check: Violations) -> None:
    if not 2 <= len(labels) <= OUTCOMES_MAX:
        check.refuse("outcome_labels", f"must be 2 to {OUTCOMES_MAX}")
    elif event_type is EventType.BINARY and len(labels) != len(BINARY_LABELS):
        check.refuse("outcome_labels", "must be two for a binary event")
    elif len({label.casefold() for label in labels}) != len(labels):
        check.refuse("outcome_labels", "must differ from each other")
    for index, label in enumerate(labels):
        check.text(f"outcome_labels[{index}]", label, minimum=1, maximum=LABEL_LENGTH_MAX)


def _check_times(start: datetime | None, end: datetime, now: datetime, check: Violations) -> None:
    if start is not None and start - LOCKS_BEFORE_START < now + OPEN_AT_LEAST:
        check.refuse("start_time", "must be at least six minutes from now: bets close five minutes before it")
    if start is not None and end <= start:
        check.refuse("end_time", "must be after the start")
    elif end < now + OPEN_AT_LEAST:
        check.refuse("end_time", "must be at least a minute from now")


def _check_prior(prior: Sequence[Price], outcomes: int, check: Violations) -> None:
    if not prior:
        return
    if len(prior) != outcomes:
        check.refuse("prior_millionths", f"must have one entry for each of the {outcomes} outcomes")
    elif any(price <= 0 for price in prior):
        check.refuse("prior_millionths", "each must be positive")
    elif sum(prior) != ONE:
        check.refuse("prior_millionths", f"must sum to {ONE}")


def _check_image(url: str, check: Violations) -> None:
    check.text("image_url", url, maximum=2000)
    if url and (urlsplit(url).scheme != "https" or not urlsplit(url).hostname):
        check.refuse("image_url", "must be an https address")
