"""Money behind orders: the worst case of every purchase is set aside in wallet before it may be filled.

For the moment in which a purchase is decided it is held, by a pending transfer. Behind one that may rest for long it is moved,
by a posted transfer into the order's reserve.

One law makes the holds safe whatever dies when: a hold is voided only after a row stands under its order's id which says
that the order was not filled. So a hold that wallet says EXISTS, of an order without a row, still holds the money, and a
fill whose commit succeeds always finds its money behind it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, TypeVar

import structlog

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_kit.errors import ServiceError
from oraculum_money import Units
from oraculum_prediction import metrics
from oraculum_prediction.placement import Ticket, hold_id, release_id, void_id
from oraculum_prediction.wire import write_amount

_log = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")

# What wallet takes in one call.
TRANSFERS_MAX: Final = 8_000


class Held(Enum):
    """How a hold ended."""

    YES = auto()
    SHORT = auto()
    # The hold of an earlier attempt is there, for another amount or for other content: that attempt was never decided.
    OTHER = auto()
    # The market or the person is frozen in wallet: nothing was held, and nothing will be for a while.
    FROZEN = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Hold:
    """The money that one purchase may cost."""

    ticket: Ticket
    asset: str
    units: Units


_HELD: Final[Mapping[int, Held]] = {
    wallet.TRANSFER_RESULT_CREATED: Held.YES,
    wallet.TRANSFER_RESULT_EXISTS: Held.YES,
    wallet.TRANSFER_RESULT_INSUFFICIENT_FUNDS: Held.SHORT,
    wallet.TRANSFER_RESULT_EXISTS_DIFFERENT: Held.OTHER,
    wallet.TRANSFER_RESULT_FROZEN: Held.FROZEN,
}


class Holds:
    """Holds and voids in wallet. `stub` is wallet's, over the kit's channel."""

    def __init__(self, stub: Any, *, timeout_seconds: float = 2.0) -> None:
        self._stub = stub
        self._timeout_seconds = timeout_seconds

    async def take(self, holds: Sequence[Hold]) -> list[Held]:
        """Hold the money of purchases, each answered on its own. Raises what any call as a whole raises.

        What was held by the calls before it is then held for nobody, as after a call whose answer was lost.
        """
        answers: list[wallet.TransferAnswer] = []
        for part in _calls(holds):
            request = wallet.CreateTransfersRequest(transfers=map(_set_aside, part))
            answers += (await self._stub.CreateTransfers(request, timeout=self._timeout_seconds)).answers
        results = [_HELD.get(answer.result, Held.FAILED) for answer in answers]
        for answer, result in zip(answers, results, strict=True):
            if result is Held.FAILED:
                _log.error(
                    "hold.failed",
                    transfer_id=answer.transfer_id,
                    result=wallet.TransferResult.Name(answer.result),
                    message=answer.message,
                )
        return results

    async def void(self, tickets: Sequence[Ticket]) -> None:
        """Let the money go of orders that are refused by a committed row; what fails here is left to wallet's sweep."""
        # What an earlier attempt has reserved is another amount than ours: only the sweep knows it.
        known = [ticket for ticket in tickets if ticket.held_asset or not ticket.placement.reserves]
        for part in _calls(known):
            request = wallet.CreateTransfersRequest(transfers=map(_let_go, part))
            try:
                await self._stub.CreateTransfers(request, timeout=self._timeout_seconds)
            except ServiceError as error:
                metrics.VOIDS_FAILED.inc(len(part))
                _log.warning("holds.left_to_the_sweep", orders=len(part), error=repr(error))


def _calls(each: Sequence[T]) -> Iterator[Sequence[T]]:
    """What one call takes, and what the next ones do: a batch of baskets has more purchases than it has tasks."""
    return (each[start : start + TRANSFERS_MAX] for start in range(0, len(each), TRANSFERS_MAX))


def _let_go(ticket: Ticket) -> wallet.Transfer:
    if ticket.placement.reserves:
        return wallet.Transfer(
            transfer_id=str(release_id(ticket.order_id)),
            phase=wallet.TRANSFER_PHASE_POSTED,
            kind=wallet.TRANSFER_KIND_RELEASE,
            debit=_reserve_of(ticket),
            credit=_owner_of(ticket),
            amount=Amount(units=ticket.held_units or 0, asset=ticket.held_asset),
            event_id=str(ticket.event_id),
            reference_id=str(ticket.order_id),
        )
    return wallet.Transfer(
        transfer_id=str(void_id(ticket.order_id)),
        phase=wallet.TRANSFER_PHASE_VOID_PENDING,
        pending_id=str(hold_id(ticket.order_id)),
    )


def _owner_of(ticket: Ticket) -> wallet.AccountName:
    return wallet.AccountName(kind=wallet.ACCOUNT_KIND_USER, owner_id=str(ticket.user_id))


def _reserve_of(ticket: Ticket) -> wallet.AccountName:
    return wallet.AccountName(kind=wallet.ACCOUNT_KIND_ORDER_RESERVE, owner_id=str(ticket.user_id))


def _set_aside(hold: Hold) -> wallet.Transfer:
    if hold.ticket.placement.reserves:
        return wallet.Transfer(
            transfer_id=str(hold.ticket.hold_id),
            phase=wallet.TRANSFER_PHASE_POSTED,
            kind=wallet.TRANSFER_KIND_RESERVE,
            debit=_owner_of(hold.ticket),
            credit=_reserve_of(hold.ticket),
            amount=Amount(units=hold.units, asset=hold.asset),
            event_id=str(hold.ticket.event_id),
            reference_id=str(hold.ticket.order_id),
        )
    return _pending(hold)


def _pending(hold: Hold) -> wallet.Transfer:
    ticket = hold.ticket
    event_id = str(ticket.event_id)
    transfer = wallet.Transfer(
        transfer_id=str(ticket.hold_id),
        phase=wallet.TRANSFER_PHASE_PENDING,
        kind=wallet.TRANSFER_KIND_BET,
        event_id=event_id,
        reference_id=str(ticket.order_id),
    )
    # In their places, as every bet has these: what is made apart is copied.
    transfer.debit.kind, transfer.debit.owner_id = wallet.ACCOUNT_KIND_USER, str(ticket.user_id)
    transfer.credit.kind, transfer.credit.owner_id = wallet.ACCOUNT_KIND_EVENT_ESCROW, event_id
    write_amount(transfer.amount, hold.units, hold.asset)
    return transfer
