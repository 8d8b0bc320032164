"""How many processes of a service run: one of each, and more where the environment says so."""

import os
from dataclasses import dataclass

from oraculum_dev.infrastructure.programs import ProgramError

# Of prediction, which the gateway chooses by the event, and of each of the other services, between which calls are balanced.
VARIABLE = "PREDICTION_REPLICAS"
VARIABLE_OF_OTHERS = "REPLICAS"
MOST = 4
MOST_OF_OTHERS = 2


@dataclass(frozen=True)
class Replicas:
    """The processes of each service, by name."""

    prediction: int = 1
    others: int = 1

    @classmethod
    def chosen(cls) -> "Replicas":
        """What the environment says."""
        return cls(_number(VARIABLE, MOST), _number(VARIABLE_OF_OTHERS, MOST_OF_OTHERS))

    def of(self, service: str) -> tuple[str, ...]:
        """The names of a service's processes: `wallet`; `prediction`, `prediction-2`."""
        count = self.prediction if service == "prediction" else self.others
        return (service, *(f"{service}-{number}" for number in range(2, count + 1)))


def _number(variable: str, most: int) -> int:
    text = os.environ.get(variable) or "1"
    if not (text.isdecimal() and 1 <= int(text) <= most):
        raise ProgramError(f"{variable}={text} is not a number from 1 to {most}.")
    return int(text)
