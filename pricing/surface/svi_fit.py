"""Raw SVI smiles fitted expiry by expiry, the longest first, each kept below the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from pricing.surface.arbitrage import durrleman, stretched_grid
from pricing.surface.smile import Smile
from pricing.surface.svi import SviParameters, SviSurface

FloatArray = npt.NDArray[np.float64]

_FURTHEST_LOG_MONEYNESS = 1.5
_STEEPEST_WING = 1.9  # Lee's bound is 2
# Wing slopes over the square root of at-the-money total variance, typical of index options. Quotes far from
# the money say little about the asymptote; without a pull the first slice's would bind all shorter ones.
_TYPICAL_WINGS = (0.3, 1.0)
_WING_PULL = 3.0
_SHAPE_PULL = 0.05
_CALENDAR_WEIGHT, _CALENDAR_MARGIN = 700.0, 5e-4
_BUTTERFLY_WEIGHT = 1000.0
_BUTTERFLY_MARGINS = (0.01, 0.05, 0.2)
_DIFFERENCE_STEP = 1e-7
_POOR_COST = 20.0  # per quote
_PENALTY_POINTS = 61
_DENSE_POINTS, _DENSE_SCALE = 801, 0.005
# Lowest variance, (wings apart,) shift and smoothing in the units of _Scale.
_TYPICAL_SHAPE = np.array([np.log(0.6), 0.0, 0.0, 0.3, np.log(0.6)])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """What makes the five fitted numbers of order one, and the wing slopes that the next expiry allows.

    The numbers are: log lowest variance, logits of the right and left wing slope within their bounds, shift
    and log smoothing, in units of theta and sqrt(theta): positive variance and ordered wings by construction.
    """

    theta: float
    right_bound: float
    left_bound: float

    def wings(self, numbers: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Slopes of total variance far to the right and to the left."""
        return self.right_bound * _logistic(numbers[..., 1]), self.left_bound * _logistic(numbers[..., 2])

    def parameters(self, numbers: FloatArray) -> SviParameters:
        """Raw SVI parameters, with an axis of one for log-moneyness."""
        right, left = self.wings(numbers)
        smoothing = np.sqrt(self.theta) * np.exp(np.clip(numbers[..., 4], -12, 12))
        lowest = self.theta * np.exp(np.clip(numbers[..., 0], -30, 30))
        return SviParameters(
            level=(lowest - smoothing * np.sqrt(right * left))[..., None],
            slope=((right + left) / 2)[..., None],
            correlation=((right - left) / (right + left))[..., None],
            shift=(np.sqrt(self.theta) * numbers[..., 3])[..., None],
            smoothing=smoothing[..., None],
        )


def fit_svi(smiles: Sequence[Smile]) -> SviSurface:
    """Fit every smile, from the longest expiry to the shortest.

    Each slice minimises its errors in half spreads under penalties for a negative Durrleman function and
    for rising above the next longer slice; wing slopes never exceed the longer slice's. What is left of a
    calendar violation is lifted away afterwards. Free of arbitrage only if the certificate says so.
    """
    fitted: list[SviParameters] = []
    scale = _Scale(theta=smiles[-1].atm_total_variance, right_bound=_STEEPEST_WING, left_bound=_STEEPEST_WING)
    numbers = None
    for smile in reversed(smiles):
        scale = replace(scale, theta=smile.atm_total_variance)
        numbers = _fitted_numbers(smile, scale, fitted[-1] if fitted else None, numbers)
        fitted.append(scale.parameters(numbers))
        right, left = scale.wings(numbers)
        scale = replace(scale, right_bound=float(right), left_bound=float(left))
    slices = _joined(fitted[::-1])
    expiry_years = np.array([smile.expiry_years for smile in smiles])
    return SviSurface(expiry_years=expiry_years, slices=_lifted(slices), description="")


def _fitted_numbers(
    smile: Smile, scale: _Scale, longer: SviParameters | None, longer_numbers: FloatArray | None
) -> FloatArray:
    """Fit from the longer slice's shape; again with a wider margin if the density dips in between."""
    starts = [_typical_start(scale)]
    if longer_numbers is not None:
        starts.insert(0, np.concatenate((longer_numbers[:1], (1.5, 1.5), longer_numbers[3:])))
    for margin in _BUTTERFLY_MARGINS:
        numbers = _minimised(_residuals(smile, scale, longer, margin), starts, len(smile.log_moneyness))
        if _has_density(scale.parameters(numbers)):
            break
        starts = [numbers, *starts]
    return numbers


def _minimised(
    residuals: Callable[[FloatArray], FloatArray], starts: Sequence[FloatArray], quotes: int
) -> FloatArray:
    """Levenberg-Marquardt from each start until the cost per quote is not poor; the best of those tried."""

    def jacobian(numbers: FloatArray) -> FloatArray:
        # All five differences in one broadcast call: as quick as formulas, and nothing to keep in step.
        moved = residuals(numbers + _DIFFERENCE_STEP * np.vstack((np.zeros(5), np.eye(5))))
        return np.asarray((moved[1:] - moved[0]).T / _DIFFERENCE_STEP)

    fits = []
    for start in starts:
        fits.append(
            least_squares(
                residuals, start, jac=jacobian, method="lm", max_nfev=40, ftol=1e-4, xtol=1e-4, gtol=1e-4
            )
        )
        if fits[-1].cost < _POOR_COST * quotes:
            break
    return np.asarray(min(fits, key=lambda fit: float(fit.cost)).x, dtype=np.float64)


def _has_density(svi: SviParameters) -> bool:
    grid = stretched_grid(_DENSE_SCALE, _FURTHEST_LOG_MONEYNESS, _DENSE_POINTS)
    return bool(np.all(durrleman(grid, svi.total_variance(grid), *svi.derivatives(grid)) >= 0))


def _typical_start(scale: _Scale) -> FloatArray:
    start = _TYPICAL_SHAPE.copy()
    bounds = (scale.right_bound, scale.left_bound)
    for position, wing, bound in zip((1, 2), _TYPICAL_WINGS, bounds, strict=True):
        share = min(wing * np.sqrt(scale.theta) / bound, 0.95)
        start[position] = np.log(share / (1 - share))
    return start


def _residuals(
    smile: Smile, scale: _Scale, longer: SviParameters | None, margin: float
) -> Callable[[FloatArray], FloatArray]:
    grid = stretched_grid(np.sqrt(scale.theta), _FURTHEST_LOG_MONEYNESS, _PENALTY_POINTS)
    ceiling = None if longer is None else longer.total_variance(grid) * (1 - _CALENDAR_MARGIN)
    typical_wings = np.log(np.array(_TYPICAL_WINGS) * np.sqrt(scale.theta))

    def residuals(numbers: FloatArray) -> FloatArray:
        svi = scale.parameters(numbers)
        variance = svi.total_variance(grid)
        density = durrleman(grid, variance, *svi.derivatives(grid))
        parts = [
            smile.residuals(svi.total_variance(smile.log_moneyness)),
            _BUTTERFLY_WEIGHT * np.maximum(margin - density, 0),
            _WING_PULL * (np.log(np.stack(scale.wings(numbers), axis=-1)) - typical_wings),
            _SHAPE_PULL * (numbers - _TYPICAL_SHAPE)[..., [0, 3, 4]],
        ]
        if ceiling is not None:
            parts.append(_CALENDAR_WEIGHT * np.maximum(variance / ceiling - 1, 0))
        return np.concatenate(parts, axis=-1)

    return residuals


def _lifted(slices: SviParameters) -> SviParameters:
    """Raise the level of each slice above all shorter ones on a dense grid, where the penalty left a gap."""
    grid = stretched_grid(_DENSE_SCALE, _FURTHEST_LOG_MONEYNESS, _DENSE_POINTS)
    variance = slices.at(np.arange(len(slices.level))[:, None]).total_variance(grid)
    level = slices.level.copy()
    for later in range(1, len(level)):
        gap = float(np.max(variance[later - 1] - variance[later]))
        if gap > 0:
            level[later] += gap
            variance[later] += gap
    return replace(slices, level=level)


def _joined(slices: Sequence[SviParameters]) -> SviParameters:
    """One array per parameter over the slices."""
    return SviParameters(
        level=np.concatenate([svi.level for svi in slices]),
        slope=np.concatenate([svi.slope for svi in slices]),
        correlation=np.concatenate([svi.correlation for svi in slices]),
        shift=np.concatenate([svi.shift for svi in slices]),
        smoothing=np.concatenate([svi.smoothing for svi in slices]),
    )


def _logistic(number: FloatArray) -> FloatArray:
    # The clip keeps wing slopes positive, so that their logarithm exists.
    return np.asarray(1 / (1 + np.exp(-np.clip(number, -30, 30))))
