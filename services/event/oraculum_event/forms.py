"""Requests for new and changed events, read and checked: every bad field is named."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum_event import scales
from oraculum_event.amounts import DOLLARS, Amounts
from oraculum_event.config import Terms
from oraculum_event.drafting import CATEGORY, DEFAULT_LABELS, check_draft, check_subsidy
from oraculum_event.records import Changes, Draft, Event, EventType, Mechanism, Scale
from oraculum_event.wire import MECHANISM_FROM_WIRE, TYPE_FROM_WIRE
from oraculum_kit.caller import User
from oraculum_kit.validation import Violations
from oraculum_money import Price, Units

_Text = Literal["title", "description", "category", "image_url", "resolution_source"]

_VERIFIED: Final = frozenset({"verified", "premium"})
_CREATORS: Final = frozenset({"admin", "creator"})


def may_create(user: User) -> bool:
    """Whether somebody may create events: administrators, creators, and people who are verified."""
    return not _CREATORS.isdisjoint(user.roles) or user.tier in _VERIFIED or user.kyc == "approved"


def read_draft(
    request: pb.CreateEventRequest, user: User, terms: Terms, now: datetime, categories: Collection[str]
) -> Draft:
    """A new event as somebody asks for it. An administrator's is the house's, anybody else's their own."""
    check = Violations()
    event_type = TYPE_FROM_WIRE.get(request.event_type)
    if event_type is None:
        check.refuse("event_type", "must be binary, multiple_choice or scalar")
    pays = "admin" not in user.roles
    draft = Draft(
        title=request.title.strip(),
        description=request.description.strip(),
        event_type=event_type or EventType.BINARY,
        category=request.category,
        tags=words(request.tags),
        outcome_labels=_labels(event_type, request.outcome_labels),
        start_time=check.time("start_time", request),
        end_time=_required_time(check, request),
        resolution_source=request.resolution_source.strip(),
        asset=request.asset or DOLLARS,
        subsidy=_subsidy(request, terms, check),
        prior=prices(request.prior_millionths),
        creator_user_id=user.id,
        venue=None,
        image_url=request.image_url.strip(),
        scale=_scale(event_type, request, check),
        unpublished=request.unpublished,
        creator_pays=pays,
        creation_fee=_in(terms.creation_fee, request) if pays else Units(0),
        challenge_seconds=_challenge(request, user, check),
        resolve_by=check.time("resolve_by", request),
        deadline_payout=_deadline_payout(request, user, check),
        mechanism=_mechanism(request, check) or Mechanism.LMSR,
    )
    check_draft(draft, now, categories, check, terms.deadline_after)
    check.finish()
    return draft


def read_changes(request: pb.UpdateEventRequest) -> tuple[UUID, Changes]:
    """What somebody wants to change of which event."""
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)

    def given(name: _Text) -> str | None:
        return str(getattr(request, name)).strip() if request.HasField(name) else None

    changes = Changes(
        title=given("title"),
        description=given("description"),
        category=given("category"),
        image_url=given("image_url"),
        start_time=check.time("start_time", request),
        end_time=check.time("end_time", request),
        resolution_source=given("resolution_source"),
        tags=words(request.tags.words) if request.HasField("tags") else None,
        outcome_labels=words(request.outcome_labels.words) if request.HasField("outcome_labels") else None,
        prior=prices(request.prior_millionths.millionths) if request.HasField("prior_millionths") else None,
        subsidy=Units(request.subsidy.units) if request.HasField("subsidy") else None,
        scale=_given_scale(request.scale, check) if request.HasField("scale") else None,
        mechanism=_mechanism(request, check),
    )
    check.finish()
    return event_id, changes


def read_result(
    event: Event, given: Sequence[int], value: str, check: Violations
) -> tuple[list[Price], Decimal | None]:
    """A result as payouts, from payouts or from the number that a scalar event came to; the number as it was read."""
    if not value:
        return prices(given), None
    if given:
        check.refuse("value", "does not go together with payouts")
    elif event.scale is None:
        check.refuse("value", "belongs to a scalar event")
    else:
        number = scales.read_value(value, event.scale, check)
        if number is not None:
            return scales.payout(event.scale, number), number
    return [], None


def winner(event: Event, outcome: int, check: Violations) -> list[int]:
    """A result in which one outcome has all."""
    if not 0 <= outcome < len(event.outcome_labels):
        check.refuse("outcome", "is not an outcome of this event")
    return [scales.ONE if index == outcome else 0 for index in range(len(event.outcome_labels))]


def read_category(request: pb.CreateCategoryRequest) -> str:
    """The label of a new category, once its name is found to be one."""
    check = Violations()
    if not CATEGORY.fullmatch(request.category):
        check.refuse("category", "must have 2 to 50 of a to z, 0 to 9 and hyphens, a letter first")
    label = check.text("label", request.label, minimum=1, maximum=100)
    check.finish()
    return label


def words(given: Sequence[str]) -> list[str]:
    """Words without space around them."""
    return [word.strip() for word in given]


def prices(given: Sequence[int]) -> list[Price]:
    """Prices by outcome index."""
    return [Price(price) for price in given]


def _subsidy(request: pb.CreateEventRequest, terms: Terms, check: Violations) -> Units:
    if not request.HasField("subsidy"):
        return _in(terms.subsidy, request)
    given: Amount = request.subsidy
    if given.asset != (request.asset or DOLLARS):
        check.refuse("subsidy.asset", "must be the asset that the event trades in")
    subsidy = Units(given.units)
    check_subsidy("subsidy", subsidy, _in(terms.subsidy_max, request), check)
    return subsidy


def _in(amounts: Amounts, request: pb.CreateEventRequest) -> Units:
    """In the asset that the event shall trade in; of one that does not exist it is refused elsewhere."""
    return amounts.get(request.asset or DOLLARS, amounts[DOLLARS])


def _challenge(request: pb.CreateEventRequest, user: User, check: Violations) -> int | None:
    if not request.HasField("challenge_seconds"):
        return None
    if "admin" not in user.roles:
        # Who has money in an event must not shorten the time in which others may object.
        check.refuse("challenge_seconds", "is an administrator's to set")
    return int(request.challenge_seconds)


def _deadline_payout(request: pb.CreateEventRequest, user: User, check: Violations) -> list[Price]:
    if request.deadline_payout_millionths and "admin" not in user.roles:
        # Who has money in an event must not choose what it comes to when nobody looks. Without this it is called off.
        check.refuse("deadline_payout_millionths", "is an administrator's to set")
    return prices(request.deadline_payout_millionths)


def _mechanism(request: pb.CreateEventRequest | pb.UpdateEventRequest, check: Violations) -> Mechanism | None:
    mechanism = MECHANISM_FROM_WIRE.get(request.mechanism)
    if mechanism is None and request.mechanism != pb.MECHANISM_UNSPECIFIED:
        check.refuse("mechanism", "must be lmsr, cpmm or cpmm_multi")
    return mechanism


def _scale(event_type: EventType | None, request: pb.CreateEventRequest, check: Violations) -> Scale | None:
    if request.HasField("scale"):
        return _given_scale(request.scale, check)
    if event_type is EventType.SCALAR:
        check.refuse("scale", "is missing")
    return None


def _given_scale(scale: pb.Scale, check: Violations) -> Scale | None:
    return scales.read_scale(scale.lower, scale.upper, scale.step, scale.unit, check)


def _labels(event_type: EventType | None, given: Sequence[str]) -> list[str]:
    if not given and event_type in DEFAULT_LABELS:
        return list(DEFAULT_LABELS[event_type])
    return words(given)


def _required_time(check: Violations, request: pb.CreateEventRequest) -> datetime:
    end_time = check.time("end_time", request)
    if end_time is None:
        check.refuse("end_time", "is missing")
        return datetime.max.replace(tzinfo=UTC)
    return end_time
