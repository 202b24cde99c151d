"""Daily price history of an underlying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceHistory:
    """Daily prices on increasing `dates` (datetime64[D]); close [currency]; OHLC where the source has it."""

    symbol: str
    dates: npt.NDArray[np.datetime64]
    close: FloatArray
    open: FloatArray | None = None
    high: FloatArray | None = None
    low: FloatArray | None = None
    origin: str = ""
    sha256: str | None = None

    def until(self, last: date) -> PriceHistory:
        """Keep only the days up to and including `last`: nothing after it can be looked at."""
        keep = self.dates <= np.datetime64(last, "D")
        cut = {
            name: None if (column := getattr(self, name)) is None else column[keep]
            for name in ("open", "high", "low")
        }
        return PriceHistory(
            symbol=self.symbol,
            dates=self.dates[keep],
            close=self.close[keep],
            origin=self.origin,
            sha256=self.sha256,
            **cut,
        )

    def log_returns(self) -> FloatArray:
        """Daily close-to-close log returns, one fewer than days."""
        return np.diff(np.log(self.close))
