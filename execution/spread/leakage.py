"""What a plan is expected to tell the market before its package trades, by simulated markets."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from execution.spread.order import SpreadOrder
from execution.spread.plan import PackagePlan
from execution.spread.records import Way
from execution.spread.simulate import work_packages
from execution.spread.terms import PackageMarket

_PATHS = 1_000
_DEVIATIONS = 1.959964  # of a normal, 95% within


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLeakage:
    """Mean information leakage of a package and its standard error [ticks of net price].

    paths: simulated markets in which something traded, each beside itself without the package. Both are NaN
    where nothing traded in any, and the standard error where it did in one alone.
    """

    mean_ticks: float
    standard_error_ticks: float
    paths: int

    @property
    def half_width_ticks(self) -> float:
        """Half of the mean's 95% interval."""
        return _DEVIATIONS * self.standard_error_ticks


def expected_leakage(
    order: SpreadOrder,
    *,
    market: PackageMarket,
    plan: PackagePlan,
    rng: np.random.Generator,
    paths: int = _PATHS,
) -> ExpectedLeakage:
    """Work one clip of an order by its plan in so many markets (`PackageRecords.leakage_ticks`).

    In the market of `execution.spread.terms` a request for quotes that is declined is all that anybody hears
    of a package: what rests or crosses is not seen before it trades, so that a plan without dealers leaks
    nothing. Raises ValueError as `work_packages`.
    """
    records = work_packages(
        market,
        plan,
        paths=paths,
        rng=rng,
        net_limit_ticks=order.most_ticks,
        rule=order.broken_leg,
        limit=order.leg_risk_limit_ticks,
    )
    leaked = records.leakage_ticks[(records.way != Way.NONE).any(axis=1)]
    deviation = float(leaked.std(ddof=1)) if len(leaked) > 1 else math.nan
    return ExpectedLeakage(
        mean_ticks=float(leaked.mean()) if len(leaked) else math.nan,
        standard_error_ticks=deviation / math.sqrt(max(len(leaked), 1)),
        paths=len(leaked),
    )
