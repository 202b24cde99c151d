"""Price paths from paths of log returns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def price_paths(log_returns: FloatArray, *, spot: float, forward: npt.ArrayLike | None = None) -> FloatArray:
    """Prices [currency] of shape (path, step), step 0 being `spot`, from returns of shape (path, step - 1).

    forward: the price that each step's mean over the paths is to have, one for all or one a step; the paths
    are scaled to it step by step (empirical martingale simulation, Duan and Simonato 1998), so that linear
    payoffs are priced without error. Without it they are left as they are. ValueError unless spot and forward
    are positive.
    """
    if not spot > 0.0 or (forward is not None and not np.all(np.asarray(forward) > 0.0)):
        raise ValueError("spot and forward are positive prices")
    prices = np.empty((log_returns.shape[0], log_returns.shape[1] + 1))
    prices[:, 0] = spot
    later = prices[:, 1:]
    np.exp(np.cumsum(log_returns, axis=1), out=later)
    later *= spot if forward is None else np.asarray(forward, dtype=np.float64) / later.mean(axis=0)
    return prices
