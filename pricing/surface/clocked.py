"""A surface whose variance runs in business time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from pricing.business_time import BusinessClock
from pricing.surface.surface import VolSurface
from pricing.time import SECONDS_PER_YEAR

FloatArray = npt.NDArray[np.float64]

_SHORTEST_YEARS = 1.0 / SECONDS_PER_YEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockedSurface:
    """`base` with its expiry axis in the business years of `clock`; asked and answering in calendar years.

    Total variance is that of `base` at the same instant, so that it is free of static arbitrage where `base`
    is. Implied volatility stays per sqrt(calendar year): it rises from Friday to Monday as variance stands
    still, which is what quotes do.
    """

    base: VolSurface
    clock: BusinessClock

    @property
    def description(self) -> str:
        """That of `base`, and the clock."""
        return f"{self.base.description}; in business time between expiries"

    def total_variance(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Total variance w(k, T)."""
        return self.base.total_variance(log_moneyness, self.clock.business_years(expiry_years))

    def implied_volatility(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Implied volatility sqrt(w / T) per sqrt(calendar year); below one second that of one second."""
        years = np.maximum(np.asarray(expiry_years, dtype=np.float64), _SHORTEST_YEARS)
        return np.sqrt(self.total_variance(log_moneyness, years) / years)

    def derivatives(
        self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Total variance and its first two derivatives by log-moneyness."""
        return self.base.derivatives(log_moneyness, self.clock.business_years(expiry_years))

    def at(self, as_of: datetime) -> ClockedSurface:
        """The same variance per business year, seen from another instant."""
        return replace(self, clock=replace(self.clock, as_of=as_of))
