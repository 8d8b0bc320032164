"""Money: balances, transactions, deposits, and the ledger's proof."""

from typing import Final

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_gateway.money import amount_in, amount_out, asset_in, units_out
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.shapes import trading as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_kit.timestamps import from_wire

KINDS: Final[dict[int, shapes.TransactionKind]] = {
    pb.TRANSFER_KIND_DEPOSIT: "deposit",
    pb.TRANSFER_KIND_WITHDRAWAL: "withdrawal",
    pb.TRANSFER_KIND_BET: "bet",
    pb.TRANSFER_KIND_SALE: "sale",
    pb.TRANSFER_KIND_PAYOUT: "payout",
    pb.TRANSFER_KIND_REFUND: "refund",
    pb.TRANSFER_KIND_FEE: "fee",
    pb.TRANSFER_KIND_SUBSIDY: "subsidy",
    pb.TRANSFER_KIND_HOUSE_RESULT: "house_result",
    pb.TRANSFER_KIND_CAPITAL: "capital",
    pb.TRANSFER_KIND_ADJUSTMENT: "adjustment",
    pb.TRANSFER_KIND_RESERVE: "reserve",
    pb.TRANSFER_KIND_RELEASE: "release",
    pb.TRANSFER_KIND_BOND: "bond",
    pb.TRANSFER_KIND_BOND_RETURN: "bond_return",
    pb.TRANSFER_KIND_BOND_FORFEIT: "bond_forfeit",
    pb.TRANSFER_KIND_CREATION: "creation",
    pb.TRANSFER_KIND_CREATION_RETURN: "creation_return",
}
_DEPOSIT_STATUSES: Final = {
    pb.DEPOSIT_STATUS_PENDING: "pending",
    pb.DEPOSIT_STATUS_CREDITED: "credited",
    pb.DEPOSIT_STATUS_FAILED: "failed",
}


async def balances(call: Call) -> shapes.BalancesOut:
    """My balances."""
    response = await call.services.wallet.GetBalances(pb.GetBalancesRequest())
    return shapes.BalancesOut(
        arriving_unknown=response.arriving_unknown,
        data=[
            shapes.BalanceOut(
                asset=balance.available.asset,
                available=amount_out(balance.available),
                held=amount_out(balance.held),
                arriving=units_out(balance.arriving.units, balance.available.asset),
            )
            for balance in response.balances
        ],
    )


async def transactions(call: Call) -> Listed[shapes.TransactionOut]:
    """My transactions, newest first."""
    query: shapes.TransactionsQuery = call.query
    response = await call.services.wallet.ListTransactions(
        pb.ListTransactionsRequest(
            kinds=[pb.TransferKind.Value(f"TRANSFER_KIND_{query.type.upper()}")] if query.type else [],
            asset=query.asset,
            limit=query.limit,
            cursor=query.cursor,
        )
    )
    rows = [told_transaction(transaction) for transaction in response.transactions]
    return listed_by_cursor(rows, query, response.next_cursor)


async def deposit(call: Call) -> Created:
    """Begin a deposit."""
    body: shapes.DepositIn = call.body
    asset = asset_in("asset", body.asset)
    response = await call.services.wallet.CreateDeposit(
        pb.CreateDepositRequest(
            rail=body.rail,
            amount=Amount(units=amount_in("amount", body.amount, asset), asset=asset.code),
            idempotency_key=call.idempotency_key,
        )
    )
    told = _deposit(response.deposit)
    return Created(told, f"/api/v1/wallet/deposits/{told.id}")


async def one_deposit(call: Call) -> shapes.DepositOut:
    """One of my deposits."""
    response = await call.services.wallet.GetDeposit(pb.GetDepositRequest(deposit_id=str(call.id("id"))))
    return _deposit(response.deposit)


async def ledger(call: Call) -> shapes.LedgerOut:
    """Prove the ledger's laws against live data."""
    response = await call.services.wallet.CheckLedger(pb.CheckLedgerRequest())
    return shapes.LedgerOut(
        balanced=response.balanced,
        sums=[
            shapes.AssetSumsOut(
                asset=sums.asset,
                debits_posted=units_out(sums.debits_posted_units, sums.asset),
                credits_posted=units_out(sums.credits_posted_units, sums.asset),
                debits_pending=units_out(sums.debits_pending_units, sums.asset),
                credits_pending=units_out(sums.credits_pending_units, sums.asset),
            )
            for sums in response.sums
        ],
        violations=list(response.violations),
    )


def told_transaction(transaction: pb.Transaction) -> shapes.TransactionOut:
    """One entry of somebody's books."""
    return shapes.TransactionOut(
        id=transaction.transfer_id,
        type=KINDS[transaction.kind],
        amount=amount_out(transaction.amount),
        asset=transaction.amount.asset,
        balance=units_out(transaction.balance_units, transaction.amount.asset),
        event_id=transaction.event_id or None,
        reference_id=transaction.reference_id or None,
        created_at=from_wire(transaction.posted_at),
    )


def _deposit(deposit: pb.Deposit) -> shapes.DepositOut:
    return shapes.DepositOut.model_validate(
        {
            "id": deposit.deposit_id,
            "rail": deposit.rail,
            "amount": amount_out(deposit.amount),
            "asset": deposit.amount.asset,
            "status": _DEPOSIT_STATUSES[deposit.status],
            "created_at": from_wire(deposit.created_at),
            "credited_at": from_wire(deposit.credited_at) if deposit.HasField("credited_at") else None,
        }
    )


def routes(*, ledger_is_public: bool) -> tuple[Route, ...]:
    """The routes of money. The ledger's proof is for administrators, on a development machine for everybody."""
    return (
        Route(
            method="GET", path="/wallet/balances", name="listBalances", tag="wallet", handler=balances,
            summary="My balances", who=Who.SIGNED_IN, answer=shapes.BalancesOut,
        ),
        Route(
            method="GET", path="/wallet/transactions", name="listTransactions", tag="wallet",
            handler=transactions, summary="My transactions, newest first", who=Who.SIGNED_IN,
            query=shapes.TransactionsQuery, answer=Listed[shapes.TransactionOut],
        ),
        Route(
            method="POST", path="/wallet/deposits", name="createDeposit", tag="wallet", handler=deposit,
            summary="Begin a deposit", who=Who.SIGNED_IN, limit=Limit.COMMAND, command=True,
            body=shapes.DepositIn, answer=shapes.DepositOut, status=201,
            example={"rail": "demo", "amount": "100.00", "asset": "USDC"},
            refusals={
                403: "identity_check_required: POST /users/me/kyc begins it; jurisdiction_closed or person_barred",
                409: (
                    "depositor_excluded or deposit_limit_reached, which the person set themselves; account_leaving while "
                    "they delete their account"
                ),
            },
        ),
        Route(
            method="GET", path="/wallet/deposits/{id}", name="getDeposit", tag="wallet",
            handler=one_deposit, summary="One of my deposits", who=Who.SIGNED_IN, answer=shapes.DepositOut,
            refusals={404: "deposit_not_found"},
        ),
        Route(
            method="GET", path="/admin/ledger", name="adminCheckLedger", tag="admin", handler=ledger,
            summary="Prove that debits equal credits", answer=shapes.LedgerOut,
            who=Who.ANYONE if ledger_is_public else Who.ADMIN,
        ),
    )  # fmt: skip
