"""What an event may look like: every field is checked, every bad one named."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from oraculum_event import scales
from oraculum_event.openable import check_opening
from oraculum_event.records import (
    LOCKS_BEFORE_START,
    Changes,
    Draft,
    Event,
    EventType,
    Mechanism,
    Scale,
)
from oraculum_kit.validation import Violations
from oraculum_money import ASSETS, Price, Units

# What a category may be called.
CATEGORY: Final = re.compile(r"[a-z][a-z0-9-]{1,49}", re.ASCII)
ONE: Final = 1_000_000
TITLE_LENGTH_MAX: Final = 500
DESCRIPTION_LENGTH_MAX: Final = 20_000
OUTCOMES_MAX: Final = 100
LABEL_LENGTH_MAX: Final = 200
# How many outcomes a market on pools may have: two share one pool, and of more each has its own, all of which every order moves.
POOLED_OUTCOMES: Final = {Mechanism.CPMM: range(2, 3), Mechanism.CPMM_MULTI: range(3, 21)}
TAGS_MAX: Final = 20
# A market that locks before anybody could bet is a mistake.
OPEN_AT_LEAST: Final = timedelta(minutes=1)
BINARY_LABELS: Final = ["NO", "YES"]
DEFAULT_LABELS: Final = {EventType.BINARY: BINARY_LABELS, EventType.SCALAR: scales.LABELS}
CHALLENGE_SECONDS_MAX: Final = 30 * 24 * 3600


def check_draft(
    draft: Draft,
    now: datetime,
    categories: Collection[str],
    check: Violations,
    deadline_after: timedelta,
) -> None:
    """Note everything that is wrong with a draft."""
    check.text("title", draft.title, minimum=5, maximum=TITLE_LENGTH_MAX)
    check.text("description", draft.description, maximum=DESCRIPTION_LENGTH_MAX)
    check.text("resolution_source", draft.resolution_source, maximum=2000)
    _check_category(draft.category, categories, check)
    _check_labels(draft.event_type, draft.outcome_labels, check)
    _check_scale(draft.event_type, draft.scale, check)
    _check_tags(draft.tags, check)
    _check_times(draft.start_time, draft.end_time, now, check)
    if draft.asset not in ASSETS:
        check.refuse("asset", f"must be one of {', '.join(ASSETS)}")
    _check_prior(draft.prior, len(draft.outcome_labels), check)
    _check_mechanism(draft.mechanism, len(draft.outcome_labels), check)
    check_opening(draft.mechanism, draft.prior, len(draft.outcome_labels), draft.subsidy, check)
    check_link("image_url", draft.image_url, check)
    _check_deadline(draft, deadline_after, check)


def check_changes(
    event: Event,
    changes: Changes,
    now: datetime,
    categories: Collection[str],
    check: Violations,
    deadline_after: timedelta,
) -> None:
    """Note everything that is wrong with an edit."""
    if changes.title is not None:
        check.text("title", changes.title, minimum=5, maximum=TITLE_LENGTH_MAX)
    if changes.description is not None:
        check.text("description", changes.description, maximum=DESCRIPTION_LENGTH_MAX)
    if changes.resolution_source is not None:
        check.text("resolution_source", changes.resolution_source, maximum=2000)
    if changes.category is not None:
        _check_category(changes.category, categories, check)
    if changes.tags is not None:
        _check_tags(changes.tags, check)
    _check_shape(event, changes, check)
    if changes.image_url is not None:
        check_link("image_url", changes.image_url, check)
    if changes.start_time is not None or changes.end_time is not None:
        _check_times(changes.start_time or event.start_time, changes.end_time or event.end_time, now, check)
    resolve_by = event.resolve_by
    if (
        changes.end_time is not None
        and resolve_by is not None
        and resolve_by - deadline_after < changes.end_time
    ):
        # The deadline stands as people read it, so the end keeps its distance from it.
        check.refuse(
            "end_time", f"must be {_spoken(deadline_after)} before resolve_by, {resolve_by.isoformat()}"
        )


def _check_shape(event: Event, changes: Changes, check: Violations) -> None:
    """Note what is wrong with changed outcomes, prices, range, mechanism or subsidy; one follows from the other."""
    event_type = EventType(event.event_type)
    labels = event.outcome_labels if changes.outcome_labels is None else changes.outcome_labels
    if changes.outcome_labels is not None:
        _check_labels(event_type, labels, check)
    prior = event.prior_millionths if changes.prior is None else changes.prior
    mechanism = changes.mechanism or Mechanism(event.mechanism)
    if changes.outcome_labels is not None or changes.prior is not None:
        _check_prior(prior, len(labels), check)
    if changes.outcome_labels is not None or changes.mechanism is not None:
        _check_mechanism(mechanism, len(labels), check)
    if {"outcome_labels", "prior_millionths", "mechanism", "subsidy"} & set(changes.given()):
        subsidy = event.subsidy_units if changes.subsidy is None else changes.subsidy
        check_opening(mechanism, prior, len(labels), subsidy, check)
    _check_scale(event_type, changes.scale, check)


def check_payout(
    payout: Sequence[Price], outcomes: int, check: Violations, field: str = "payout_millionths"
) -> None:
    """Note what is wrong with a result."""
    if len(payout) != outcomes:
        check.refuse(field, f"must have one entry for each of the {outcomes} outcomes")
    elif any(not 0 <= price <= ONE for price in payout):
        check.refuse(field, f"each must lie between 0 and {ONE}")
    elif sum(payout) != ONE:
        check.refuse(field, f"must sum to {ONE}")


def check_subsidy(field: str, subsidy: Units, maximum: Units, check: Violations) -> None:
    """Note a subsidy that nobody may spend on one market."""
    if not 0 < subsidy <= maximum:
        check.refuse(field, f"must be positive and at most {maximum} of the asset's smallest unit")


def _check_category(category: str, categories: Collection[str], check: Violations) -> None:
    if category not in categories:
        check.refuse("category", f"must be one of {', '.join(categories)}")


def _check_tags(tags: Sequence[str], check: Violations) -> None:
    if len(tags) > TAGS_MAX:
        check.refuse("tags", f"must be {TAGS_MAX} at most")
    for index, tag in enumerate(tags):
        check.text(f"tags[{index}]", tag, minimum=1, maximum=50)


def _check_scale(event_type: EventType, scale: Scale | None, check: Violations) -> None:
    if event_type is not EventType.SCALAR and scale is not None:
        check.refuse("scale", "belongs to a scalar event")


def _check_deadline(draft: Draft, deadline_after: timedelta, check: Violations) -> None:
    if draft.challenge_seconds is not None and not 0 <= draft.challenge_seconds <= CHALLENGE_SECONDS_MAX:
        check.refuse("challenge_seconds", f"must lie between 0 and {CHALLENGE_SECONDS_MAX}")
    if draft.resolve_by is None:
        if draft.deadline_payout:
            check.refuse("deadline_payout_millionths", "means something only with resolve_by")
        return
    if draft.resolve_by - deadline_after < draft.end_time:
        check.refuse("resolve_by", f"must be {_spoken(deadline_after)} after the end")
    if draft.deadline_payout:
        check_payout(draft.deadline_payout, len(draft.outcome_labels), check, "deadline_payout_millionths")


def _spoken(least: timedelta) -> str:
    seconds = int(least.total_seconds())
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds % length == 0:
            return f"at least {seconds // length} {unit}"
    return f"at least {seconds} seconds"


def _check_labels(event_type: EventType, labels: Sequence[str], check: Violations) -> None:
    if not 2 <= len(labels) <= OUTCOMES_MAX:
        check.refuse("outcome_labels", f"must be 2 to {OUTCOMES_MAX}")
    elif event_type is not EventType.MULTIPLE_CHOICE and len(labels) != len(BINARY_LABELS):
        check.refuse("outcome_labels", f"must be two for a {event_type.value} event")
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


def _check_mechanism(mechanism: Mechanism, outcomes: int, check: Violations) -> None:
    allowed = POOLED_OUTCOMES.get(mechanism)
    if allowed is None or outcomes in allowed:
        return
    few, most = allowed[0], allowed[-1]
    check.refuse(
        "mechanism",
        f"{mechanism.value} is for events of {few if few == most else f'{few} to {most}'} outcomes",
    )


def check_link(field: str, url: str, check: Violations) -> None:
    """Note a link that is none, or one that a browser should not follow from our page."""
    check.text(field, url, maximum=2000)
    try:
        parts = urlsplit(url)
        sound = not url or (parts.scheme == "https" and bool(parts.hostname))
    except ValueError:
        sound = False
    if not sound or any(ord(letter) <= ord(" ") for letter in url):
        check.refuse(field, "must be an https address")
