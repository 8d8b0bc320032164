"""What a fill means to the ledger: the transfers that move its money, with ids that follow from the fill.

A purchase posts its exact cost from the hold to the event's escrow, which releases the rest, and pays its fee out of
that rest. A purchase by an order that may rest draws both from the order's reserve instead. A sale is paid from the
escrow, and pays its fee out of the proceeds. The transfers of one fill are a chain: all of them stand in the ledger, or
none.
"""

from typing import NamedTuple

from oraculum.prediction.v1.bets_fact_pb2 import BetsFact, OrderFilled
from oraculum.prediction.v1.prediction_service_pb2 import Side
from oraculum_kit.ids import derived
from oraculum_money import ASSETS, Units
from oraculum_wallet.accounts import AccountKind, account, is_uuid
from oraculum_wallet.transfers import Phase, Transfer, TransferKind


class UnreadableFillError(ValueError):
    """The fact is not a fill that anybody could apply."""


class Fill(NamedTuple):
    """A fill, its form checked."""

    id: str
    order_id: str
    event_id: str
    user_id: str
    sequence: int
    asset: str
    gross_units: Units
    fee_units: Units
    # The pending transfer that holds the buyer's money; None for a sale, and for what is drawn from a reserve.
    hold_id: str | None
    # Whether the order's reserve pays.
    from_reserve: bool
    # As it came, to be kept where it has to wait.
    fact: bytes


def fill_of(fact: BetsFact) -> Fill:
    """Read the fill that a fact tells of."""
    if fact.event_id != fact.order_filled.fill.event_id:
        raise UnreadableFillError("the fill is of another event than its envelope")
    return read_fill(fact.order_filled)


def read_fill(filled: OrderFilled) -> Fill:
    """Read a fill and check what the ledger relies on."""
    fill = filled.fill
    buys = fill.side == Side.SIDE_BUY
    held = buys and not filled.from_reserve
    for name, text in (
        ("fill_id", fill.fill_id),
        ("order_id", fill.order_id),
        ("event_id", fill.event_id),
        ("user_id", fill.user_id),
        *([("hold_transfer_id", filled.hold_transfer_id)] if held else []),
    ):
        if not is_uuid(text):
            raise UnreadableFillError(f"{name} is {text!r}, not a UUID")
    if not buys and fill.side != Side.SIDE_SELL:
        raise UnreadableFillError("it neither buys nor sells")
    if fill.sequence < 1:
        raise UnreadableFillError(f"its sequence is {fill.sequence}")
    if fill.gross.asset not in ASSETS or fill.gross.units < 0 or fill.fee.units < 0:
        raise UnreadableFillError(f"{fill.gross.units} {fill.gross.asset} with a fee of {fill.fee.units}")
    if fill.fee.units and fill.fee.asset != fill.gross.asset:
        raise UnreadableFillError(f"its fee is in {fill.fee.asset}")
    return Fill(
        fill.fill_id,
        fill.order_id,
        fill.event_id,
        fill.user_id,
        fill.sequence,
        fill.gross.asset,
        Units(fill.gross.units),
        Units(fill.fee.units),
        filled.hold_transfer_id if held else None,
        buys and filled.from_reserve,
        filled.SerializeToString(),
    )


def transfers_of(fill: Fill, shard: str) -> list[Transfer]:
    """The chain that moves a fill's money."""
    if fill.from_reserve:
        return [*_cost(fill, AccountKind.ORDER_RESERVE), *_fee(fill, shard, AccountKind.ORDER_RESERVE)]
    if fill.hold_id is None:
        return [*_sale(fill), *_fee(fill, shard)]
    return [_purchase(fill, fill.hold_id), *_fee(fill, shard)]


def recovery_of(fill: Fill, shard: str) -> list[Transfer]:
    """The chain for a purchase whose hold or reserve is gone: the same money, the same ids, out of what the buyer has."""
    return [*_cost(fill, AccountKind.USER), *_fee(fill, shard)]


def _cost(fill: Fill, payer: AccountKind) -> list[Transfer]:
    return _posted(fill, "gross", TransferKind.BET, payer, AccountKind.EVENT_ESCROW, fill.gross_units)


def _purchase(fill: Fill, hold_id: str) -> Transfer:
    # Shares that cost nothing leave nothing to post.
    costs = fill.gross_units > 0
    return Transfer(
        _id(fill, "gross"),
        Phase.POST_PENDING if costs else Phase.VOID_PENDING,
        TransferKind.BET,
        account(AccountKind.USER, fill.user_id, fill.asset),
        account(AccountKind.EVENT_ESCROW, fill.event_id, fill.asset),
        asset=fill.asset if costs else "",
        units=fill.gross_units,
        pending_id=hold_id,
        event_id=fill.event_id,
        reference_id=fill.order_id,
    )


def _sale(fill: Fill) -> list[Transfer]:
    return _posted(
        fill, "gross", TransferKind.SALE, AccountKind.EVENT_ESCROW, AccountKind.USER, fill.gross_units
    )


def _fee(fill: Fill, shard: str, payer: AccountKind = AccountKind.USER) -> list[Transfer]:
    return _posted(fill, "fee", TransferKind.FEE, payer, AccountKind.FEES, fill.fee_units, shard=shard)


def _posted(
    fill: Fill,
    part: str,
    kind: TransferKind,
    debit: AccountKind,
    credit: AccountKind,
    units: Units,
    *,
    shard: str = "",
) -> list[Transfer]:
    """A transfer that moves at once; none where there is nothing to move."""
    owners = {
        AccountKind.USER: fill.user_id,
        AccountKind.ORDER_RESERVE: fill.user_id,
        AccountKind.EVENT_ESCROW: fill.event_id,
        AccountKind.FEES: shard,
    }
    if not units:
        return []
    return [
        Transfer(
            _id(fill, part),
            Phase.POSTED,
            kind,
            account(debit, owners[debit], fill.asset),
            account(credit, owners[credit], fill.asset),
            fill.asset,
            units,
            event_id=fill.event_id,
            reference_id=fill.order_id,
        )
    ]


def _id(fill: Fill, part: str) -> str:
    return str(derived("fill", fill.id, part))
