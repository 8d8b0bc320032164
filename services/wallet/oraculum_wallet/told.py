"""What is told of the ledger, from the domain to the contract: accounts, transfers, explanations, incidents."""

import json
from collections.abc import Iterable
from typing import Any, Final

from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit import timestamps
from oraculum_money import INT64_MAX, Units
from oraculum_wallet import wire
from oraculum_wallet.accounts import AccountKind
from oraculum_wallet.explain import BalanceExplained, EntryExplained
from oraculum_wallet.lookup import HouseMoney
from oraculum_wallet.repository.accounts import AccountState, Stored
from oraculum_wallet.repository.explain import Held, KindTotal
from oraculum_wallet.repository.incidents import Incident
from oraculum_wallet.repository.proof import AssetSums
from oraculum_wallet.transfers import Phase, TransferKind

# By name, as in wire.py.
_ACCOUNT_KINDS: Final[dict[int, pb.AccountKind.ValueType]] = {
    kind: pb.AccountKind.Value(f"ACCOUNT_KIND_{kind.name}") for kind in AccountKind
}
_PHASES: Final[dict[int, pb.TransferPhase.ValueType]] = {
    phase: pb.TransferPhase.Value(f"TRANSFER_PHASE_{phase.name}") for phase in Phase
}


def account(state: AccountState) -> pb.Account:
    """An account at an instant."""
    return pb.Account(
        account_id=state.id,
        name=pb.AccountName(kind=_ACCOUNT_KINDS[state.kind], owner_id=state.owner_id),
        asset=state.asset,
        debits_pending_units=state.debits_pending_units,
        debits_posted_units=state.debits_posted_units,
        credits_pending_units=state.credits_pending_units,
        credits_posted_units=state.credits_posted_units,
        frozen_at=timestamps.to_wire_optional(state.frozen_at),
    )


def house_money(money: HouseMoney) -> pb.HouseMoney:
    """What the house has in one asset."""
    return pb.HouseMoney(
        asset=money.asset,
        fees_units=money.fees_units,
        rounding_units=money.rounding_units,
        house_units=money.house_units,
        capital_units=money.capital_units,
    )


def sums(found: AssetSums) -> pb.AssetSums:
    """Sums of one asset; one that the contract's 64 bits do not hold is told as the most that they do."""
    return pb.AssetSums(
        asset=found.asset,
        debits_posted_units=min(found.debits_posted_units, INT64_MAX),
        credits_posted_units=min(found.credits_posted_units, INT64_MAX),
        debits_pending_units=min(found.debits_pending_units, INT64_MAX),
        credits_pending_units=min(found.credits_pending_units, INT64_MAX),
    )


def transfer(stored: Stored) -> pb.RecordedTransfer:
    """A transfer as it stands in the ledger."""
    return pb.RecordedTransfer(
        transfer_id=stored.id,
        number=stored.number,
        phase=_PHASES[stored.phase],
        kind=wire.KINDS[TransferKind(stored.kind)],
        debit_account_id=stored.debit_account_id,
        debit_kind=_ACCOUNT_KINDS[stored.debit_kind],
        credit_account_id=stored.credit_account_id,
        credit_kind=_ACCOUNT_KINDS[stored.credit_kind],
        amount=wire.amount(stored.units, stored.asset),
        released_units=stored.released_units,
        pending_id=stored.pending_id or "",
        event_id=stored.event_id or "",
        reference_id=stored.reference_id or "",
        posted_at=timestamps.to_wire(stored.posted_at),
        debit_balance_units=stored.debit_balance_units,
        credit_balance_units=stored.credit_balance_units,
    )


def balance_explained(explained: BalanceExplained) -> pb.ExplainBalanceResponse:
    """A balance and what it is made of."""
    return pb.ExplainBalanceResponse(
        balance=wire.balance_to_wire(explained.balance),
        entries=_totals(explained.totals),
        held=map(_held, explained.held),
        held_beyond_units=explained.held_beyond_units,
        arriving=[
            pb.ArrivingAmount(event_id=item.event_id, sequence=item.sequence, units=item.net.units)
            for item in explained.arriving
        ],
        arriving_unknown=explained.arriving_unknown,
    )


def entry_explained(explained: EntryExplained) -> pb.ExplainTransactionResponse:
    """An entry and what belongs to it."""
    hold = explained.hold
    return pb.ExplainTransactionResponse(
        transaction=wire.entry_to_wire(explained.entry),
        counterparty=_ACCOUNT_KINDS[explained.counterparty],
        act=map(wire.entry_to_wire, explained.act),
        opening_units=explained.opening_units,
        hold=(
            _held(Held(hold.id, hold.reference_id, hold.event_id, Units(hold.units), hold.posted_at))
            if hold is not None
            else None
        ),
        entries=_totals(explained.totals),
    )


def incident(told: Incident) -> pb.Incident:
    """Something that can't happen and did."""
    return pb.Incident(
        incident_id=str(told.id),
        kind=told.kind,
        event_id=told.event_id or "",
        account_id=told.account_id or "",
        reference_id=told.reference_id or "",
        details=[
            pb.IncidentDetail(name=name, value=_text(value))
            for name, value in sorted(told.details.items())
            if value is not None
        ],
        opened_at=timestamps.to_wire(told.opened_at),
        closed_at=timestamps.to_wire_optional(told.closed_at),
        closed_by_user_id=str(told.closed_by or ""),
        note=told.note or "",
    )


def _totals(totals: Iterable[KindTotal]) -> Iterable[pb.KindTotal]:
    return [
        pb.KindTotal(kind=wire.KINDS[TransferKind(total.kind)], units=total.units, count=total.entry_count)
        for total in totals
    ]


def _held(held: Held) -> pb.HeldAmount:
    return pb.HeldAmount(
        transfer_id=held.transfer_id,
        order_id=held.order_id or "",
        event_id=held.event_id or "",
        units=held.units,
        since=timestamps.to_wire(held.since),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
