"""gRPC in, domain out: translates, never decides. The signed-in person is always the one whose money it is about."""

import asyncio
from typing import Final

from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceServicer
from oraculum_kit import idempotency, logs
from oraculum_kit.authorization import require_user
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument, Violation
from oraculum_kit.validation import Violations
from oraculum_money import ASSETS, Units
from oraculum_wallet import wire
from oraculum_wallet.balances import Balances
from oraculum_wallet.deposits import Deposits
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.proof import Prover
from oraculum_wallet.statements import Statements
from oraculum_wallet.transfers import Answer, Transfer, TransferKind

TRANSFERS_MAX: Final = 8000

# Transfers translated before the event loop may look at other calls.
_TRANSFERS_PER_TURN: Final = 256


class WalletServicer(WalletServiceServicer):
    """The wallet as its contract has it."""

    def __init__(
        self,
        *,
        database: Database,
        ledger: Ledger,
        balances: Balances,
        statements: Statements,
        deposits: Deposits,
        prover: Prover,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._balances = balances
        self._statements = statements
        self._deposits = deposits
        self._prover = prover

    async def CreateTransfers(
        self, request: pb.CreateTransfersRequest, context: object
    ) -> pb.CreateTransfersResponse:
        """Create, post and void transfers."""
        count = len(request.transfers)
        if count > TRANSFERS_MAX:
            message = f"must be at most {TRANSFERS_MAX}, not {count}"
            raise InvalidArgument(violations=[Violation("transfers", message)])
        shard = self._ledger.shard()
        parsed: list[Transfer | Answer] = []
        for start in range(0, count, _TRANSFERS_PER_TURN):
            turn = request.transfers[start : start + _TRANSFERS_PER_TURN]
            parsed += [wire.parse_transfer(message, shard) for message in turn]
            await asyncio.sleep(0)
        sound = [item for item in parsed if isinstance(item, Transfer)]
        made = iter(await self._ledger.create(sound) if sound else ())
        logs.note(transfers=count, invalid=count - len(sound))
        return pb.CreateTransfersResponse(
            answers=[wire.to_wire(next(made) if isinstance(item, Transfer) else item) for item in parsed]
        )

    async def GetBalances(self, request: pb.GetBalancesRequest, context: object) -> pb.GetBalancesResponse:
        """What the person has."""
        balances = await self._balances.of(str(require_user().id))
        return pb.GetBalancesResponse(balances=map(wire.balance_to_wire, balances))

    async def ListTransactions(
        self, request: pb.ListTransactionsRequest, context: object
    ) -> pb.ListTransactionsResponse:
        """A page of the person's entries."""
        check = Violations()
        kinds: list[TransferKind] = []
        for place, number in enumerate(request.kinds):
            kind = wire.kind(number)
            if kind is None:
                check.refuse(f"kinds[{place}]", "is not known")
            else:
                kinds.append(kind)
        if request.asset and request.asset not in ASSETS:
            check.refuse("asset", f"must be one of {', '.join(ASSETS)}")
        check.finish()
        page = await self._statements.page(
            str(require_user().id),
            kinds=kinds,
            asset=request.asset,
            limit=request.limit,
            cursor=request.cursor,
        )
        return pb.ListTransactionsResponse(
            transactions=map(wire.entry_to_wire, page.rows), next_cursor=page.next_cursor
        )

    async def GetStatement(self, request: pb.GetStatementRequest, context: object) -> pb.GetStatementResponse:
        """The person's entries over a time."""
        check = Violations()
        from_time, to_time = check.time("from_time", request), check.time("to_time", request)
        if from_time is None:
            check.refuse("from_time", "must be given")
        if to_time is None:
            check.refuse("to_time", "must be given")
        if request.asset not in ASSETS:
            check.refuse("asset", f"must be one of {', '.join(ASSETS)}")
        if from_time is not None and to_time is not None and from_time > to_time:
            check.refuse("to_time", "must not be before from_time")
        check.finish()
        if from_time is None or to_time is None:
            raise AssertionError("finish() has refused these")
        statement = await self._statements.between(str(require_user().id), request.asset, from_time, to_time)
        return pb.GetStatementResponse(
            opening=wire.amount(statement.opening_units, request.asset),
            transactions=map(wire.entry_to_wire, statement.entries),
            closing=wire.amount(statement.closing_units, request.asset),
        )

    async def CreateDeposit(
        self, request: pb.CreateDepositRequest, context: object
    ) -> pb.CreateDepositResponse:
        """Begin a deposit of the person."""
        executed = False

        async def create(connection: Connection) -> pb.CreateDepositResponse:
            nonlocal executed
            executed = True
            deposit = await self._deposits.create(
                connection,
                user_id=require_user().id,
                rail=request.rail,
                asset=request.amount.asset,
                units=Units(request.amount.units),
                key=request.idempotency_key,
            )
            return pb.CreateDepositResponse(deposit=wire.deposit_to_wire(deposit))

        response = await idempotency.once(
            self._database, request, pb.CreateDepositResponse, create, key=request.idempotency_key
        )
        response.replayed = not executed
        return response

    async def GetDeposit(self, request: pb.GetDepositRequest, context: object) -> pb.GetDepositResponse:
        """One deposit of the person."""
        check = Violations()
        deposit_id = check.uuid("deposit_id", request.deposit_id)
        check.finish()
        deposit = await self._deposits.get(deposit_id, require_user().id)
        return pb.GetDepositResponse(deposit=wire.deposit_to_wire(deposit))

    async def CheckLedger(self, request: pb.CheckLedgerRequest, context: object) -> pb.CheckLedgerResponse:
        """Prove the ledger's laws."""
        proof = await self._prover.check()
        return pb.CheckLedgerResponse(
            balanced=proof.balanced,
            sums=[pb.AssetSums(**sums._asdict()) for sums in proof.sums],
            violations=proof.violations,
        )
