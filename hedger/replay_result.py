"""The frozen results of a replay: one book per policy, the same days, the same random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import fsum

import numpy as np
import numpy.typing as npt

from hedger.policy.policy import HedgeDecision
from hedger.result import RunSettings, WorkedOrder

FloatArray = npt.NDArray[np.float64]

ATTRIBUTION_PARTS = ("delta", "gamma", "vega", "theta", "rho", "costs", "residual")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDay:
    """One policy's book on one day, from the close before to this close.

    profit_and_loss [currency]: change of cash and marks since the last close, today's trading costs
    included, less `news`. attribution [currency]: ATTRIBUTION_PARTS, which sum to profit_and_loss. news
    [currency]: what the simulated market's own moves gave while today's orders were worked: luck, and no
    part of the day. contracts, delta: hedge holding [contracts] and net delta [units of underlying] by
    underlying after today's trades. settled [currency]: cash of options that expired since the last close.
    """

    day: date
    spot: Mapping[str, float]
    profit_and_loss: float
    attribution: Mapping[str, float]
    contracts: Mapping[str, int]
    delta: Mapping[str, float]
    settled: float = 0.0
    news: float = 0.0
    decisions: tuple[HedgeDecision, ...] = ()
    orders: tuple[WorkedOrder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReplay:
    """One policy's replay. equity: shape (day,), P&L up to each close; news: of all days [currency].

    turnover_currency: notional traded at the arrival price; turnover_contracts: contracts traded, both
    absolute. daily_deviation: sample standard deviation of the daily P&L after the first day [currency].
    """

    policy: str
    days: tuple[ReplayDay, ...]
    equity: FloatArray
    profit_and_loss: float
    attribution: Mapping[str, float]
    worst_day: date
    worst_day_profit_and_loss: float
    daily_deviation: float
    costs: float
    trades: int
    turnover_contracts: int
    turnover_currency: float
    news: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayResult:
    """Policies side by side on one scenario. The first of `policies` is 'unhedged', the reference line.

    currency: of every amount, where the book has one. notes: what a reader must know, as sentences (the
    sticky rule, the rebase of the book, where the surface is from).
    """

    scenario: str
    title: str
    kind: str
    stickiness: str | None
    settings: RunSettings
    portfolio_origin: str
    days: tuple[date, ...]
    spot: Mapping[str, FloatArray]
    policies: tuple[PolicyReplay, ...]
    currency: str = "currency"
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


def summary(policy: str, days: tuple[ReplayDay, ...]) -> PolicyReplay:
    """Sum up one policy's days; there are at least two."""
    daily = np.array([day.profit_and_loss for day in days])
    worst = days[int(daily.argmin())]
    traded = [worked for day in days for worked in day.orders if worked.fills]
    attribution = {part: fsum(day.attribution[part] for day in days) for part in ATTRIBUTION_PARTS}
    return PolicyReplay(
        policy=policy,
        days=days,
        equity=np.cumsum(daily),
        profit_and_loss=fsum(daily),
        attribution=attribution,
        worst_day=worst.day,
        worst_day_profit_and_loss=worst.profit_and_loss,
        daily_deviation=float(daily[1:].std(ddof=1)) if len(days) > 2 else 0.0,
        costs=-attribution["costs"],
        trades=len(traded),
        turnover_contracts=sum(worked.cost.filled_quantity for worked in traded),
        turnover_currency=fsum(
            worked.cost.filled_quantity * worked.cost.arrival_price * worked.order.rules.multiplier
            for worked in traded
        ),
        news=fsum(day.news for day in days),
    )
