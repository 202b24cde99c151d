"""The exact optimum of a convex trading cost against price risk: one trajectory, found from its end."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import final

import numpy as np

from execution.schedules.schedule import FloatArray

# Far below any price of a contract, far above the smallest double: holdings that fade below it are nothing.
_NOTHING = 1e-250
_AGREED = 1e-13


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TradingProblem:
    """Minimise sum of impact n_k^(1 + exponent) + risk x_k^2 + drift x_k over n_k >= 0 that sum to X.

    n_k is the trade of a slice [contracts] and x_k what is left after it. impact: [currency per contract^(1 +
    exponent)], exponent: above 0, so that the cost is strictly convex. risk: [currency per contract squared],
    not negative, may be infinite. drift: [currency per contract], negative where waiting pays. Raises
    ValueError outside of these ranges.
    """

    impact: float
    exponent: float
    risk: float
    drift: float = 0.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.impact < math.inf and 0.0 < self.exponent < math.inf):
            raise ValueError(
                f"impact is finite and not negative with an exponent above 0; "
                f"got {self.impact:g} and {self.exponent:g}"
            )
        if not (self.risk >= 0.0 and math.isfinite(self.drift)):
            raise ValueError(f"risk is not negative and drift finite; got {self.risk:g} and {self.drift:g}")

    def holdings(self, quantity: float, slices: int) -> FloatArray:
        """What is left at each slice's edge [contracts], shape (slice + 1,), from `quantity` to 0.

        A slice's marginal cost p obeys p_(k+1) = p_k - 2 risk x_k - drift and n_k = (p_k / (impact (1 +
        exponent)))^(1 / exponent), 0 where p_k is negative: these are the conditions of the constrained
        optimum. They are followed backwards from the last slice, the direction in which the trajectory grows
        and relative rounding does not, and the last p is found by bisection over the doubles. ValueError when
        there is no slice or the quantity is negative or not finite.
        """
        if slices < 1 or not 0.0 <= quantity < math.inf:
            raise ValueError(f"a trajectory needs a slice and a quantity; got {slices} and {quantity:g}")
        if quantity == 0.0 or math.isinf(self.risk):
            return np.append(quantity, np.zeros(slices))
        if self.impact == 0.0:
            return self._without_impact(quantity, slices)
        left = np.zeros(slices + 1)
        known = slices
        while known > 0:
            above, below = self._bracket(float(quantity), known, float(left[known]))
            # Around a level at which it pays to wait, the two part before the start: go on from there.
            known = int(np.argmax(above - below <= _AGREED * quantity))
            left[known : len(above)] = above[known:]
        left *= quantity / left[0]
        left[0] = quantity
        # Rounding must not buy back what waits.
        falling: FloatArray = np.minimum.accumulate(left)
        return falling

    def _bracket(self, quantity: float, slices: int, left_at_end: float) -> tuple[FloatArray, FloatArray]:
        """Holdings for two neighbouring doubles as last marginal cost: enough at the start, and less."""
        dearest = self.impact * (1.0 + self.exponent) * quantity**self.exponent
        drift = self.drift + (_NOTHING * dearest if self.drift >= 0.0 else 0.0)

        def followed(place: int) -> FloatArray:
            return self._followed(_float_at(place), quantity, slices, left_at_end, drift)

        cheapest = -2.0 * slices * (max(drift, 0.0) + 2.0 * self.risk * left_at_end)
        below, above = _place(cheapest), _place(dearest)
        while above - below > 1:
            middle = (below + above) // 2
            if followed(middle)[0] >= quantity:
                above = middle
            else:
                below = middle
        return followed(above), followed(below)

    def _followed(
        self, price: float, quantity: float, slices: int, left_at_end: float, drift: float
    ) -> FloatArray:
        """Holdings at each edge when the last slice's marginal cost is `price`; flat from twice enough on."""
        scale, power, risk = self.impact * (1.0 + self.exponent), 1.0 / self.exponent, 2.0 * self.risk
        too_dear = scale * (2.0 * quantity) ** self.exponent
        here, left = left_at_end, [left_at_end]
        for _ in range(slices):
            if price >= too_dear or here >= 2.0 * quantity:
                left += [2.0 * quantity] * (slices + 1 - len(left))
                break
            if price > 0.0:
                here += (price / scale) ** power
            left.append(here)
            price += risk * here + drift
        return np.array(left[::-1])

    def _without_impact(self, quantity: float, slices: int) -> FloatArray:
        """Nothing holds a trade back: at once to where risk and drift balance, and there to the end."""
        if self.risk == self.drift == 0.0:
            return np.linspace(quantity, 0.0, slices + 1)
        wanted = -math.inf * self.drift if self.risk == 0.0 else -self.drift / (2.0 * self.risk)
        held = min(max(wanted, 0.0), quantity)
        return np.concatenate(([quantity], np.full(slices - 1, held), [0.0]))


def _place(number: float) -> int:
    """A double's place in the order of all doubles: a neighbour differs by one."""
    bits: int = struct.unpack("<q", struct.pack("<d", abs(number)))[0]
    return bits if number >= 0.0 else -bits


def _float_at(place: int) -> float:
    """The double at a place in the order of all doubles."""
    size: float = struct.unpack("<d", struct.pack("<q", abs(place)))[0]
    return size if place >= 0 else -size
