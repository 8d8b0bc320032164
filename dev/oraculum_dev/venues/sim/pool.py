"""The constant-product pool behind a Manifold market (its mechanism `cpmm-1`), in floats as the venue keeps it."""

from dataclasses import dataclass


@dataclass(slots=True)
class Pool:
    """YES and NO shares in the pool, and the weight `p` that ties them to a probability."""

    yes: float
    no: float
    p: float = 0.5

    @property
    def probability(self) -> float:
        """The price of YES, by the formula that the venue publishes."""
        return self.p * self.no / ((1.0 - self.p) * self.yes + self.p * self.no)

    def move_to(self, probability: float) -> tuple[str, float, float]:
        """Bet until the pool stands at a probability; return the outcome bought, the stake and the shares.

        The product yes^p · no^(1-p) stays, and the probability fixes the ratio no : yes, so the pool after the
        bet follows directly; the stake is what was added to the other side.
        """
        constant = self.yes**self.p * self.no ** (1.0 - self.p)
        ratio = probability * (1.0 - self.p) / ((1.0 - probability) * self.p)
        yes = constant / ratio ** (1.0 - self.p)
        no = ratio * yes
        if no >= self.no:
            stake = no - self.no
            bought = ("YES", stake, self.yes + stake - yes)
        else:
            stake = yes - self.yes
            bought = ("NO", stake, self.no + stake - no)
        self.yes, self.no = yes, no
        return bought


def opening(probability: float, liquidity: float) -> Pool:
    """Return a pool of a creator who puts equal shares on both sides and names the probability."""
    return Pool(yes=liquidity, no=liquidity, p=probability)
