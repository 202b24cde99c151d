"""How many dealers to ask when asking leaks: a stylised model with an exact answer.

Dealers' costs are uniform over a range s and the lowest of N quotes is paid, 2 s / (N + 1) on average
(`first_price`); each of the N - 1 who lose the trade moves the price against the asker by l. The model is
stylised: it has one dealer like another, all respond, and the leak adds up. Its facts hold where these do
not: fewer dealers for larger size, since l grows with the size and s does not (Riggs, Onur, Reiffen and Zhu
2020, Swap trading after Dodd-Frank, Journal of Financial Economics 137(3), in sign).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StylisedLeakage:
    """Cost of asking N dealers: 2 s / (N + 1) + l (N - 1).

    cost_range: s, and leak: l, of one who loses the trade, both in one unit of price, 0 or more and finite.
    ValueError elsewhere.
    """

    cost_range: float
    leak: float

    def __post_init__(self) -> None:
        for name, value in (("range of costs", self.cost_range), ("leak", self.leak)):
            if not 0.0 <= value < math.inf:
                raise ValueError(f"the {name} is {value:g}, expected a finite number of 0 or more")

    def expected_cost(self, dealers: float) -> float:
        """Expected cost of asking so many."""
        return 2.0 * self.cost_range / (dealers + 1.0) + self.leak * (dealers - 1.0)

    @property
    def continuous_optimum(self) -> float:
        """N* = sqrt(2 s / l) - 1, which may lie below 1; infinite where nothing leaks."""
        if self.leak == 0.0:
            return math.inf if self.cost_range > 0.0 else 1.0
        return math.sqrt(2.0 * self.cost_range / self.leak) - 1.0

    def best_count(self, most: int) -> int:
        """The whole number from 1 to `most` that costs least; of equal ones the smaller.

        The cost is convex in N: the best is a neighbour of N*. ValueError where `most` is below 1.
        """
        if most < 1:
            raise ValueError(f"{most} dealers may be asked, expected 1 or more")
        centre = min(max(self.continuous_optimum, 1.0), float(most))
        around = (math.floor(centre), min(math.ceil(centre), most))
        return min(around, key=self.expected_cost)
