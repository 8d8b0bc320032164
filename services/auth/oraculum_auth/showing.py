"""What somebody lets others see of their predictions: a preference of theirs, and the only one that means something here.

Who says nothing shows how their predictions came out, as every board does on which they stand, and not what they hold:
that others could trade against. An account that was deleted shows nothing.
"""

import json
from typing import Final

from oraculum_auth.records import Account

PREFERENCE: Final = "public_predictions"
SETTLED: Final = "settled"
ALL: Final = "all"
NONE: Final = "none"
CHOICES: Final = (SETTLED, ALL, NONE)


def shown(account: Account) -> str:
    """One of the choices; nothing where an old preference of that name means something else."""
    if account.deleted_at is not None:
        return NONE
    chosen = json.loads(account.preferences_json).get(PREFERENCE, SETTLED)
    return chosen if chosen in CHOICES else NONE
