"""Accounts: what they are for, whose they are, and the ids that follow from it.

Ids are kept as canonical text all the way from the wire to COPY: a batch has thousands of them, and making and hashing
a `uuid.UUID` for each would cost more than deciding the transfer.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from oraculum_kit.ids import derived

# Fees, rounding and rails are spread over this many accounts each, because one that every batch touched would queue them
# all.
SHARD_COUNT: Final = 16

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_RAIL: Final = re.compile(r"([a-z][a-z0-9-]{0,31})(?:/\d{1,2})?", re.ASCII)


class AccountKind(IntEnum):
    """What an account is for; the numbers are the contract's and the table's."""

    USER = 1
    ORDER_RESERVE = 2
    EVENT_ESCROW = 3
    FEES = 4
    ROUNDING = 5
    HOUSE = 6
    RAIL = 7
    CAPITAL = 8
    DISPUTE_BOND = 9


# They owe us instead of being owed, and so they may go below any limit: the outside world keeps their books.
DEBIT_NORMAL: Final = frozenset({AccountKind.RAIL, AccountKind.CAPITAL})
# Their owners are shard numbers, or a name and a shard number.
SHARDED: Final = frozenset({AccountKind.FEES, AccountKind.ROUNDING, AccountKind.RAIL})
# Whose owner is a person.
PERSONAL: Final = frozenset({AccountKind.USER, AccountKind.ORDER_RESERVE, AccountKind.DISPUTE_BOND})
_SHARDS: Final = frozenset(map(str, range(SHARD_COUNT)))
_OWNED_BY_UUID: Final = PERSONAL | {AccountKind.EVENT_ESCROW}


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is named; whether it was ever opened is the database's to know."""

    id: str
    kind: AccountKind
    owner_id: str
    asset: str


@lru_cache(maxsize=100_000)
def account(kind: AccountKind, owner_id: str, asset: str) -> Account:
    """The account of this owner; the same id for the same name, always."""
    return Account(str(derived("account", int(kind), owner_id, asset)), kind, owner_id, asset)


def rail(name: str, shard: str, asset: str) -> Account:
    """One of the accounts of a rail: what lies on the rail is the sum of them."""
    return account(AccountKind.RAIL, f"{name}/{shard}", asset)


@lru_cache(maxsize=1_000)
def shards(of: Account) -> tuple[Account, ...]:
    """All accounts that are one account to those outside."""
    if of.kind not in SHARDED:
        return (of,)
    family = of.owner_id.partition("/")[0] + "/" if of.kind is AccountKind.RAIL else ""
    return tuple(account(of.kind, f"{family}{shard}", of.asset) for shard in range(SHARD_COUNT))


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its canonical form: another spelling would be another account."""
    return _UUID.fullmatch(text) is not None


def owner_complaint(kind: AccountKind, owner_id: str) -> str | None:
    """What is wrong with an owner, as a sentence; None when nothing is."""
    if kind in _OWNED_BY_UUID:
        return None if is_uuid(owner_id) else "must be a UUID in lower case"
    if kind is AccountKind.RAIL:
        return None if _RAIL.fullmatch(owner_id) else "must be the name of a rail"
    if kind in SHARDED:
        return None if owner_id in _SHARDS else f"must be empty or a shard below {SHARD_COUNT}"
    return "must be empty" if owner_id else None
