"""gRPC in, domain out: translates, never decides. The signed-in person is always the one whose money it is about."""

import asyncio
from typing import Final
from uuid import UUID

from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceServicer
from oraculum_kit import idempotency, logs
from oraculum_kit.authorization import require_user
from oraculum_kit.caller import current_caller
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument, Violation
from oraculum_kit.identity import Identity
from oraculum_kit.validation import Violations
from oraculum_money import ASSETS, INT64_MAX, Units
from oraculum_wallet import chains, told, wire
from oraculum_wallet.balances import Balances
from oraculum_wallet.deposits import Deposits
from oraculum_wallet.explain import Explanations
from oraculum_wallet.incidents import Incidents
from oraculum_wallet.leaving import Fences
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.lookup import Lookup
from oraculum_wallet.proof import Prover
from oraculum_wallet.statements import ENTRIES_MAX, Statements
from oraculum_wallet.transfers import Answer, Transfer, TransferKind

TRANSFERS_MAX: Final = 8000
ACCOUNTS_MAX: Final = 100
LOOKUP_TRANSFERS_MAX: Final = 1000

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
        explanations: Explanations,
        lookup: Lookup,
        incidents: Incidents,
        fences: Fences,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._balances = balances
        self._statements = statements
        self._deposits = deposits
        self._prover = prover
        self._explanations = explanations
        self._lookup = lookup
        self._incidents = incidents
        self._fences = fences

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
        parsed = wire.confined(parsed, current_caller().service)
        linked = [message.linked for message in request.transfers]
        if any(linked):
            parsed = chains.close(parsed, linked)
        sound = [item for item in parsed if isinstance(item, Transfer)]
        made = iter(await self._ledger.create(sound) if sound else ())
        logs.note(transfers=count, invalid=count - len(sound))
        return pb.CreateTransfersResponse(
            answers=[wire.to_wire(next(made) if isinstance(item, Transfer) else item) for item in parsed]
        )

    async def GetBalances(self, request: pb.GetBalancesRequest, context: object) -> pb.GetBalancesResponse:
        """What the person has."""
        balances, known = await self._balances.of(str(require_user().id))
        return pb.GetBalancesResponse(
            balances=map(wire.balance_to_wire, balances), arriving_unknown=not known
        )

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
        check.integer("limit", request.limit, minimum=0, maximum=ENTRIES_MAX)
        check.finish()
        if from_time is None or to_time is None:
            raise AssertionError("finish() has refused these")
        statement = await self._statements.between(
            str(require_user().id),
            request.asset,
            from_time,
            to_time,
            limit=request.limit,
            cursor=request.cursor,
        )
        return pb.GetStatementResponse(
            opening=wire.amount(statement.opening_units, request.asset),
            transactions=map(wire.entry_to_wire, statement.entries),
            closing=wire.amount(statement.closing_units, request.asset),
            next_cursor=statement.next_cursor,
        )

    async def CreateDeposit(
        self, request: pb.CreateDepositRequest, context: object
    ) -> pb.CreateDepositResponse:
        """Begin a deposit of the person."""
        executed = False

        async def create(connection: Connection) -> pb.CreateDepositResponse:
            nonlocal executed
            executed = True
            user = require_user()
            deposit = await self._deposits.create(
                connection,
                user_id=user.id,
                says=Identity.of(user),
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

    async def ExplainBalance(
        self, request: pb.ExplainBalanceRequest, context: object
    ) -> pb.ExplainBalanceResponse:
        """What the person's balance is made of."""
        check = Violations()
        if request.asset not in ASSETS:
            check.refuse("asset", f"must be one of {', '.join(ASSETS)}")
        check.finish()
        return told.balance_explained(await self._explanations.balance(str(require_user().id), request.asset))

    async def ExplainTransaction(
        self, request: pb.ExplainTransactionRequest, context: object
    ) -> pb.ExplainTransactionResponse:
        """What one entry of the person means."""
        check = Violations()
        transfer_id = check.uuid("transfer_id", request.transfer_id)
        check.finish()
        return told.entry_explained(await self._explanations.entry(str(require_user().id), str(transfer_id)))

    async def LookupAccounts(
        self, request: pb.LookupAccountsRequest, context: object
    ) -> pb.LookupAccountsResponse:
        """Accounts by id and by name."""
        check = Violations()
        ids = [str(check.uuid(f"account_ids[{n}]", text)) for n, text in enumerate(request.account_ids)]
        for place, named in enumerate(request.names):
            found = wire.account_named(named.name, named.asset)
            if isinstance(found, str):
                check.refuse(f"names[{place}]", found)
            else:
                ids.append(found.id)
        if not 0 < len(ids) <= ACCOUNTS_MAX:
            check.refuse("account_ids", f"must be 1 to {ACCOUNTS_MAX}, together with names")
        at = check.time("at", request)
        check.finish()
        return pb.LookupAccountsResponse(accounts=map(told.account, await self._lookup.accounts(ids, at)))

    async def LookupTransfers(
        self, request: pb.LookupTransfersRequest, context: object
    ) -> pb.LookupTransfersResponse:
        """Transfers by id."""
        check = Violations()
        ids = [str(check.uuid(f"transfer_ids[{n}]", text)) for n, text in enumerate(request.transfer_ids)]
        if not 0 < len(ids) <= LOOKUP_TRANSFERS_MAX:
            check.refuse("transfer_ids", f"must be 1 to {LOOKUP_TRANSFERS_MAX}")
        check.finish()
        return pb.LookupTransfersResponse(transfers=map(told.transfer, await self._lookup.transfers(ids)))

    async def ListAccountTransfers(
        self, request: pb.ListAccountTransfersRequest, context: object
    ) -> pb.ListAccountTransfersResponse:
        """What touched an account in a time."""
        check = Violations()
        account_id = check.uuid("account_id", request.account_id)
        from_time, to_time = check.time("from_time", request), check.time("to_time", request)
        if from_time is None or to_time is None or from_time > to_time:
            check.refuse("from_time", "must be given, with a to_time that is not before it")
        check.finish()
        if from_time is None or to_time is None:
            raise AssertionError("finish() has refused these")
        page = await self._lookup.history(
            str(account_id), from_time, to_time, limit=request.limit, cursor=request.cursor
        )
        return pb.ListAccountTransfersResponse(
            transfers=map(told.transfer, page.rows), next_cursor=page.next_cursor
        )

    async def ListIncidents(
        self, request: pb.ListIncidentsRequest, context: object
    ) -> pb.ListIncidentsResponse:
        """A page of incidents."""
        page = await self._incidents.page(
            include_closed=request.include_closed, limit=request.limit, cursor=request.cursor
        )
        return pb.ListIncidentsResponse(incidents=map(told.incident, page.rows), next_cursor=page.next_cursor)

    async def CloseIncident(
        self, request: pb.CloseIncidentRequest, context: object
    ) -> pb.CloseIncidentResponse:
        """Close an incident in the name of the administrator who calls."""
        check = Violations()
        incident_id = check.uuid("incident_id", request.incident_id)
        note = check.text("note", request.note, minimum=1, maximum=1000)
        check.finish()
        executed = False

        async def close(connection: Connection) -> pb.CloseIncidentResponse:
            nonlocal executed
            executed = True
            closed = await self._incidents.close(connection, incident_id, require_user().id, note)
            return pb.CloseIncidentResponse(incident=told.incident(closed))

        response = await idempotency.once(
            self._database, request, pb.CloseIncidentResponse, close, key=request.idempotency_key
        )
        response.replayed = not executed
        return response

    async def FenceAccounts(
        self, request: pb.FenceAccountsRequest, context: object
    ) -> pb.FenceAccountsResponse:
        """Let nothing be begun for a person."""
        await self._fences.put(*_fence(request))
        return pb.FenceAccountsResponse()

    async def LiftFence(self, request: pb.LiftFenceRequest, context: object) -> pb.LiftFenceResponse:
        """Let a person go on."""
        await self._fences.lift(*_fence(request))
        return pb.LiftFenceResponse()

    async def GetHouseMoney(
        self, request: pb.GetHouseMoneyRequest, context: object
    ) -> pb.GetHouseMoneyResponse:
        """What the house has in each asset."""
        return pb.GetHouseMoneyResponse(assets=map(told.house_money, await self._lookup.house_money()))

    async def CheckLedger(self, request: pb.CheckLedgerRequest, context: object) -> pb.CheckLedgerResponse:
        """Prove the ledger's laws."""
        proof = await self._prover.check()
        return pb.CheckLedgerResponse(
            balanced=proof.balanced,
            sums=map(told.sums, proof.sums),
            violations=proof.violations,
        )


def _fence(request: pb.FenceAccountsRequest | pb.LiftFenceRequest) -> tuple[UUID, int]:
    check = Violations()
    user_id = check.uuid("user_id", request.user_id)
    check.integer("fence", request.fence, minimum=1, maximum=INT64_MAX)
    check.finish()
    return user_id, request.fence
