"""My books: statements of any length, told as they are read, and balances explained down to their entries."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Final

import orjson
from starlette.responses import Response, StreamingResponse

from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_gateway.money import amount_out, asset_in, units_out
from oraculum_gateway.route import Call, Route, Who
from oraculum_gateway.routes.wallet import KINDS, told_transaction
from oraculum_gateway.shapes import ledger as shapes
from oraculum_gateway.shapes import trading
from oraculum_kit.caller import Caller, calling_as, current_caller
from oraculum_kit.errors import Internal
from oraculum_kit.timestamps import from_wire, to_wire

# Entries of one question to wallet: a statement of a million is read by portions and never held whole.
PORTION: Final = 1000

ACCOUNT_KINDS: Final[dict[int, shapes.AccountKind]] = {
    pb.ACCOUNT_KIND_USER: "user",
    pb.ACCOUNT_KIND_ORDER_RESERVE: "order_reserve",
    pb.ACCOUNT_KIND_EVENT_ESCROW: "event_escrow",
    pb.ACCOUNT_KIND_FEES: "fees",
    pb.ACCOUNT_KIND_ROUNDING: "rounding",
    pb.ACCOUNT_KIND_HOUSE: "house",
    pb.ACCOUNT_KIND_RAIL: "rail",
    pb.ACCOUNT_KIND_CAPITAL: "capital",
    pb.ACCOUNT_KIND_DISPUTE_BOND: "dispute_bond",
}
_COLUMNS: Final = ("created_at", "type", "amount", "asset", "balance", "event_id", "reference_id", "id")
_HEADERS: Final = {"cache-control": "no-store"}


async def statement(call: Call) -> Response:
    """My books over a span of time."""
    query: trading.StatementQuery = call.query
    asset = asset_in("asset", query.asset)
    request = pb.GetStatementRequest(
        from_time=to_wire(query.start), to_time=to_wire(query.to), asset=asset.code, limit=PORTION
    )
    # The first portion is read before the answer begins, so that a refusal is one.
    first = await call.services.wallet.GetStatement(request)
    # The answer is written after this handler has ended: whoever asks is named again for each portion.
    portions = _portions(call, current_caller(), request, first)
    if query.format == "json":
        return StreamingResponse(_as_json(asset.code, portions), 200, _HEADERS, "application/json")
    headers = {**_HEADERS, "content-disposition": 'attachment; filename="statement.csv"'}
    return StreamingResponse(_as_csv(asset.code, query, portions), 200, headers, "text/csv")


async def explain_balance(call: Call) -> shapes.BalanceExplainedOut:
    """What my balance is made of."""
    query: shapes.ExplainQuery = call.query
    code = asset_in("asset", query.asset).code
    told = await call.services.wallet.ExplainBalance(pb.ExplainBalanceRequest(asset=code))
    return shapes.BalanceExplainedOut(
        balance=trading.BalanceOut(
            asset=code,
            available=amount_out(told.balance.available),
            held=amount_out(told.balance.held),
            arriving=amount_out(told.balance.arriving),
        ),
        entries=[_total(each, code) for each in told.entries],
        held=[_held(each, code) for each in told.held],
        held_beyond=units_out(told.held_beyond_units, code),
        arriving=[
            shapes.ArrivingOut(
                event_id=each.event_id, sequence=each.sequence, amount=units_out(each.units, code)
            )
            for each in told.arriving
        ],
        arriving_unknown=told.arriving_unknown,
    )


async def explain_transaction(call: Call) -> shapes.TransactionExplainedOut:
    """What one of my transactions means, and where the balance after it comes from."""
    told = await call.services.wallet.ExplainTransaction(
        pb.ExplainTransactionRequest(transfer_id=str(call.id("id")))
    )
    code = told.transaction.amount.asset
    return shapes.TransactionExplainedOut(
        transaction=told_transaction(told.transaction),
        counterparty=ACCOUNT_KINDS[told.counterparty],
        opening=units_out(told.opening_units, code),
        act=[told_transaction(each) for each in told.act],
        hold=_held(told.hold, code) if told.HasField("hold") else None,
        entries=[_total(each, code) for each in told.entries],
    )


async def _portions(
    call: Call, caller: Caller, request: pb.GetStatementRequest, first: pb.GetStatementResponse
) -> AsyncIterator[pb.GetStatementResponse]:
    """All portions of a statement, each of which opens with what the one before closed with."""
    portion = first
    while True:
        yield portion
        if not portion.next_cursor or portion.next_cursor == request.cursor:
            return
        request.cursor = portion.next_cursor
        closed = portion.closing.units
        with calling_as(caller):
            portion = await call.services.wallet.GetStatement(request)
        if portion.opening.units != closed:
            # Cut off in the middle, as any answer that breaks: whoever reads it sees that it has no end.
            raise Internal("A portion of a statement does not begin where the last one ended.")


async def _as_json(code: str, portions: AsyncIterator[pb.GetStatementResponse]) -> AsyncIterator[bytes]:
    begun, closing = False, b""
    async for portion in portions:
        rows = [told_transaction(entry).model_dump(mode="json") for entry in portion.transactions]
        text = orjson.dumps(rows)[1:-1]
        if not begun:
            yield b'{"asset":%b,"opening":%b,"data":[' % (
                orjson.dumps(code),
                orjson.dumps(amount_out(portion.opening)),
            )
        elif text:
            text = b"," + text
        begun, closing = True, orjson.dumps(amount_out(portion.closing))
        yield text
    yield b'],"closing":%b}' % closing


async def _as_csv(
    code: str, query: trading.StatementQuery, portions: AsyncIterator[pb.GetStatementResponse]
) -> AsyncIterator[str]:
    """The entries as CSV (RFC 4180), between the balances; ids and decimal text only, so no cell can be a formula."""
    begun, closing = False, ""
    async for portion in portions:
        text = io.StringIO()
        writer = csv.writer(text)
        if not begun:
            writer.writerow(["time", *_COLUMNS[1:]])
            writer.writerow(
                _balance_row(query.start.isoformat(), "opening", code, amount_out(portion.opening))
            )
        for entry in portion.transactions:
            row = told_transaction(entry).model_dump(mode="json")
            writer.writerow([row[name] or "" for name in _COLUMNS])
        begun, closing = True, amount_out(portion.closing)
        yield text.getvalue()
    text = io.StringIO()
    csv.writer(text).writerow(_balance_row(query.to.isoformat(), "closing", code, closing))
    yield text.getvalue()


def _balance_row(time: str, kind: str, code: str, balance: str) -> list[str]:
    return [time, kind, "", code, balance, "", "", ""]


def _total(total: pb.KindTotal, code: str) -> shapes.KindTotalOut:
    return shapes.KindTotalOut(type=KINDS[total.kind], amount=units_out(total.units, code), count=total.count)


def _held(held: pb.HeldAmount, code: str) -> shapes.HeldOut:
    return shapes.HeldOut(
        transfer_id=held.transfer_id or None,
        order_id=held.order_id or None,
        event_id=held.event_id or None,
        amount=units_out(held.units, code),
        since=from_wire(held.since),
    )


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET", path="/wallet/statement", name="getStatement", tag="wallet", handler=statement,
        summary="My books over a span of time, as JSON or CSV", who=Who.SIGNED_IN,
        query=trading.StatementQuery, answer=trading.StatementOut, other_media="text/csv",
    ),
    Route(
        method="GET", path="/wallet/balances/explain", name="explainBalance", tag="wallet",
        handler=explain_balance, summary="What each figure of my balance is made of", who=Who.SIGNED_IN,
        query=shapes.ExplainQuery, answer=shapes.BalanceExplainedOut,
    ),
    Route(
        method="GET", path="/wallet/transactions/{id}/explain", name="explainTransaction", tag="wallet",
        handler=explain_transaction, summary="What one transaction means, and the balance after it",
        who=Who.SIGNED_IN, answer=shapes.TransactionExplainedOut, refusals={404: "transaction_not_found"},
    ),
)  # fmt: skip
