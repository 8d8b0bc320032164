"""Everything held about me, and what I agreed to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import orjson
from starlette.responses import Response

from oraculum.auth.v1 import privacy_service_pb2 as pb
from oraculum_gateway import cookies
from oraculum_gateway.route import Call, Limit, Route, Who
from oraculum_gateway.routes import drafts, events, inbox, judging, orders, risk, trading, wallet, webhooks
from oraculum_gateway.routes.people import SIGN_IN_TOO_OLD
from oraculum_gateway.shapes import privacy as shapes
from oraculum_kit.timestamps import from_wire

_PAGE: Final = 100
# Of each list; a person with more reads on where the answer says.
_PAGES_MAX: Final = 10
# Lists that are read in full, each as its own route answers it.
_LISTS: Final[Mapping[str, str]] = {
    "transactions": "listTransactions",
    "predictions": "listPredictions",
    "trades": "listMyTrades",
    "positions": "listPositions",
    "triggers": "listTriggers",
    "alerts": "listAlerts",
    "notifications": "listNotifications",
    "events": "listEvents",
    "drafts": "listDrafts",
    "disputes": "listMyDisputes",
    "webhooks": "listWebhooks",
    "notification_preferences": "getNotificationPreferences",
    "limits": "getLimits",
}
_MODULES: Final = (drafts, events, inbox, judging, orders, risk, trading, webhooks)


async def export(call: Call) -> shapes.ExportOut:
    """Gather it, list by list, by the same routes that I could ask myself."""
    held = await call.services.privacy.ExportMe(pb.ExportMeRequest())
    routes = {route.name: route for module in _MODULES for route in module.ROUTES} | {
        route.name: route for route in wallet.routes(ledger_is_public=False)
    }
    balances = _plain(await routes["listBalances"].handler(call))
    lists = {name: await _read(call, routes[route]) for name, route in _LISTS.items()}
    return shapes.ExportOut(
        auth=orjson.loads(held.document_json),
        balances=balances["data"],
        arriving_unknown=balances["arriving_unknown"],
        lists=lists,
    )


async def _read(call: Call, route: Route) -> shapes.ExportedOut:
    """All of a list that is mine: of some an administrator sees everybody's."""
    rows: list[dict[str, Any]] = []
    me, cursor = str(call.user.id) if call.user else "", ""
    for _ in range(_PAGES_MAX):
        asked = {"limit": _PAGE, "cursor": cursor, "creator": me}
        query = route.query and route.query(
            **{name: value for name, value in asked.items() if name in route.query.model_fields}
        )
        page = _plain(await route.handler(replace(call, query=query)))
        # What is no list is one thing of mine.
        rows += [row for row in page.get("data", [page]) if row.get("user_id", me) == me]
        cursor = page.get("meta", {}).get("next_cursor") or ""
        if not cursor:
            break
    return shapes.ExportedOut(address=route.full_path, data=rows, next_cursor=cursor or None)


def _plain(answer: Any) -> dict[str, Any]:
    plain: dict[str, Any] = answer.model_dump(mode="json")
    return plain


async def delete_me(call: Call) -> Response:
    """Delete my account; a page's cookies go with it."""
    query: shapes.DeletionQuery = call.query
    await call.services.privacy.DeleteMe(pb.DeleteMeRequest(confirm=str(query.confirm)))
    response = Response(status_code=204, headers={"cache-control": "no-store"})
    cookies.take(response)
    return response


async def consents(call: Call) -> shapes.ConsentsOut:
    """What I agreed to."""
    return _consents((await call.services.privacy.GetConsents(pb.GetConsentsRequest())).consents)


async def set_consents(call: Call) -> shapes.ConsentsOut:
    """Agree, or take it back."""
    body: shapes.ConsentsIn = call.body
    request = pb.SetConsentsRequest(
        consents=[
            pb.Consent(purpose=one.purpose, granted=one.granted, version=one.version) for one in body.consents
        ]
    )
    return _consents((await call.services.privacy.SetConsents(request)).consents)


def _consents(consents: Any) -> shapes.ConsentsOut:
    return shapes.ConsentsOut(
        data=[
            shapes.ConsentOut(
                purpose=one.purpose,
                granted=one.granted,
                version=one.version,
                since=from_wire(one.since) if one.HasField("since") else None,
            )
            for one in consents
        ]
    )


ROUTES: Final = (
    Route(
        method="GET", path="/users/me/export", name="exportMe", tag="auth", handler=export,
        summary="Everything held about me", who=Who.SIGNED_IN, limit=Limit.SIGN_IN, answer=shapes.ExportOut,
    ),
    Route(
        method="DELETE", path="/users/me", name="deleteMe", tag="auth", handler=delete_me,
        summary="Delete my account, of which a pseudonym stays in the books", who=Who.SIGNED_IN, command=True,
        limit=Limit.SIGN_IN, query=shapes.DeletionQuery,
        refusals={
            403: SIGN_IN_TOO_OLD,
            409: (
                "account_not_empty while money, orders or positions are left; deletion_while_excluded; "
                "deletion_overtaken: nothing was deleted, try again"
            ),
        },
    ),
    Route(
        method="GET", path="/users/me/consents", name="getMyConsents", tag="users", handler=consents,
        summary="What I agreed to", who=Who.SIGNED_IN, answer=shapes.ConsentsOut,
    ),
    Route(
        method="PUT", path="/users/me/consents", name="setMyConsents", tag="users", handler=set_consents,
        summary="Agree to a purpose, or take it back", who=Who.SIGNED_IN, command=True, limit=Limit.COMMAND,
        body=shapes.ConsentsIn, answer=shapes.ConsentsOut,
        example={"consents": [{"purpose": "marketing", "granted": False, "version": "2026-01"}]},
    ),
)  # fmt: skip
