"""How many processes of a service run: one of each, and of prediction as many as the environment says."""

import os
from dataclasses import dataclass

from oraculum_dev.infrastructure.programs import ProgramError

VARIABLE = "PREDICTION_REPLICAS"
MOST = 4


@dataclass(frozen=True)
class Replicas:
    """The processes of each service, by name."""

    prediction: int = 1

    @classmethod
    def chosen(cls) -> "Replicas":
        """What the environment says."""
        text = os.environ.get(VARIABLE) or "1"
        if not (text.isdecimal() and 1 <= int(text) <= MOST):
            raise ProgramError(f"{VARIABLE}={text} is not a number from 1 to {MOST}.")
        return cls(int(text))

    def of(self, service: str) -> tuple[str, ...]:
        """The names of a service's processes: `wallet`; `prediction`, `prediction-2`."""
        count = self.prediction if service == "prediction" else 1
        return (service, *(f"{service}-{number}" for number in range(2, count + 1)))
