"""The GJR-GARCH recursion one path and one day at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.paths.garch import GjrLaw


def squared_return_sums(
    law: GjrLaw, next_variance: float, innovations: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Running sums of squared returns under given innovations, shape (path, day)."""
    sums = np.empty_like(innovations)
    for path in range(innovations.shape[0]):
        variance, total = next_variance, 0.0
        for day in range(innovations.shape[1]):
            r = variance**0.5 * innovations[path, day]
            total += r**2
            sums[path, day] = total
            variance = law.omega + law.alpha * r**2 + law.beta * variance + (law.gamma * r**2 if r < 0 else 0)
    return sums
