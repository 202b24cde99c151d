"""What every implied-volatility surface can say."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@runtime_checkable
class VolSurface(Protocol):
    """Black implied variance over log-moneyness k = log(K / F(T)) and expiry T [ACT/365F years].

    Inputs broadcast against each other; outputs have the broadcast shape.
    """

    @property
    def description(self) -> str:
        """One sentence for the report: what it is and what it was fitted to."""
        ...

    def total_variance(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Total variance w(k, T) = sigma^2 T, dimensionless, never negative."""
        ...

    def implied_volatility(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Implied volatility sqrt(w / T) per sqrt(year); the limit T -> 0 where T = 0."""
        ...

    def derivatives(
        self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Total variance and its first and second derivative by log-moneyness; all zero at T = 0."""
        ...
