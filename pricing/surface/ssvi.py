"""The SSVI surface of Gatheral and Jacquier, with one correlation and curvature per expiry (eSSVI)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SsviSurface:
    """SSVI slices at increasing `expiry_years`, free of static arbitrage between them by interpolation.

    w(k) = (theta + rho psi k + sqrt((psi k + theta rho)^2 + theta^2 (1 - rho^2))) / 2 with theta the
    at-the-money total variance, rho the `correlation` and psi = theta phi(theta) the `wing`, the sum of the
    two wings' asymptotic slopes (Gatheral and Jacquier 2014, eq. 4.1; Hendriks and Martini 2019). theta, psi
    and rho psi are linear in expiry between slices (Corbetta, Cohort, Laachir and Martini 2019, section 5).
    Before the first slice the smile is constant in volatility; after the last, theta grows at the last
    forward variance and psi stays.
    """

    expiry_years: FloatArray
    atm_total_variance: FloatArray
    correlation: FloatArray
    wing: FloatArray
    description: str

    def total_variance(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Total variance w(k, T), zero at T = 0."""
        k, years = np.broadcast_arrays(
            np.asarray(log_moneyness, dtype=np.float64), np.asarray(expiry_years, dtype=np.float64)
        )
        theta, skew, wing = self._parameters_at(np.maximum(years, 0.0))
        return slice_total_variance(k, theta, skew, wing)

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
        theta, skew, wing = self._parameters_at(np.maximum(years, 0.0))
        return slice_derivatives(k, theta, skew, wing)

    def _parameters_at(self, years: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """At-the-money total variance, rho x psi and psi at `years` (any shape)."""
        knots = np.concatenate(([0.0], self.expiry_years))
        beyond = np.maximum(years - knots[-1], 0.0)
        theta, skew, wing = (
            np.interp(years, knots, np.concatenate(([0.0], values)))
            for values in (self.atm_total_variance, self.correlation * self.wing, self.wing)
        )
        return theta + self._last_forward_variance() * beyond, skew, wing

    def _last_forward_variance(self) -> float:
        """Growth of at-the-money total variance after the last slice, per year, never negative."""
        if len(self.expiry_years) == 1:
            return float(self.atm_total_variance[0] / self.expiry_years[0])
        rise = self.atm_total_variance[-1] - self.atm_total_variance[-2]
        return float(max(rise / (self.expiry_years[-1] - self.expiry_years[-2]), 0.0))


def slice_total_variance(
    log_moneyness: FloatArray, theta: npt.ArrayLike, skew: npt.ArrayLike, wing: npt.ArrayLike
) -> FloatArray:
    """Total variance of an SSVI slice from theta, skew = rho psi and wing = psi, broadcast.

    Written so that theta rho^2 cancels: (psi k + theta rho)^2 + theta^2 (1 - rho^2)
    = (psi k)^2 + 2 theta skew k + theta^2.
    """
    theta, skew, wing = (np.asarray(value, dtype=np.float64) for value in (theta, skew, wing))
    root = _root(log_moneyness, theta, skew, wing)
    return np.asarray(0.5 * (theta + skew * log_moneyness + root), dtype=np.float64)


def slice_derivatives(
    log_moneyness: FloatArray, theta: npt.ArrayLike, skew: npt.ArrayLike, wing: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """`slice_total_variance` and its first and second derivative by log-moneyness, broadcast.

    Where theta, skew and wing are all zero (today), so is everything.
    """
    theta, skew, wing = (np.asarray(value, dtype=np.float64) for value in (theta, skew, wing))
    root = _root(log_moneyness, theta, skew, wing)
    # The root vanishes only with theta, or where a correlation of one makes a kink.
    divisor = np.where(root > 0, root, 1.0)
    first = 0.5 * (skew + (wing**2 * log_moneyness + theta * skew) / divisor)
    second = 0.5 * theta**2 * (wing - skew) * (wing + skew) / divisor**3
    return (
        np.asarray(0.5 * (theta + skew * log_moneyness + root), dtype=np.float64),
        np.asarray(first, dtype=np.float64),
        np.asarray(second, dtype=np.float64),
    )


def _root(log_moneyness: FloatArray, theta: FloatArray, skew: FloatArray, wing: FloatArray) -> FloatArray:
    square = (wing * log_moneyness) ** 2 + 2 * theta * skew * log_moneyness + theta**2
    return np.asarray(np.sqrt(np.maximum(square, 0)), dtype=np.float64)


def widest_wing(theta: npt.ArrayLike, correlation: npt.ArrayLike) -> FloatArray:
    """The largest psi that keeps a slice free of butterfly arbitrage.

    Sufficient: psi (1 + |rho|) < 4, psi^2 (1 + |rho|) <= 4 theta (Gatheral and Jacquier 2014, theorem 4.2).
    """
    steepness = 1 + np.abs(np.asarray(correlation, dtype=np.float64))
    widest = np.minimum(4 / steepness, np.sqrt(4 * np.asarray(theta, dtype=np.float64) / steepness))
    return np.asarray(widest, dtype=np.float64)
