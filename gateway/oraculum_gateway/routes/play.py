"""Responsible play: what people set themselves."""

from decimal import Decimal
from typing import Final

from oraculum.auth.v1 import play_service_pb2 as pb
from oraculum_gateway.money import limit_in, units_out
from oraculum_gateway.route import Call, Limit, Route, Who
from oraculum_gateway.shapes import play as shapes
from oraculum_kit.timestamps import from_wire
from oraculum_money import asset

# Limits are dollars, whatever dollars they are.
_ASSET: Final = "USD"
_TIME: Final = "time_day"
_TIME_OUTSIDE: Final = "time_day_minutes"


async def limits(call: Call) -> shapes.PlayOut:
    """What I have set myself."""
    return _play((await call.services.play.GetMyLimits(pb.GetMyLimitsRequest())).rules)


async def set_limits(call: Call) -> shapes.PlayOut:
    """Change it."""
    body: shapes.PlayIn = call.body
    request = pb.SetMyLimitsRequest()
    if body.limits is not None:
        for name in sorted(body.limits.model_fields_set):
            request.changes.append(_change(name, getattr(body.limits, name)))
    if body.exclusion is not None:
        request.exclusion.CopyFrom(pb.Exclusion(kind=body.exclusion.kind, days=body.exclusion.days))
    return _play((await call.services.play.SetMyLimits(request)).rules)


def _change(name: str, value: Decimal | int | None) -> pb.PlayLimitChange:
    if isinstance(value, int):
        return pb.PlayLimitChange(kind=_TIME, value=value)
    units = None if value is None else limit_in(f"limits.{name}", value, asset(_ASSET))
    return pb.PlayLimitChange(kind=_TIME if name == _TIME_OUTSIDE else name, value=units)


def _play(rules: pb.PlayRules) -> shapes.PlayOut:
    exclusion = None
    if rules.exclusion:
        until = from_wire(rules.excluded_until) if rules.HasField("excluded_until") else None
        exclusion = shapes.ExclusionOut(kind=rules.exclusion, until=until)
    return shapes.PlayOut(
        limits={
            (_TIME_OUTSIDE if limit.kind == _TIME else limit.kind): _limit(limit) for limit in rules.limits
        },
        exclusion=exclusion,
        minutes_today=rules.minutes_today,
    )


def _limit(limit: pb.PlayLimit) -> shapes.LimitOut:
    def written(value: int) -> str:
        return str(value) if limit.kind == _TIME else units_out(value, _ASSET)

    return shapes.LimitOut(
        value=written(limit.value) if limit.HasField("value") else None,
        pending_at=from_wire(limit.pending_at) if limit.HasField("pending_at") else None,
        pending_value=written(limit.pending_value) if limit.HasField("pending_value") else None,
    )


ROUTES: Final = (
    Route(
        method="GET", path="/users/me/limits", name="getMyLimits", tag="users", handler=limits,
        summary="Limits and times without play that I have set myself", who=Who.SIGNED_IN,
        answer=shapes.PlayOut,
    ),
    Route(
        method="PUT", path="/users/me/limits", name="setMyLimits", tag="users", handler=set_limits,
        summary="Set myself limits: lower ones hold at once, higher ones after a day", who=Who.SIGNED_IN,
        command=True, limit=Limit.COMMAND, body=shapes.PlayIn, answer=shapes.PlayOut,
        example={"limits": {"deposit_week": "100", "loss_day": "25.50", "time_day_minutes": 90}},
        refusals={409: "exclusion_stands"},
    ),
)  # fmt: skip
