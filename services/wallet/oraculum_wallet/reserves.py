"""What lies behind orders that rest: what is told of them, and what goes back to the person.

A reserve shrinks by the fills of its order, and by what the order is said not to need any more: when it begins to rest,
when it is made smaller, and when it ends. What is told names what the reserve must keep, not what shall leave it, and
that only ever becomes less; so the same told twice, or late, gives back nothing that is still needed.
"""

from dataclasses import dataclass
from typing import NamedTuple

from oraculum.prediction.v1.bets_fact_pb2 import BetsFact
from oraculum.prediction.v1.prediction_service_pb2 import Order, Side
from oraculum_kit.ids import derived
from oraculum_money import ASSETS, Units
from oraculum_wallet.accounts import AccountKind, account, is_uuid
from oraculum_wallet.fills import UnreadableFillError
from oraculum_wallet.transfers import Phase, Transfer, TransferKind


@dataclass(slots=True)
class Reserve:
    """What lies behind one order."""

    order_id: str
    user_id: str
    event_id: str
    asset: str
    units_left: Units


class Release(NamedTuple):
    """An order rests, or ended: what its reserve must keep."""

    order_id: str
    event_id: str
    user_id: str
    asset: str
    # Counts what is told of the order; 0 tells of its end.
    revision: int
    # The fill after which it holds.
    after_sequence: int
    keep_units: Units
    # As it came, to be kept where it has to wait.
    fact: bytes

    @property
    def transfer_id(self) -> str:
        """The transfer that gives back what is not needed."""
        if self.revision == 0:
            return release_id(self.order_id)
        return str(derived("trim", self.order_id, self.revision))


def release_id(order_id: str) -> str:
    """The transfer that gives back all that an order has left; prediction derives the same for a refused one."""
    return str(derived("release", order_id))


def release_of(fact: BetsFact) -> Release | None:
    """Read what a fact tells of a reserve; None where there is none: behind a sale lie shares."""
    kind = fact.WhichOneof("fact")
    match kind:
        case "order_opened":
            opened = fact.order_opened
            order, revision, after_sequence = opened.order, opened.revision, opened.after_sequence
            if revision < 1:
                raise UnreadableFillError(f"it is told for the {revision}th time")
        case "order_ended":
            order, revision, after_sequence = fact.order_ended.order, 0, fact.order_ended.after_sequence
        case _:
            # Perhaps it is newer than this code; whatever it is, money may depend on it.
            raise UnreadableFillError(f"a fact of the kind {kind}")
    if fact.event_id != order.event_id:
        raise UnreadableFillError("the order is of another event than its envelope")
    if order.side == Side.SIDE_SELL:
        return None
    return Release(
        *_named(order),
        revision,
        after_sequence,
        Units(order.reserved.units if revision else 0),
        fact.SerializeToString(),
    )


def transfer_of(release: Release, units: Units) -> Transfer:
    """What gives this much back."""
    return given_back(
        release.transfer_id, release.user_id, release.asset, release.event_id, release.order_id, units
    )


def given_back(
    transfer_id: str, user_id: str, asset: str, event_id: str, order_id: str, units: Units
) -> Transfer:
    """A transfer from an order's reserve to the person whose it is."""
    return Transfer(
        transfer_id,
        Phase.POSTED,
        TransferKind.RELEASE,
        account(AccountKind.ORDER_RESERVE, user_id, asset),
        account(AccountKind.USER, user_id, asset),
        asset,
        units,
        event_id=event_id,
        reference_id=order_id,
    )


def _named(order: Order) -> tuple[str, str, str, str]:
    for name, text in (
        ("order_id", order.order_id),
        ("event_id", order.event_id),
        ("user_id", order.user_id),
    ):
        if not is_uuid(text):
            raise UnreadableFillError(f"{name} is {text!r}, not a UUID")
    asset = order.reserved.asset
    if asset not in ASSETS or order.reserved.units < 0:
        raise UnreadableFillError(f"{order.reserved.units} {asset} shall be kept")
    return order.order_id, order.event_id, order.user_id, asset
