"""What dealers quote when the lowest quote wins and is paid: the first-price auction of private costs.

Each asked dealer responds with probability p and then has a private cost of dealing, uniform on [0, 1]. It
knows N and p but neither who responded nor what the others' costs are, and quotes nothing above the
reservation price r. In the symmetric equilibrium the lowest cost wins.

References: Vickrey (1961), Counterspeculation, auctions and competitive sealed tenders, Journal of Finance
16(1); Riley and Samuelson (1981), Optimal auctions, American Economic Review 71(3), for the reservation
price; McAfee and McMillan (1987), Auctions with a stochastic number of bidders, Journal of Economic Theory
43(1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPriceRfq:
    """A request to so many dealers, each responding with a probability; costs are uniform on [0, 1].

    dealers: N, 1 or more. response: p in (0, 1]. reservation: r in (0, 1], the highest quote that is taken,
    which the dealers know; 1 takes all. ValueError elsewhere.
    """

    dealers: int
    response: float = 1.0
    reservation: float = 1.0

    def __post_init__(self) -> None:
        if self.dealers < 1:
            raise ValueError(f"{self.dealers} dealers, expected 1 or more")
        for name, value in (("response", self.response), ("reservation", self.reservation)):
            if not 0.0 < value <= 1.0:
                raise ValueError(f"the {name} is {value:g}, expected a number above 0, at most 1")

    def quote(self, cost: FloatArray | float) -> FloatArray:
        """What a dealer of this cost quotes, of the cost's shape; NaN above the reservation price.

        b(c) = c + ((1 - p c)^N - (1 - p r)^N) / (p N (1 - p c)^(N - 1)): c + (1 - c) / N where all respond
        and nothing is reserved. Taken by exp(N log) so that small p and large N lose no digits.
        """
        c = np.asarray(cost, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log1p(-self.response * self.reservation) - np.log1p(-self.response * c)
            markup = (c - 1.0 / self.response) / self.dealers * np.expm1(self.dealers * ratio)
        # At the reservation price itself there is nothing left to ask for.
        quoted = np.where(c == self.reservation, c, c + markup)
        return np.where((c >= 0.0) & (c <= self.reservation), quoted, np.nan)

    @property
    def trade_probability(self) -> float:
        """Probability that one quote at least is at or below the reservation price."""
        if self.response * self.reservation == 1.0:
            return 1.0
        return -math.expm1(self.dealers * math.log1p(-self.response * self.reservation))

    @property
    def expected_payment(self) -> float:
        """Expected price paid, with nothing paid where there is no quote: 2 / (N + 1) where all respond.

        The winner's cost and the dealers' rent, the integral of c dG + (1 - p c)^N - (1 - p r)^N over costs
        up to r: 2 (1 - u^(N + 1)) / (p (N + 1)) - 2 r u^N, u = 1 - p r.
        """
        unlikely = 1.0 - self.response * self.reservation
        more = self.dealers + 1
        whole = 1.0 if unlikely == 0.0 else -math.expm1(more * math.log1p(-self.response * self.reservation))
        return 2.0 * whole / (self.response * more) - 2.0 * self.reservation * unlikely**self.dealers

    @property
    def expected_best(self) -> float:
        """Expected best quote where there is one."""
        return self.expected_payment / self.trade_probability

    def expected_cost(self, outside: float) -> float:
        """Expected price paid where no quote means to trade elsewhere at the price `outside`."""
        return self.expected_payment + (1.0 - self.trade_probability) * outside


def best_reservation(outside: float) -> float:
    """The reservation price that costs least when the trade is worth `outside`, in units of the cost's range.

    r + F(r) / f(r) = outside, for uniform costs half of it and at most 1, whatever N and p are (Riley and
    Samuelson 1981). ValueError where `outside` is not positive.
    """
    if not outside > 0.0:
        raise ValueError(f"the price elsewhere is {outside:g}, expected more than 0")
    return min(1.0, 0.5 * outside)
