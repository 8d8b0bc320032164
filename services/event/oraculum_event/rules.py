"""How a result comes to stand, as the operator has it."""

from dataclasses import dataclass, field

from oraculum_event.amounts import Amounts, worth
from oraculum_event.records import Event
from oraculum_money import Units


@dataclass(frozen=True, slots=True)
class Rules:
    """How a result comes to stand."""

    # How long a result may be challenged that an administrator or a deadline says, and one that a venue says.
    challenge_seconds: int = 0
    venue_challenge_seconds: int = 0
    # What a dispute costs until it is decided, by asset.
    bond: Amounts = field(default_factory=lambda: worth(Units(10_000_000)))
    # From this much in a market's escrow on, by asset, an administrator's word needs another's; never when 0.
    two_admins_from: Amounts = field(default_factory=lambda: worth(Units(0)))

    def window(self, event: Event, source: str) -> int:
        """How many seconds a result may be challenged."""
        if event.challenge_seconds is not None:
            return event.challenge_seconds
        return self.venue_challenge_seconds if source.startswith("venue:") else self.challenge_seconds
