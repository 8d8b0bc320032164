"""What people set themselves: gRPC in, domain out."""

from datetime import datetime
from typing import Final

from oraculum.auth.v1 import play_service_pb2 as pb
from oraculum.auth.v1 import play_service_pb2_grpc
from oraculum_auth.play.book import PlayBook, Rules
from oraculum_auth.play.limits import (
    COOLING_OFF_DAYS_MAX,
    FOR_EVER,
    SELF_EXCLUSION_DAYS_MAX,
    SELF_EXCLUSION_DAYS_MIN,
    Exclusion,
    Kind,
    Limit,
)
from oraculum_kit.authorization import SIGNED_IN, Access, require_user
from oraculum_kit.clock import Clock
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire
from oraculum_kit.validation import Violations

_SERVICE = "/oraculum.auth.v1.PlayService/"

ACCESS = {
    _SERVICE + "GetMyLimits": Access(users=SIGNED_IN),
    _SERVICE + "SetMyLimits": Access(users=SIGNED_IN),
}

# A thousand million dollars, and a day.
_UNITS_MAX: Final = 10**15
_MINUTES_MAX: Final = 1440


class PlayServicer(play_service_pb2_grpc.PlayServiceServicer):
    """oraculum.auth.v1.PlayService."""

    def __init__(self, book: PlayBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    async def GetMyLimits(self, request: pb.GetMyLimitsRequest, context: Context) -> pb.GetMyLimitsResponse:
        """The caller's limits."""
        rules = await self._book.rules(require_user().id)
        return pb.GetMyLimitsResponse(rules=_rules(rules, self._clock.now()))

    async def SetMyLimits(self, request: pb.SetMyLimitsRequest, context: Context) -> pb.SetMyLimitsResponse:
        """Change them."""
        form = Violations()
        changes = {}
        for change in request.changes:
            if change.kind not in set(Kind):
                form.refuse("kind", f"{change.kind[:50]!r} is none of {', '.join(Kind)}")
                continue
            kind = Kind(change.kind)
            most = _MINUTES_MAX if kind is Kind.TIME_DAY else _UNITS_MAX
            if change.HasField("value") and not 0 <= change.value <= most:
                form.refuse(kind.value, "must not be negative, nor more than anybody has")
            changes[kind] = change.value if change.HasField("value") else None
        exclusion = _exclusion(form, request.exclusion) if request.HasField("exclusion") else None
        form.finish()
        rules = await self._book.change(require_user().id, changes, exclusion)
        return pb.SetMyLimitsResponse(rules=_rules(rules, self._clock.now()))


def _exclusion(form: Violations, asked: pb.Exclusion) -> tuple[Exclusion, int] | None:
    bounds = {
        Exclusion.COOLING_OFF.value: (1, COOLING_OFF_DAYS_MAX),
        Exclusion.SELF_EXCLUSION.value: (SELF_EXCLUSION_DAYS_MIN, SELF_EXCLUSION_DAYS_MAX),
    }
    if asked.kind not in bounds:
        form.refuse("exclusion.kind", f"is none of {', '.join(bounds)}")
        return None
    least, most = bounds[asked.kind]
    for_ever = asked.days == 0 and asked.kind == Exclusion.SELF_EXCLUSION
    if not for_ever and not least <= asked.days <= most:
        form.refuse("exclusion.days", f"must be {least} to {most}")
        return None
    return Exclusion(asked.kind), asked.days


def _rules(rules: Rules, now: datetime) -> pb.PlayRules:
    pause = rules.state.pause
    wire = pb.PlayRules(
        limits=[_limit(kind, rules.limits.get(kind, Limit())) for kind in Kind],
        exclusion=pause.exclusion.value,
    )
    if pause.until is not None and pause.until != FOR_EVER:
        wire.excluded_until.CopyFrom(to_wire(pause.until))
    time = rules.state.time
    if time is not None and time.day_start.date() == now.date():
        wire.minutes_today = time.seconds // 60
    return wire


def _limit(kind: Kind, limit: Limit) -> pb.PlayLimit:
    wire = pb.PlayLimit(kind=kind.value, value=limit.value, pending_value=limit.pending_value)
    if limit.pending_at is not None:
        wire.pending_at.CopyFrom(to_wire(limit.pending_at))
    return wire
