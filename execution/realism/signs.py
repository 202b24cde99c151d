"""The memory of order signs: whether buying follows buying, and for how long.

In trade time, one step a market order. Lillo and Farmer (2004) find autocorrelations that fall as
lag^-gamma with gamma about 0.5: meta-orders are split (Lillo, Mike and Farmer 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from execution.realism.blocks import BlockSums, lagged_products
from execution.realism.ruler import SIGN_LAGS, Ruler
from execution.realism.tape import Floats, Tape

FEWEST_ORDERS = 128
_BANDWIDTH_EXPONENT = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Long memory of a series: autocorrelations that fall as lag^-exponent where exponent is below 1.

    exponent: 1 - 2 d of the fractional difference d; 1 or more is no long memory. standard_error: of the
    exponent. observations: length of the series.
    """

    exponent: float
    standard_error: float
    observations: int


def sign_autocorrelation(tape: Tape, ruler: Ruler) -> BlockSums:
    """Products of market orders' signs by lag in trades; their mean is not taken out: fairly it is zero."""
    orders = tape.market_orders()
    return lagged_products(orders.sign.astype(np.float64), ruler.block_of(tape, orders.at), SIGN_LAGS)


def sign_memory(tape: Tape) -> Memory | None:
    """Long memory of the market orders' signs; None below 128 orders or where all are of one side."""
    sign = tape.market_orders().sign.astype(np.float64)
    if len(sign) < FEWEST_ORDERS or np.all(sign == sign[0]):
        return None
    return long_memory(sign)


def long_memory(series: Floats) -> Memory:
    """Fractional difference d by the local Whittle estimator (Robinson 1995), on n^0.65 frequencies.

    Minimises log(mean of f^(2d) I(f)) - 2 d mean(log f) over d in (-0.49, 0.99); consistent and
    asymptotically normal with standard error 1 / (2 sqrt(m)) whatever the short memory is. A fitted slope
    of the autocorrelations in logs is neither: its points are biased and related. On signs, which are a
    coarse view of a Gaussian pressure, it understates the memory of short series.
    """
    count = len(series)
    frequencies = int(count**_BANDWIDTH_EXPONENT)
    power = np.abs(np.fft.rfft(series - series.mean())[1 : frequencies + 1]) ** 2
    frequency = np.arange(1, frequencies + 1) / count
    mean_log = float(np.mean(np.log(frequency)))

    def objective(d: float) -> float:
        return float(np.log(np.mean(frequency ** (2.0 * d) * power)) - 2.0 * d * mean_log)

    d = float(minimize_scalar(objective, bounds=(-0.49, 0.99), method="bounded").x)
    error = 1.0 / (2.0 * np.sqrt(frequencies))
    return Memory(exponent=1.0 - 2.0 * d, standard_error=2.0 * float(error), observations=count)
