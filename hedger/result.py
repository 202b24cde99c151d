"""The frozen results of a run: what the report shows and what JSON carries."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from execution.agents.study_workers import AGENT_SUFFIX
from execution.market.regime import Regime
from execution.orders import Fill, ParentOrder
from execution.tca.control_market import MoveBeforeFills
from execution.tca.cost_curve import CostCurve
from hedger.errors import UsageError
from hedger.exposure import Exposure
from hedger.policy.policy import HedgeDecision
from hedger.portfolio import Portfolio
from hedger.spreads.block import OptionBlock
from hedger.spreads.choice_fills import OptionFill
from hedger.spreads.choice_package import OptionPackage
from hedger.spreads.co_movement import CoMovement
from hedger.spreads.joint_work import JointWork
from pricing.market import Market

SCHEMA_VERSION = "1.0"
TRADING_MINUTES_PER_DAY = 390.0
HEDGE_WITH = ("underlying", "options")
BLOCK_EXECUTION = ("worked", "touch")
MOST_BLOCK_MINUTES = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What the user chose for a run; with the inputs' hashes it determines the result bit for bit.

    schedule: of execution.schedules, or an agent: a shipped one's name or the path of its file.
    risk_aversion: per unit of account currency, finite and not negative. seed: not negative. horizon_minutes:
    time in which parent orders are worked, up to a trading day's 390. participation: of the `pov` schedule,
    own contracts over everybody's, between 0 and 1. arrival_cap_bps: how much worse than the mid at arrival
    an order may trade [bps], infinite where there is no such limit. hedge_with: 'underlying', or 'options'
    to remove gamma and vega beyond option_tolerance, a share of the book's gross, above zero and below one.
    block_execution: how options trade: 'worked' as blocks over block_minutes, from 5 seconds to 30 minutes,
    or crossed at the 'touch' at once. block_limit: the most that a block may cost [half spreads beyond its
    arrival mid, of all legs together], where it is infinite the rest is crossed at the end. Raises UsageError
    for other values.
    """

    policy: str = "whalley-wilmott"
    schedule: str = "almgren-chriss"
    risk_aversion: float = 1e-6
    seed: int = 0
    horizon_minutes: float = 30.0
    regime: str = "calm"
    dry_run: bool = False
    participation: float = 0.1
    arrival_cap_bps: float = math.inf
    hedge_with: str = "underlying"
    option_tolerance: float = 0.1
    block_execution: str = "worked"
    block_minutes: float = 10.0
    block_limit: float = math.inf

    def __post_init__(self) -> None:
        """Refuse what no run can be made with; policy and schedule are refused where they are looked up."""
        if not (math.isfinite(self.risk_aversion) and self.risk_aversion >= 0.0):
            raise UsageError(
                f"The risk aversion must be finite and not negative; found {self.risk_aversion:g}."
            )
        if self.seed < 0:
            raise UsageError(f"The seed must not be negative; found {self.seed}.")
        if not 0.0 < self.horizon_minutes <= TRADING_MINUTES_PER_DAY:
            raise UsageError(f"Orders are worked in 0 to 390 minutes; found {self.horizon_minutes:g}.")
        if self.regime not in tuple(Regime):
            raise UsageError(f"There is no regime '{self.regime}': use one of {', '.join(Regime)}.")
        if not 0.0 < self.participation < 1.0:
            raise UsageError(f"Participation lies between 0 and 1; found {self.participation:g}.")
        if not self.arrival_cap_bps >= 0.0:
            raise UsageError(f"The arrival cap must not be negative; found {self.arrival_cap_bps:g} bps.")

        if self.hedge_with not in HEDGE_WITH:
            raise UsageError(f"A book is hedged with {' or '.join(HEDGE_WITH)}; found '{self.hedge_with}'.")
        if not 0.0 < self.option_tolerance < 1.0:
            raise UsageError(f"The tolerance lies between 0 and 1; found {self.option_tolerance:g}.")
        self._require_blocks()

    def _require_blocks(self) -> None:
        if self.block_execution not in BLOCK_EXECUTION:
            raise UsageError(
                f"Options are {' or crossed at the '.join(BLOCK_EXECUTION)}; found '{self.block_execution}'."
            )
        if not 5.0 / 60.0 <= self.block_minutes <= MOST_BLOCK_MINUTES:
            raise UsageError(
                f"Blocks are worked in 5 seconds to {MOST_BLOCK_MINUTES:g} minutes; found "
                f"{self.block_minutes:g} minutes."
            )
        if not self.block_limit >= -1.0:
            raise UsageError(
                f"A block's limit is -1 half spread beyond its mid, its own side, or more; found "
                f"{self.block_limit:g}."
            )

    @property
    def agent_file(self) -> Path | None:
        """The file of the agent that works the orders; None for a schedule or a shipped agent."""
        path = Path(self.schedule)
        return path if path.suffix == AGENT_SUFFIX else None

    @property
    def worker(self) -> str:
        """Who works the orders, for people: a name, or that of the agent's file."""
        return self.schedule if self.agent_file is None else self.agent_file.name


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCost:
    """One parent order's transaction-cost analysis. Prices [currency]; costs positive is paid.

    expected_bps and its currency come from the CostCurve before the trade; realised from the fills, both
    against the arrival mid, fees included. leaves_quantity: what the horizon left undone, and in a dry run
    the whole order. parts_bps sums to realised_bps, parts_currency to realised_currency. participation: own
    over the market's volume. timing_deviation_bps: one standard deviation of the price over the horizon, the
    yardstick of parts_bps['timing']. news_currency: the part of the timing cost that the simulated market's
    news made, whatever the order did.
    """

    parent_id: str
    symbol: str
    quantity: int
    filled_quantity: int
    leaves_quantity: int
    arrival_price: float
    average_price: float | None
    expected_bps: float
    expected_currency: float
    realised_bps: float
    realised_currency: float
    parts_bps: Mapping[str, float]
    parts_currency: Mapping[str, float] = field(default_factory=dict)
    participation: float = 0.0
    timing_deviation_bps: float = 0.0
    news_currency: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedOrder:
    """A parent order with what happened: fills, the schedule's plan and the market's mid while it was worked.

    underlying: whose hedge it is. volatility: forecast for the day of the order, per sqrt(year); regime: of
    its simulated market; market_volume: contracts traded by everybody while it was worked. path_ts_ns,
    path_mid: shape (step,), sampled mid price [currency]. plan_ts_ns, plan_quantity: shape (slice,),
    cumulative contracts the schedule wanted by then. control_mid: the mid at path_ts_ns in the same simulated
    market without the order, shape (step,), and before_fills what the two differ by; none of a planned order.
    """

    order: ParentOrder
    schedule: str
    fills: tuple[Fill, ...]
    path_ts_ns: npt.NDArray[np.int64]
    path_mid: npt.NDArray[np.float64]
    plan_ts_ns: npt.NDArray[np.int64]
    plan_quantity: npt.NDArray[np.float64]
    cost: OrderCost
    underlying: str = ""
    volatility: float = math.nan
    market_volume: int = 0
    regime: str = ""
    control_mid: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    before_fills: MoveBeforeFills | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeRun:
    """One run from portfolio to hedged book.

    cash_change [currency]: cash after less before, fees and variation margin included. explained [currency]:
    by underlying, the P&L of the executed trades by part: spread, impact, timing and fees with their sign (a
    cost is negative) and mark, the move of the mid since arrival on what was filled. seconds: wall time by
    stage, the one thing in a run that does not repeat. cost_curves: by underlying, what trading its hedge was
    expected to cost. packages: options traded before the underlying, one an underlying, and their fills; a
    dry run has the packages alone. option_blocks: how the packages were worked, none at the touch; a dry run
    plans them. movement: how the underlyings move together, where there are several and one trades. joint:
    how the orders were worked together, where there were several of a schedule that does so.
    """

    settings: RunSettings
    as_of: datetime
    portfolio: Portfolio
    market: Market
    exposure_before: Exposure
    exposure_after: Exposure
    decisions: tuple[HedgeDecision, ...]
    orders: tuple[WorkedOrder, ...]
    holdings_after: Portfolio
    cash_change: float
    fees: float
    explained: Mapping[str, Mapping[str, float]]
    seconds: Mapping[str, float]
    cost_curves: Mapping[str, CostCurve] = field(default_factory=dict)
    packages: tuple[OptionPackage, ...] = ()
    option_fills: tuple[OptionFill, ...] = ()
    option_blocks: tuple[OptionBlock, ...] = ()
    movement: CoMovement | None = None
    joint: JointWork | None = None
