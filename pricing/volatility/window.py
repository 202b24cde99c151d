"""The returns of a history that a model is fitted to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.errors import InputError, InputProblem
from pricing.history import PriceHistory

FloatArray = npt.NDArray[np.float64]

MAXIMUM_RETURNS = 2_000
MINIMUM_RETURNS = 10
PERCENT = 100.0  # optimisers want returns of order one


def percent_window(history: PriceHistory, *, maximum: int = MAXIMUM_RETURNS) -> FloatArray:
    """The last `maximum` daily log returns in percent, shape (observations,).

    Raises InputError below 10 returns, when no price moves, or when a price is no positive number.
    """
    file = history.origin or f"history of {history.symbol}"
    close = history.close[-maximum - 1 :]
    if len(close) <= MINIMUM_RETURNS:
        expected = f"at least {MINIMUM_RETURNS + 1} days of prices to forecast volatility"
        raise InputError(InputProblem(file=file, value=f"{len(close)} days", expected=expected))
    wrong = np.flatnonzero(~(np.isfinite(close) & (close > 0.0)))
    if wrong.size:
        value = f"{close[wrong[0]]} on {history.dates[-len(close) :][wrong[0]]}"
        raise InputError(InputProblem(file=file, column="close", value=value, expected="a positive price"))
    returns = PERCENT * np.diff(np.log(close))
    if not np.any(returns):
        raise InputError(
            InputProblem(file=file, column="close", expected="prices that move; they are all equal")
        )
    return returns
