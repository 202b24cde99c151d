"""The protocol of a hedge policy, what it sees, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from execution.tca.cost_curve import CostCurve
from hedger.exposure import UnderlyingExposure
from pricing.market import UnderlyingMarket


class Action(StrEnum):
    """Trade now, or wait."""

    TRADE = "trade"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeSituation:
    """All that a policy may look at for one underlying on one date.

    risk_aversion: per unit of account currency (exponential utility). days_since_trade: trading days since
    the last hedge trade, None where there was none. horizon_days: trading days in which an order is worked.
    decision_days: trading days from one decision to the next.
    """

    exposure: UnderlyingExposure
    market: UnderlyingMarket
    cost_curve: CostCurve
    risk_aversion: float
    days_since_trade: int | None = None
    horizon_days: float = 30.0 / 390.0
    decision_days: float = 1.0

    def cost_bps(self, delta: float) -> float:
        """Expected cost of trading `delta` units of underlying now [bps of their value], impact included."""
        return expected_cost_bps(
            self.cost_curve,
            self.market,
            contracts=abs(delta / self.market.hedge_delta()),
            horizon_days=self.horizon_days,
        )


def expected_cost_bps(
    curve: CostCurve, market: UnderlyingMarket, *, contracts: float, horizon_days: float
) -> float:
    """Expected shortfall of trading `contracts` of the hedge over a horizon [bps of arrival notional]."""
    volume = market.hedge.average_daily_volume * horizon_days
    return curve.expected_bps(
        participation=min(1.0, contracts / volume),
        horizon_days=horizon_days,
        volatility=float(market.forecast.at(1.0)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeDecision:
    """Trade or wait, how much, in which instrument, why, and where the next trade would be.

    Quantities are signed whole contracts of `instrument`, positive is long. target_delta: the delta of the
    options as the policy sees it [units of underlying]; the ideal hedge is its negative. band_lower,
    band_upper: net delta [units of underlying] within which the policy waits (equal where it has no band).
    residual_delta: net delta left after the trade, from rounding and from stopping at the band's edge.
    next_trade_below, next_trade_above: spot levels [currency] at which a move makes the policy trade next,
    what impact has it leave for later decisions apart; None where no level on the ladder does.
    next_trade_days: trading days until it would trade if spot stayed, None where it does not say or would not
    within those it looks at.
    """

    underlying: str
    instrument: str
    action: Action
    policy: str
    current_contracts: int
    target_contracts: int
    target_delta: float
    band_lower: float
    band_upper: float
    residual_delta: float
    next_trade_below: float | None
    next_trade_above: float | None
    reason: str
    next_trade_days: float | None = None

    @property
    def trade_contracts(self) -> int:
        """Signed contracts to trade now; zero when waiting."""
        return self.target_contracts - self.current_contracts


@runtime_checkable
class HedgePolicy(Protocol):
    """Decides the hedge of one underlying. Implementations are frozen: no memory between calls."""

    @property
    def name(self) -> str:
        """The policy's name as typed on the command line."""
        ...

    def decide(self, situation: HedgeSituation) -> HedgeDecision:
        """Decide for one underlying; pure: the same situation gives the same decision."""
        ...
