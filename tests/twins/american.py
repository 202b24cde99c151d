"""Slow and obvious American options: a binomial tree, smoothed and extrapolated."""

from __future__ import annotations

import numpy as np

from tests.twins import black


def binomial_american(
    spot: float,
    strike: float,
    rate: float,
    dividend_yield: float,
    expiry_years: float,
    volatility: float,
    is_call: bool,
    steps: int = 1000,
) -> float:
    """BBSR (Broadie and Detemple 1996): Black's formula in the last step, Richardson over half the steps."""
    terms = (spot, strike, rate, dividend_yield, expiry_years, volatility, is_call)
    return 2.0 * _tree(*terms, steps) - _tree(*terms, steps // 2)


def _tree(
    spot: float,
    strike: float,
    rate: float,
    dividend_yield: float,
    expiry_years: float,
    volatility: float,
    is_call: bool,
    steps: int,
) -> float:
    step = expiry_years / steps
    up = np.exp(volatility * np.sqrt(step))
    chance = (np.exp((rate - dividend_yield) * step) - 1.0 / up) / (up - 1.0 / up)
    sign = 1.0 if is_call else -1.0

    def shares(level: int) -> np.ndarray:
        return spot * up ** np.arange(-level, level + 1, 2.0)

    last = shares(steps - 1)
    discount, grown = np.exp(-rate * step), last * np.exp((rate - dividend_yield) * step)
    held = np.array([black.price(each, strike, step, volatility, discount, is_call) for each in grown])
    value = np.maximum(held, sign * (last - strike))
    for level in range(steps - 2, -1, -1):
        held = discount * (chance * value[1:] + (1.0 - chance) * value[:-1])
        value = np.maximum(held, sign * (shares(level) - strike))
    return float(value[0])
