"""What a structure can gain and lose by its expiry, and where it breaks even."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pricing.black import FloatArray
from pricing.spreads.structure import Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryProfile:
    """Profit and loss of a structure when its options expire, against what was paid for it.

    net_premium [currency]: paid, negative where received. breakevens [currency]: spots at which nothing is
    gained or lost, rising; where that holds on a whole stretch, its ends. maximum_gain, maximum_loss
    [currency]: over all spots from zero up, both positive where there is any; infinite where unbounded.
    """

    net_premium: float
    breakevens: tuple[float, ...]
    maximum_gain: float
    maximum_loss: float


def expiry_profile(structure: Structure, net_premium: float) -> ExpiryProfile:
    """The profile of a structure of one expiry, exact: profit and loss is linear between its strikes.

    Interest on the premium is not counted. Raises ValueError for several expiries.
    """
    strikes = sorted({option.strike for _, option in structure.options})
    spots = np.array([0.0, *strikes, 2.0 * (strikes[-1] if strikes else 1.0)])
    profit = structure.payoff(spots) - net_premium
    slope = float(profit[-1] - profit[-2]) / float(spots[-1] - spots[-2])
    # Slopes are sums of multipliers; what is left of one after cancellation is rounding.
    rising = abs(slope) > 1e-9 * float(np.abs(profit).max()) / spots[-1]
    return ExpiryProfile(
        net_premium=net_premium,
        breakevens=_crossings(spots, profit, slope if rising else 0.0),
        maximum_gain=np.inf if rising and slope > 0.0 else max(float(profit.max()), 0.0),
        maximum_loss=np.inf if rising and slope < 0.0 else max(-float(profit.min()), 0.0),
    )


def _crossings(spots: FloatArray, profit: FloatArray, slope: float) -> tuple[float, ...]:
    """Zeros of the piecewise-linear profit, which goes on with `slope` beyond the last spot."""
    profit = np.where(np.abs(profit) <= 1e-12 * np.abs(profit).max(), 0.0, profit)
    zeros = spots[:-1][profit[:-1] == 0.0].tolist()
    for left, right, below, above in zip(spots, spots[1:], profit, profit[1:], strict=False):
        if below * above < 0.0:
            zeros.append(float(left + (right - left) * below / (below - above)))
    if profit[-1] * slope < 0.0 or (profit[-1] == 0.0 and slope != 0.0):
        zeros.append(float(spots[-1] - profit[-1] / slope))
    return tuple(_ends(sorted(set(zeros))))


def _ends(zeros: list[float]) -> list[float]:
    return [zero for at, zero in enumerate(zeros) if at == 0 or zero > zeros[at - 1] * (1.0 + 1e-12)]
