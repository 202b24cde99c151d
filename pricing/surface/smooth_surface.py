"""The smooth surface: a twice differentiable spline of total variance per expiry, with straight wings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.surface.smile_basis import stretched_knots
from pricing.surface.smooth_kernel import evaluate

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmoothSurface:
    """Spline smiles at increasing `expiry_years`; total variance linear in expiry at fixed log-moneyness.

    Slice j is w(k) = level[j] s_j(k / sqrt(level[j])) with s_j the cubic spline that has the values
    `shape`[j] and second derivatives `bend`[j] (slice, knot) at the knots u / (1 - knot_stretch |u|),
    u = knot_step i, i from -n to n; `bend` is zero at the outermost, beyond which the smile is straight.
    Twice differentiable in log-moneyness at every expiry. Before the first slice volatility is constant in
    expiry; after the last, total variance grows by the last forward at-the-money variance at every
    log-moneyness.
    """

    expiry_years: FloatArray
    level: FloatArray
    knot_step: float
    knot_stretch: float
    shape: FloatArray
    bend: FloatArray
    description: str

    def total_variance(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Total variance w(k, T), zero at T = 0; NaN where k is not finite or T is NaN."""
        return self.derivatives(log_moneyness, expiry_years)[0]

    def implied_volatility(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Implied volatility sqrt(w / T) per sqrt(year); at T = 0 the first slice's smile."""
        # Below the first knot the smile is constant in volatility, so the floor is exact there.
        years = np.maximum(np.asarray(expiry_years, dtype=np.float64), 1e-3 * self.expiry_years[0])
        return np.asarray(np.sqrt(self.total_variance(log_moneyness, years) / years), dtype=np.float64)

    def derivatives(
        self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Total variance and its first and second derivative by log-moneyness; all zero at T = 0."""
        k, years = np.broadcast_arrays(
            np.asarray(log_moneyness, dtype=np.float64), np.asarray(expiry_years, dtype=np.float64)
        )
        out = np.empty((3, k.size))
        evaluate(  # flatten copies: what is broadcast warns whoever asks whether it is writeable
            k.flatten(),
            years.flatten(),
            self.expiry_years,
            np.sqrt(self.level),
            self.knots,
            np.array([self.knot_step, self.knot_stretch]),
            self._pieces(),
            self._last_forward_variance(),
            out,
        )
        return out[0].reshape(k.shape), out[1].reshape(k.shape), out[2].reshape(k.shape)

    @property
    def knots(self) -> FloatArray:
        """Knots of every slice in standard deviations sqrt(level) from the forward."""
        return stretched_knots(self.knot_step, self.knot_stretch, self.shape.shape[1] // 2)

    def _pieces(self) -> FloatArray:
        """Value, first, half second and sixth third derivative of w by z from each knot on."""
        width = np.diff(self.knots)
        bend, rise = self.bend, np.diff(self.shape, axis=1)
        first = rise / width - width * (2 * bend[:, :-1] + bend[:, 1:]) / 6
        third = np.diff(bend, axis=1) / (6 * width)
        pieces = np.stack((self.shape[:, :-1], first, bend[:, :-1] / 2, third), axis=-1)
        return np.asarray(self.level[:, None, None] * pieces)

    def _last_forward_variance(self) -> float:
        """Growth of at-the-money total variance after the last slice, per year, never negative."""
        at_the_money = self.level * self.shape[:, self.shape.shape[1] // 2]
        if len(self.expiry_years) == 1:
            return float(at_the_money[0] / self.expiry_years[0])
        rise = at_the_money[-1] - at_the_money[-2]
        return float(max(rise / (self.expiry_years[-1] - self.expiry_years[-2]), 0.0))
