"""What explained balances, the ledger's accounts and transfers, and incidents look like."""

from typing import Annotated, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import AmountOut, Given, PageQuery, TimeIn, TimeOut, Told
from oraculum_gateway.shapes.trading import BalanceOut, TransactionKind, TransactionOut

AccountKind = Literal[
    "user", "order_reserve", "event_escrow", "fees", "rounding", "house", "rail", "capital", "dispute_bond"
]
Phase = Literal["posted", "pending", "post_pending", "void_pending"]


class ExplainQuery(Given):
    """Which of my balances."""

    asset: Annotated[str, Field(max_length=10)] = "USDC"


class KindTotalOut(Told):
    """What all my entries of one type came to."""

    type: TransactionKind
    amount: AmountOut
    count: int


class HeldOut(Told):
    """Money behind one of my orders: a hold while it is decided, its reserve while it rests."""

    transfer_id: str | None
    order_id: str | None
    event_id: str | None
    amount: AmountOut
    since: TimeOut


class ArrivingOut(Told):
    """Proceeds of one of my sales that are on their way."""

    event_id: str
    sequence: int
    amount: AmountOut


class BalanceExplainedOut(Told):
    """My balance, and what each of its figures is made of."""

    balance: BalanceOut
    entries: list[KindTotalOut]
    held: list[HeldOut]
    # What is held beyond those listed.
    held_beyond: AmountOut
    arriving: list[ArrivingOut]
    # True while nobody can say what is on its way to me: nothing is listed then because it is not known.
    arriving_unknown: bool


class TransactionExplainedOut(Told):
    """One entry, the act that it is part of, and what the balance after it is made of."""

    transaction: TransactionOut
    counterparty: AccountKind
    opening: AmountOut
    act: list[TransactionOut]
    hold: HeldOut | None
    entries: list[KindTotalOut]


class AccountQuery(Given):
    """The account as it is, or as it was."""

    at: TimeIn | None = None


class AccountOut(Told):
    """An account of the ledger and its four counters."""

    id: str
    kind: AccountKind
    owner_id: str
    asset: str
    debits_pending: AmountOut
    debits_posted: AmountOut
    credits_pending: AmountOut
    credits_posted: AmountOut
    frozen_at: TimeOut | None


class HistoryQuery(PageQuery):
    """A span of an account's history."""

    start: Annotated[TimeIn, Field(alias="from")]
    to: TimeIn


class TransferOut(Told):
    """A transfer as it stands in the ledger."""

    id: str
    number: int
    phase: Phase
    type: TransactionKind
    debit_account_id: str
    debit_kind: AccountKind
    credit_account_id: str
    credit_kind: AccountKind
    amount: AmountOut
    asset: str
    released: AmountOut
    pending_id: str | None
    event_id: str | None
    reference_id: str | None
    created_at: TimeOut
    debit_balance: AmountOut
    credit_balance: AmountOut


class IncidentsQuery(PageQuery):
    """Which incidents."""

    closed: Literal["true", "false"] = "false"


class IncidentOut(Told):
    """Something that can't happen and did."""

    id: str
    kind: str
    event_id: str | None
    account_id: str | None
    reference_id: str | None
    details: dict[str, str]
    opened_at: TimeOut
    closed_at: TimeOut | None
    closed_by: str | None
    note: str | None


class CloseIncidentIn(Given):
    """What was done about it."""

    note: Annotated[str, Field(min_length=1, max_length=1000)]
