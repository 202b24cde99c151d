"""Business time: how much variance a stretch of the calendar carries, sessions, nights and weekends apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pricing.time import close_instant, exchange_date, open_instant, trading_days, year_fraction

FloatArray = npt.NDArray[np.float64]

SESSION_SHARE = 0.65
CLOSED_DAY_WEIGHT = 0.05
_HORIZON_DAYS = 3_653
_TRADING_DAYS, _CLOSED_DAYS = 252.0, 113.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessClock:
    """Maps ACT/365F years from `as_of` to business years, in which an underlying's variance runs evenly.

    One trading day, close to close, is one unit: `session_share` of it runs evenly from 09:30 to 16:00 in New
    York, the rest evenly from one close to the next open. Each weekend day or holiday in between adds
    `closed_day_weight` units to that night. Early closes are taken as full days. A business year is what 252
    trading days and 113 closed days carry, so that over long times both clocks agree; after ten years they
    run alike.

    `benchmarks/business_time.py` prints what the S&P 500 says of both parameters, and what the clock is worth
    between quoted expiries. Raises ValueError for a share outside [0, 1] or a negative weight.
    """

    as_of: datetime
    session_share: float = SESSION_SHARE
    closed_day_weight: float = CLOSED_DAY_WEIGHT

    def __post_init__(self) -> None:
        if not 0.0 <= self.session_share <= 1.0:
            raise ValueError(f"session_share is a share between 0 and 1, not {self.session_share}")
        if not self.closed_day_weight >= 0.0:
            raise ValueError(f"closed_day_weight is not negative, as {self.closed_day_weight} is")

    def business_years(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """Business years from `as_of` to `as_of` + `expiry_years` (any shape); zero for times past."""
        years = np.maximum(np.asarray(expiry_years, dtype=np.float64), 0.0)
        calendar, business = _knots(self.as_of, self.session_share, self.closed_day_weight)
        beyond = np.maximum(years - calendar[-1], 0.0)
        return np.asarray(np.interp(years, calendar, business) + beyond, dtype=np.float64)


@lru_cache(maxsize=64)
def _knots(as_of: datetime, session_share: float, closed_day_weight: float) -> tuple[FloatArray, FloatArray]:
    """Calendar and business years from `as_of` at it and at every later open and close of ten years."""
    today = exchange_date(as_of)
    days = trading_days(today - timedelta(days=14), today + timedelta(days=_HORIZON_DAYS))
    instants = [instant for day in days for instant in (open_instant(day), close_instant(day))]
    calendar = np.array([year_fraction(as_of, instant) for instant in instants])
    closed_days = np.array([(later - day).days - 1 for day, later in pairwise(days)])
    units = np.empty(len(instants))
    units[0] = 0.0
    units[1::2] = session_share
    units[2::2] = 1.0 - session_share + closed_day_weight * closed_days
    per_year = _TRADING_DAYS + _CLOSED_DAYS * closed_day_weight
    business = np.cumsum(units) / per_year
    now = float(np.interp(0.0, calendar, business))
    ahead = calendar > 0.0
    return np.insert(calendar[ahead], 0, 0.0), np.insert(business[ahead] - now, 0, 0.0)
