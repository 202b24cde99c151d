"""One hedging problem under geometric Brownian motion: what is held, what trading costs, how averse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgingProblem:
    """European options on one underlying, hedged at the dates 0 .. steps - 1 and settled in cash.

    strike [currency], is_call, units (signed, positive is long), expiry_step (1 .. steps): shape (line,).
    spot [currency], which is a martingale (forward, no rate). step_variance: of the log return from one date
    to the next. proportional_cost: of the value traded, at every trade, the first included; at an expiry
    nothing is traded. fixed_cost [currency] per trade. risk_aversion: lambda [1 / currency] of the risk
    log E exp(lambda loss) / lambda.

    Reference: Hodges and Neuberger (1989), Optimal replication of contingent claims under transaction costs,
    Review of Futures Markets 8; Davis, Panas and Zariphopoulou (1993), SIAM Journal on Control and
    Optimization 31(2).
    """

    strike: FloatArray
    is_call: BoolArray
    units: FloatArray
    expiry_step: IntArray
    spot: float
    step_variance: float
    proportional_cost: float
    risk_aversion: float
    fixed_cost: float = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot be a problem."""
        lines = {len(column) for column in (self.strike, self.is_call, self.units, self.expiry_step)}
        if len(lines) != 1 or not len(self.strike):
            raise ValueError("strike, is_call, units and expiry_step must be of one length, at least 1")
        if np.any(self.expiry_step < 1):
            raise ValueError("every option must expire at date 1 or later")
        positive = (*self.strike, self.spot, self.step_variance, self.risk_aversion)
        if not (np.all(np.isfinite(positive)) and min(positive) > 0.0 and np.all(np.isfinite(self.units))):
            raise ValueError("strikes, spot, step_variance and risk_aversion must be positive and finite")
        if not (0.0 <= self.proportional_cost < 1.0 and 0.0 <= self.fixed_cost < np.inf):
            raise ValueError("proportional_cost must be in [0, 1) and fixed_cost at least 0")

    @property
    def steps(self) -> int:
        """Dates until the last option expires."""
        return int(self.expiry_step.max())

    def owed(self, step: int, spot: FloatArray) -> FloatArray:
        """What is owed for the options that expire at a date [currency]; shape of `spot`."""
        total = np.zeros_like(spot)
        for strike, is_call, units, expiry in zip(
            self.strike, self.is_call, self.units, self.expiry_step, strict=True
        ):
            if expiry == step:
                total -= units * np.maximum(spot - strike if is_call else strike - spot, 0.0)
        return total


def short_call(
    *,
    steps: int = 20,
    volatility: float = 0.2,
    dates_per_year: float = 250.0,
    proportional_cost: float,
    risk_aversion: float,
    fixed_cost: float = 0.0,
) -> HedgingProblem:
    """One at-the-money call sold at spot 1: the set-up that results are compared in."""
    return HedgingProblem(
        strike=np.array([1.0]),
        is_call=np.array([True]),
        units=np.array([-1.0]),
        expiry_step=np.array([steps], dtype=np.int64),
        spot=1.0,
        step_variance=volatility**2 / dates_per_year,
        proportional_cost=proportional_cost,
        risk_aversion=risk_aversion,
        fixed_cost=fixed_cost,
    )
