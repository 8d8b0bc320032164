"""What wallet tells: balances that changed, deposits that arrived, and for the audit log who moved money."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from oraculum.audit.v1.audit_pb2 import AuditClass, AuditFact
from oraculum.wallet.v1.wallet_fact_pb2 import DepositCredited, WalletFact
from oraculum_kit.caller import caller_or_none
from oraculum_kit.ids import uuid7
from oraculum_kit.outbox import Fact
from oraculum_kit.timestamps import to_wire
from oraculum_money import Units
from oraculum_wallet import wire
from oraculum_wallet.accounts import AccountKind
from oraculum_wallet.book import Balance, Book
from oraculum_wallet.repository.deposits import Deposit
from oraculum_wallet.repository.incidents import Incident
from oraculum_wallet.repository.monitor import Finding
from oraculum_wallet.transfers import Phase, Recorded

WALLET_TOPIC: Final = "wallet"
AUDIT_TOPIC: Final = "audit"


@dataclass(slots=True)
class _Change:
    """What one act did to one person's balance: the first of its transfers, and the sum of all."""

    first: Recorded
    units: Units


def balances_changed(book: Book, posted_at: datetime) -> list[Fact]:
    """One fact for each person and act: the cost of a bet and its fee are one change, not two."""
    changes: dict[tuple[str, str | None, str | None], _Change] = {}
    for row in book.created:
        if row.phase is Phase.PENDING or not row.units:
            continue
        if row.debit_kind is AccountKind.USER:
            _note(changes, row.debit_account_id, row, Units(-row.units))
        if row.credit_kind is AccountKind.USER:
            _note(changes, row.credit_account_id, row, row.units)
    time = to_wire(posted_at)
    return [
        Fact(
            topic=WALLET_TOPIC,
            key=book.balances[account_id].owner_id,
            message=_balance_changed(book.balances[account_id], change, time),
            occurred_at=posted_at,
        )
        for (account_id, _, _), change in changes.items()
    ]


def deposit_credited(deposit: Deposit) -> list[Fact]:
    """The person hears of it, and the audit log."""
    user_id = str(deposit.user_id)
    credited = WalletFact(
        user_id=user_id, deposit_credited=DepositCredited(deposit=wire.deposit_to_wire(deposit))
    )
    caller = caller_or_none()
    act = AuditFact(
        audit_id=str(uuid7()),
        audit_class=AuditClass.AUDIT_CLASS_MONEY,
        service="wallet",
        action="deposit.credited",
        actor_user_id=user_id,
        subject_kind="deposit",
        subject_id=str(deposit.id),
        details={"rail": deposit.rail, "asset": deposit.asset, "units": str(deposit.units)},
        request_id=caller.request_id if caller is not None else "",
        occurred_at=to_wire(deposit.created_at),
    )
    return [
        Fact(topic=WALLET_TOPIC, key=user_id, message=credited),
        Fact(topic=AUDIT_TOPIC, key=user_id, message=act),
    ]


def capital_added(transfer_id: str, asset: str, units: Units, occurred_at: datetime) -> Fact:
    """The audit log hears of the operator's money."""
    act = AuditFact(
        audit_id=str(uuid7()),
        audit_class=AuditClass.AUDIT_CLASS_MONEY,
        service="wallet",
        action="capital.added",
        subject_kind="transfer",
        subject_id=transfer_id,
        details={"asset": asset, "units": str(units)},
        occurred_at=to_wire(occurred_at),
    )
    return Fact(topic=AUDIT_TOPIC, key="wallet", message=act)


def account_frozen(finding: Finding, incident_id: str, occurred_at: datetime) -> Fact:
    """The audit log hears what the monitor found and did."""
    act = AuditFact(
        audit_id=str(uuid7()),
        audit_class=AuditClass.AUDIT_CLASS_SYSTEM,
        service="wallet",
        action="account.frozen",
        subject_kind="account",
        subject_id=finding.account_id,
        details={
            "incident_id": incident_id,
            "law": finding.law,
            "kind": AccountKind(finding.kind).name if finding.kind else "",
            "owner_id": finding.owner_id or "",
            "asset": finding.asset or "",
        },
        occurred_at=to_wire(occurred_at),
    )
    return Fact(topic=AUDIT_TOPIC, key=finding.owner_id or "wallet", message=act)


def incident_closed(incident: Incident, occurred_at: datetime) -> Fact:
    """The audit log hears who let an account go on, and why."""
    caller = caller_or_none()
    act = AuditFact(
        audit_id=str(uuid7()),
        audit_class=AuditClass.AUDIT_CLASS_ADMIN,
        service="wallet",
        action="incident.closed",
        actor_user_id=str(incident.closed_by or ""),
        subject_kind="incident",
        subject_id=str(incident.id),
        details={
            "kind": incident.kind,
            "account_id": incident.account_id or "",
            "event_id": incident.event_id or "",
            "note": incident.note or "",
        },
        request_id=caller.request_id if caller is not None else "",
        occurred_at=to_wire(occurred_at),
    )
    return Fact(topic=AUDIT_TOPIC, key=str(incident.closed_by or "wallet"), message=act)


def _note(
    changes: dict[tuple[str, str | None, str | None], _Change], account_id: str, row: Recorded, units: Units
) -> None:
    key = (account_id, row.event_id, row.reference_id)
    change = changes.get(key)
    if change is None:
        changes[key] = _Change(row, units)
    else:
        change.units = Units(change.units + units)


def _balance_changed(balance: Balance, change: _Change, time: Timestamp) -> WalletFact:
    """Filled in place: each bet tells one or two of these, and messages that are made apart are copied into their whole."""
    first = change.first
    fact = WalletFact(user_id=balance.owner_id)
    told = fact.balance_changed
    told.kind = wire.KINDS[first.kind]
    told.change.units, told.change.asset = change.units, balance.asset
    told.available.units, told.available.asset = balance.available_units, balance.asset
    told.event_id, told.reference_id = first.event_id or "", first.reference_id or ""
    told.transfer_id = first.id
    told.posted_at.CopyFrom(time)
    return fact
