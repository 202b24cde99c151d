"""The skew-stickiness ratio that surfaces of consecutive days show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pricing.dynamics import SmileDynamics, skew
from pricing.surface.surface import VolSurface

FloatArray = npt.NDArray[np.float64]

MINIMUM_MOVES = 10
TENOR_YEARS = (30 / 365, 60 / 365, 91 / 365, 182 / 365, 1.0)


def estimate_dynamics(
    surfaces: Sequence[VolSurface],
    log_returns: npt.ArrayLike,
    *,
    expiry_years: Sequence[float] = TENOR_YEARS,
) -> SmileDynamics | None:
    """Estimate R at each of `expiry_years` from n surfaces of consecutive days and the n - 1 returns between.

    Least squares without a constant of the change of volatility at the money, at constant time to expiry, on
    skew x return, the skew that of the earlier day; White's standard error. A return that is NaN leaves its
    pair of days out (a gap). None below 10 moves. Raises ValueError when the lengths do not match.
    """
    returns = np.asarray(log_returns, dtype=np.float64)
    if returns.shape != (len(surfaces) - 1,):
        raise ValueError(
            f"{len(surfaces)} surfaces have {len(surfaces) - 1} returns between, not {len(returns)}"
        )
    moved = np.isfinite(returns)
    if moved.sum() < MINIMUM_MOVES:
        return None
    years = np.asarray(expiry_years, dtype=np.float64)
    at_the_money = np.array([surface.implied_volatility(0.0, years) for surface in surfaces])
    lever = (np.array([skew(surface, 0.0, years) for surface in surfaces[:-1]]) * returns[:, None])[moved]
    change = np.diff(at_the_money, axis=0)[moved]
    squares = np.sum(lever**2, axis=0)
    ratio = np.sum(lever * change, axis=0) / squares
    residual = change - ratio * lever
    return SmileDynamics(
        expiry_years=years,
        ratio=ratio,
        standard_error=np.sqrt(np.sum((lever * residual) ** 2, axis=0)) / squares,
        observations=int(moved.sum()),
        origin=f"regression of the volatility at the money on skew x return, {int(moved.sum())} days",
    )
