"""The ledger for administrators: accounts now and then, transfers, and incidents that froze something."""

from typing import Final

from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_gateway.money import amount_out, units_out
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Call, Limit, Route, Who
from oraculum_gateway.routes.books import ACCOUNT_KINDS
from oraculum_gateway.routes.wallet import KINDS
from oraculum_gateway.shapes import ledger as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_kit.timestamps import from_wire, to_wire

_PHASES: Final[dict[int, shapes.Phase]] = {
    pb.TRANSFER_PHASE_POSTED: "posted",
    pb.TRANSFER_PHASE_PENDING: "pending",
    pb.TRANSFER_PHASE_POST_PENDING: "post_pending",
    pb.TRANSFER_PHASE_VOID_PENDING: "void_pending",
}


async def one_account(call: Call) -> shapes.AccountOut:
    """An account, as it is or as it was."""
    query: shapes.AccountQuery = call.query
    request = pb.LookupAccountsRequest(account_ids=[str(call.id("id"))])
    if query.at is not None:
        request.at.CopyFrom(to_wire(query.at))
    response = await call.services.wallet.LookupAccounts(request)
    if not response.accounts:
        raise Problem(404, "account_not_found", "There is no such account.")
    account = response.accounts[0]
    return shapes.AccountOut(
        id=account.account_id,
        kind=ACCOUNT_KINDS[account.name.kind],
        owner_id=account.name.owner_id,
        asset=account.asset,
        debits_pending=units_out(account.debits_pending_units, account.asset),
        debits_posted=units_out(account.debits_posted_units, account.asset),
        credits_pending=units_out(account.credits_pending_units, account.asset),
        credits_posted=units_out(account.credits_posted_units, account.asset),
        frozen_at=from_wire(account.frozen_at) if account.HasField("frozen_at") else None,
    )


async def account_transfers(call: Call) -> Listed[shapes.TransferOut]:
    """What touched an account in a time."""
    query: shapes.HistoryQuery = call.query
    response = await call.services.wallet.ListAccountTransfers(
        pb.ListAccountTransfersRequest(
            account_id=str(call.id("id")),
            from_time=to_wire(query.start),
            to_time=to_wire(query.to),
            limit=query.limit,
            cursor=query.cursor,
        )
    )
    rows = [_transfer(transfer) for transfer in response.transfers]
    return listed_by_cursor(rows, query, response.next_cursor)


async def one_transfer(call: Call) -> shapes.TransferOut:
    """A transfer of anybody's."""
    response = await call.services.wallet.LookupTransfers(
        pb.LookupTransfersRequest(transfer_ids=[str(call.id("id"))])
    )
    if not response.transfers:
        raise Problem(404, "transfer_not_found", "There is no such transfer.")
    return _transfer(response.transfers[0])


async def incidents(call: Call) -> Listed[shapes.IncidentOut]:
    """What can't happen and did."""
    query: shapes.IncidentsQuery = call.query
    response = await call.services.wallet.ListIncidents(
        pb.ListIncidentsRequest(include_closed=query.closed == "true", limit=query.limit, cursor=query.cursor)
    )
    rows = [_incident(incident) for incident in response.incidents]
    return listed_by_cursor(rows, query, response.next_cursor)


async def close_incident(call: Call) -> shapes.IncidentOut:
    """Close an incident and thaw what it froze."""
    body: shapes.CloseIncidentIn = call.body
    response = await call.services.wallet.CloseIncident(
        pb.CloseIncidentRequest(
            incident_id=str(call.id("id")), note=body.note, idempotency_key=call.idempotency_key
        )
    )
    return _incident(response.incident)


def _transfer(transfer: pb.RecordedTransfer) -> shapes.TransferOut:
    code = transfer.amount.asset
    return shapes.TransferOut(
        id=transfer.transfer_id,
        number=transfer.number,
        phase=_PHASES[transfer.phase],
        type=KINDS[transfer.kind],
        debit_account_id=transfer.debit_account_id,
        debit_kind=ACCOUNT_KINDS[transfer.debit_kind],
        credit_account_id=transfer.credit_account_id,
        credit_kind=ACCOUNT_KINDS[transfer.credit_kind],
        amount=amount_out(transfer.amount),
        asset=code,
        released=units_out(transfer.released_units, code),
        pending_id=transfer.pending_id or None,
        event_id=transfer.event_id or None,
        reference_id=transfer.reference_id or None,
        created_at=from_wire(transfer.posted_at),
        debit_balance=units_out(transfer.debit_balance_units, code),
        credit_balance=units_out(transfer.credit_balance_units, code),
    )


def _incident(incident: pb.Incident) -> shapes.IncidentOut:
    return shapes.IncidentOut(
        id=incident.incident_id,
        kind=incident.kind,
        event_id=incident.event_id or None,
        account_id=incident.account_id or None,
        reference_id=incident.reference_id or None,
        details={detail.name: detail.value for detail in incident.details},
        opened_at=from_wire(incident.opened_at),
        closed_at=from_wire(incident.closed_at) if incident.HasField("closed_at") else None,
        closed_by=incident.closed_by_user_id or None,
        note=incident.note or None,
    )


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET", path="/admin/ledger/accounts/{id}", name="adminGetAccount", tag="admin",
        handler=one_account, summary="An account of the ledger, as it is or as it was", who=Who.ADMIN,
        query=shapes.AccountQuery, answer=shapes.AccountOut, refusals={404: "account_not_found"},
    ),
    Route(
        method="GET", path="/admin/ledger/accounts/{id}/transfers", name="adminListAccountTransfers",
        tag="admin", handler=account_transfers, summary="All that touched an account in a time, newest first",
        who=Who.ADMIN, query=shapes.HistoryQuery, answer=Listed[shapes.TransferOut],
    ),
    Route(
        method="GET", path="/admin/ledger/transfers/{id}", name="adminGetTransfer", tag="admin",
        handler=one_transfer, summary="A transfer of the ledger", who=Who.ADMIN, answer=shapes.TransferOut,
        refusals={404: "transfer_not_found"},
    ),
    Route(
        method="GET", path="/admin/incidents", name="adminListIncidents", tag="admin", handler=incidents,
        summary="What can't happen and did, newest first", who=Who.ADMIN, query=shapes.IncidentsQuery,
        answer=Listed[shapes.IncidentOut],
    ),
    Route(
        method="POST", path="/admin/incidents/{id}/close", name="adminCloseIncident", tag="admin",
        handler=close_incident, summary="Close an incident and thaw what it froze", who=Who.ADMIN,
        limit=Limit.COMMAND, command=True, body=shapes.CloseIncidentIn, answer=shapes.IncidentOut,
        refusals={404: "incident_not_found", 409: "incident_stands"},
        example={"note": "Restored the account's counters from its transfers."},
    ),
)  # fmt: skip
