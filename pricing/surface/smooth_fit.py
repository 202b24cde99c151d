"""The smooth surface fitted expiry by expiry, each above the one before, between bid and ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pricing.surface.atm import INDEX_CORRELATION, INDEX_CURVATURE
from pricing.surface.smile import Smile
from pricing.surface.smile_basis import CENTRES, KNOT_STEP, KNOT_STRETCH, KNOTS, spline_rows
from pricing.surface.smooth_smile import Margins, SplineSmile, fit_spline_smile
from pricing.surface.smooth_surface import SmoothSurface
from pricing.surface.ssvi import slice_total_variance

FloatArray = npt.NDArray[np.float64]


def fit_smooth(smiles: Sequence[Smile], margins: Margins | None = None) -> SmoothSurface:
    """Fit every smile by a convex programme, from the shortest expiry to the longest.

    Each slice stays above the one before, which bends its wings up and so never against convexity. Bands of
    longer expiries that lie lower narrow the shorter ones first, so that what is bound to conflict is
    settled inside both bands where it can be. Without enough quotes the first smile is an index's default
    shape, each later one that of the slice before. Raises ProgramError when the solver fails.
    """
    slices: list[SplineSmile] = []
    shape = _default_shape()
    for smile in _below_longer(smiles):
        shorter = slices[-1] if slices else None
        slices.append(fit_spline_smile(smile, shape, shorter, margins or Margins()))
        shape = slices[-1].coefficients
    return _surface([smile.expiry_years for smile in smiles], slices)


def _default_shape() -> FloatArray:
    shape = slice_total_variance(CENTRES, 1.0, INDEX_CORRELATION * INDEX_CURVATURE, INDEX_CURVATURE)
    return np.asarray(shape, dtype=np.float64)


def _below_longer(smiles: Sequence[Smile]) -> list[Smile]:
    """Bands cut from above where a longer expiry's is lower at one log-moneyness, if something is left."""
    cut = [smiles[-1]]
    for smile in reversed(smiles[:-1]):
        longer = cut[0]
        ceiling = np.interp(
            smile.log_moneyness, longer.log_moneyness, longer.upper, left=np.inf, right=np.inf
        )
        upper = np.where(ceiling >= smile.lower, np.minimum(smile.upper, ceiling), smile.upper)
        cut.insert(0, replace(smile, upper=upper))
    return cut


def _surface(expiry_years: Sequence[float], slices: Sequence[SplineSmile]) -> SmoothSurface:
    knots = spline_rows(KNOTS)
    columns = [knots.derivatives(each.coefficients) for each in slices]
    bend = np.array([curvature for _, _, curvature in columns])
    # The programme holds these to zero within its tolerance; straight wings ask for zero.
    bend[:, [0, -1]] = 0.0
    return SmoothSurface(
        expiry_years=np.array(expiry_years),
        level=np.array([each.level for each in slices]),
        knot_step=KNOT_STEP,
        knot_stretch=KNOT_STRETCH,
        shape=np.array([value for value, _, _ in columns]),
        bend=bend,
        description="",
    )
