"""The days of an index and its VIX as the hedge-ratio network sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.hedge_ratio.features import FEWEST_RETURNS, recent_volatility
from pricing.hedge_ratio.vix_law import VixDays, VixResponse, filtered_response
from pricing.history import PriceHistory

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioDays:
    """Days in columns, features (day, feature) as known before the day's return.

    start: date before the return. expected: relative change of the VIX that the filter expects of the day's
    return; change: the one that came. level: of the VIX before, per sqrt(year).
    """

    start: npt.NDArray[np.datetime64]
    features: FloatArray
    log_return: FloatArray
    level: FloatArray
    expected: FloatArray
    change: FloatArray


def ratio_days(index: PriceHistory, days: VixDays, response: VixResponse) -> RatioDays:
    """Features and outcomes of the days of `days`; the first days without 22 returns are left out."""
    mean, deviation = filtered_response(response, days)
    ends = np.searchsorted(index.dates, days.start, side="right")
    recent = [recent_volatility(index.close[:end]) if end > FEWEST_RETURNS else None for end in ends]
    gap = np.log(days.level / np.array([np.nan if level is None else level for level in recent]))
    kept = np.isfinite(gap)
    return RatioDays(
        start=days.start[kept],
        features=np.column_stack((mean, deviation, gap))[kept],
        log_return=days.log_return[kept],
        level=days.level[kept],
        expected=(response.slope * (1.0 + mean) * days.log_return / days.level)[kept],
        change=(days.change / days.level)[kept],
    )
