"""Co-integrated legs worked slice by slice: the exact linear-quadratic recursion from the end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from execution.schedules.cointegrated_kernel import slice_rules
from execution.schedules.cointegrated_prices import CointegratedPrices
from execution.schedules.multi_asset import checked_quantities, risk_modes, symmetric
from execution.schedules.schedule import FloatArray


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SliceRules:
    """What to leave after each slice, from what is left and the deviation of the mids when it begins.

    on_left, on_deviation: shape (slice, leg, leg); the last leaves nothing. value: shape (2 leg, 2 leg), the
    least expected cost from the start as a quadratic form in (left, deviation) [currency], and of_noise: what
    is expected on top of it, not positive: what the moves to come are worth to who may follow them.
    """

    on_left: FloatArray
    on_deviation: FloatArray
    value: FloatArray
    of_noise: float

    def left_after(self, index: int, left: npt.ArrayLike, deviation: npt.ArrayLike) -> FloatArray:
        """Contracts still to trade by leg at the end of a slice, positive to buy."""
        after: FloatArray = self.on_left[index] @ np.asarray(left) + self.on_deviation[index] @ np.asarray(
            deviation
        )
        return after

    def cost(self, left: npt.ArrayLike, deviation: npt.ArrayLike) -> float:
        """Least expected cost + risk from the start [currency]."""
        state = np.append(left, deviation)
        return float(state @ self.value @ state) + self.of_noise


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CointegratedSlices:
    """Works legs that revert to each other in equal slices, each of whose trades is made as it begins.

    Minimises the expectation of sum u'H u / tau, what waiting costs as mids move, and risk_aversion x_k' N
    x_k, with u the trades of a slice, x_k what it leaves and N the covariance of the mids' moves over it,
    exactly, for any reversion. Without reversion it is `MultiAssetAlmgrenChriss`, slice by slice.

    horizon [time]. temporary_impact: H [currency per contract, per contract per time], positive definite.
    risk_aversion: [per currency], 0 or more. Raises ValueError outside of these.
    """

    prices: CointegratedPrices
    horizon: float
    temporary_impact: FloatArray
    risk_aversion: float

    def __post_init__(self) -> None:
        if not (0.0 < self.horizon < math.inf and 0.0 <= self.risk_aversion < math.inf):
            raise ValueError(
                f"expected a horizon above 0 and a risk aversion of 0 or more, finite; "
                f"got {self.horizon:g} and {self.risk_aversion:g}"
            )
        impact = symmetric(self.temporary_impact, "temporary_impact")
        if len(impact) != self.prices.legs:
            raise ValueError("prices and impact must be of the same legs")
        risk_modes(self.prices.covariance, impact)
        object.__setattr__(self, "temporary_impact", impact)

    def rules(self, slices: int, *, first: int = 0) -> SliceRules:
        """Rules of the slices from `first` on, of `slices` in all; ValueError when none is left."""
        if not 0 <= first < slices:
            raise ValueError(f"expected a first slice from 0 to below {slices}; got {first}")
        legs, count, tau = self.prices.legs, slices - first, self.horizon / slices
        kept, noise = self.prices.after(tau)
        impact, risk = self.temporary_impact / tau, self.risk_aversion * noise
        on_left, on_deviation, costs, of_noise = slice_rules(impact, risk, kept, noise, count)
        value = np.zeros((2 * legs, 2 * legs))
        value[:legs, :legs], value[:legs, legs:], value[legs:, legs:] = costs
        value[legs:, :legs] = costs[1].T
        return SliceRules(on_left=on_left, on_deviation=on_deviation, value=value, of_noise=of_noise)

    def expected(self, trades: FloatArray, deviation: npt.ArrayLike) -> tuple[float, float]:
        """Expected cost [currency] and risk [currency squared] of trades, shape (slice, leg), made whatever.

        deviation: mids - mean at the start [currency]. The cost is u'H u / tau and what mids are expected to
        move until a trade; risk is sum of x_k' N x_k, see the class, without what is left at the end.
        """
        tau = self.horizon / len(trades)
        kept, noise = self.prices.after(tau)
        away = start = checked_quantities(deviation, self.prices.legs)
        left, cost, risk = trades.sum(axis=0), 0.0, 0.0
        for trade in trades:
            cost += float(trade @ self.temporary_impact @ trade) / tau + float(trade @ (away - start))
            left = left - trade
            risk += float(left @ noise @ left)
            away = kept @ away
        return cost, risk

    def expected_holdings(
        self, quantities: npt.ArrayLike, deviation: npt.ArrayLike, slices: int
    ) -> FloatArray:
        """What is expected to be left at each slice's edge [contracts], shape (slice + 1, leg).

        deviation: mids - mean at the start [currency].
        """
        away = checked_quantities(deviation, self.prices.legs)
        rules, kept = self.rules(slices), self.prices.after(self.horizon / slices)[0]
        holdings = np.zeros((slices + 1, self.prices.legs))
        holdings[0] = checked_quantities(quantities, self.prices.legs)
        for index in range(slices):
            holdings[index + 1] = rules.left_after(index, holdings[index], away)
            away = kept @ away
        return holdings
