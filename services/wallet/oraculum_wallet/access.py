"""Who may ask wallet for what."""

from collections.abc import Mapping
from typing import Final

from oraculum_kit.authorization import SIGNED_IN, Access

_SERVICE: Final = "/oraculum.wallet.v1.WalletService"

# Whose money it is, an administrator may see, and the service that moves it.
_LOOKUP: Final = Access(users=frozenset({"admin"}), services=frozenset({"prediction"}))
_LOOKUP_TRANSFERS: Final = Access(users=frozenset({"admin"}), services=frozenset({"prediction", "event"}))

ACCESS: Final[Mapping[str, Access]] = {
    # Money moves on prediction's word, and on event's for what people put up for events and disputes; they move theirs by
    # deposits, orders and withdrawals.
    f"{_SERVICE}/CreateTransfers": Access(services=frozenset({"prediction", "event"})),
    f"{_SERVICE}/GetBalances": Access(users=SIGNED_IN),
    f"{_SERVICE}/ListTransactions": Access(users=SIGNED_IN),
    f"{_SERVICE}/GetStatement": Access(users=SIGNED_IN),
    f"{_SERVICE}/CreateDeposit": Access(users=SIGNED_IN),
    f"{_SERVICE}/GetDeposit": Access(users=SIGNED_IN),
    f"{_SERVICE}/ExplainBalance": Access(users=SIGNED_IN),
    f"{_SERVICE}/ExplainTransaction": Access(users=SIGNED_IN),
    f"{_SERVICE}/LookupAccounts": _LOOKUP,
    f"{_SERVICE}/LookupTransfers": _LOOKUP_TRANSFERS,
    f"{_SERVICE}/ListAccountTransfers": _LOOKUP,
    f"{_SERVICE}/ListIncidents": Access(users=frozenset({"admin"})),
    f"{_SERVICE}/CloseIncident": Access(users=frozenset({"admin"})),
    f"{_SERVICE}/GetHouseMoney": Access(users=frozenset({"admin"})),
    # Who leaves is auth's to know, which asks in between what they have left.
    f"{_SERVICE}/FenceAccounts": Access(services=frozenset({"auth"})),
    f"{_SERVICE}/LiftFence": Access(services=frozenset({"auth"})),
    # The gateway decides behind which of its routes this stands.
    f"{_SERVICE}/CheckLedger": Access(users=frozenset({"admin"}), services=frozenset({"gateway"})),
}
