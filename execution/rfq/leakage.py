"""How far each dealer moves the mid against us when it is asked; the whole of it beside a matched control.

`measure_leakage` is that of execution.tca.leakage, which every report uses.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.tca.leakage import Leakage, PriceMoves, measure_leakage

__all__ = ["Leakage", "PriceMoves", "leak_by_dealer", "measure_leakage"]

FloatArray = npt.NDArray[np.float64]


def leak_by_dealer(against: FloatArray, asked: npt.NDArray[np.bool_], size: FloatArray) -> FloatArray:
    """How far each dealer moves the mid for a request of a typical size, (dealer,), the moves' unit.

    against: move while quotes were awaited (request,), asked (request, dealer), size (request,). Dealers are
    taken from one normal law over the panel (empirical Bayes by moments), so that the leaks of those seldom
    asked are drawn to the mean. A leak that seems below zero is taken for none. ValueError without requests
    and for numbers that are not finite.
    """
    if len(against) == 0:
        raise ValueError("there is no request to learn leaks from")
    if not (np.all(np.isfinite(against)) and np.all(np.isfinite(size))):
        raise ValueError("moves and sizes must be finite numbers")
    design = asked * size[:, None]
    gram = design.T @ design
    inverse = np.linalg.pinv(gram)
    own = inverse @ (design.T @ against)
    noise = float(((against - design @ own) ** 2).sum()) / max(len(against) - design.shape[1], 1)
    errors = noise * inverse
    spread = max(float(own.var(ddof=1) - np.diag(errors).mean()) if len(own) > 1 else 0.0, 0.0)
    total = np.linalg.pinv(errors + spread * np.eye(len(own)))
    mean = float(total.sum(axis=0) @ own / total.sum()) if total.sum() > 0.0 else float(own.mean())
    return np.maximum(mean + spread * total @ (own - mean), 0.0)
