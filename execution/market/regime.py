"""What kind of market an order meets: the instrument's conditions and two regimes of background flow."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

TRADING_DAYS_PER_YEAR = 252
SECONDS_PER_DAY = 23_400  # the regular session, 6.5 hours: volume and volatility of a day happen within it
NEWS_NS = 100_000_000  # the fundamental moves, and the latent book forgets, ten times a second
MEMORY_SCALES = 4  # of the latent book
_REST_ORDERS = 4.0  # market orders that displace the price linearly, before the latent book's law sets in


class Regime(StrEnum):
    """Which parameters drive the background flow."""

    CALM = "calm"
    STRESSED = "stressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketConditions:
    """One instrument on one day.

    mid_price and tick_size: currency. volatility: annualised per sqrt(year) of 252 days, as 0.20.
    half_spread_ticks: usual half bid-ask, at least 0.5. average_daily_volume: contracts. ValueError when one
    is out of range.
    """

    mid_price: float
    tick_size: float
    volatility: float
    half_spread_ticks: float
    average_daily_volume: float
    regime: Regime = Regime.CALM

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "regime" and not 0 < value < float("inf"):
                raise ValueError(f"{field.name} is {value}, expected a positive number")
        if self.half_spread_ticks < 0.5:
            raise ValueError(f"half_spread_ticks is {self.half_spread_ticks}, expected at least 0.5")

    @property
    def daily_volatility_ticks(self) -> float:
        """Standard deviation of one day's price change [ticks], before the regime's multiplier."""
        return self.volatility * self.mid_price / self.tick_size / math.sqrt(TRADING_DAYS_PER_YEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeParameters:
    """Background flow in units that do not depend on the instrument.

    spread_multiplier, volatility_multiplier: on the stated half spread and annual volatility [1].
    touch_depth: what would rest at the best price if prices stood still [fraction of a day's volume].
    orders_per_level: number of orders that make up touch_depth.
    depth_decay_ticks, depth_exponent: arrivals at k ticks behind the touch fall as (1 + k/decay)^-exponent
    (power law: Bouchaud, Mezard and Potters 2002; Zovko and Farmer 2002), up to placement_levels [ticks].
    cancel_rate: of each resting order [1/s]; stale_cancel_rate: of one priced through the reference [1/s];
    stale_tolerance_ticks: how far through it must be.
    market_order_rate: [1/s], less where the day's volume is too small for it; sizes follow from the volume.
    informed_share: part of market orders that take a quote which the reference has passed.
    permanent_impact: move of the fundamental per signed fraction of a day's volume [daily volatilities].
    impact_coefficient: Y of the square-root law, displacement per square root of the fraction of a day's
    volume that the latent book remembers [daily volatilities]. memory_seconds, memory_shares: over which
    times it forgets which shares of a volume, which sum to 1; both of length MEMORY_SCALES.
    """

    spread_multiplier: float
    volatility_multiplier: float
    touch_depth: float
    orders_per_level: float
    depth_decay_ticks: float
    depth_exponent: float
    placement_levels: int
    cancel_rate: float
    stale_cancel_rate: float
    stale_tolerance_ticks: float
    market_order_rate: float
    informed_share: float
    permanent_impact: float
    impact_coefficient: float
    memory_seconds: tuple[float, ...]
    memory_shares: tuple[float, ...]


CALM = RegimeParameters(
    spread_multiplier=1.0,
    volatility_multiplier=1.0,
    touch_depth=4.0e-4,
    orders_per_level=16.0,
    depth_decay_ticks=10.0,
    depth_exponent=1.2,
    placement_levels=40,
    cancel_rate=0.25,
    stale_cancel_rate=10.0,
    stale_tolerance_ticks=0.25,
    market_order_rate=16.0,
    informed_share=0.7,
    # Almgren, Thum, Hauptmann and Li (2005) estimate 0.314 for the permanent part.
    permanent_impact=0.314,
    impact_coefficient=1.0,
    memory_seconds=(60.0, 600.0, 4_000.0, 80_000.0),
    memory_shares=(0.3, 0.25, 0.2, 0.25),
)

STRESSED = RegimeParameters(
    spread_multiplier=2.0,
    volatility_multiplier=1.5,
    touch_depth=1.0e-4,
    orders_per_level=10.0,
    depth_decay_ticks=10.0,
    depth_exponent=1.2,
    placement_levels=60,
    cancel_rate=0.5,
    stale_cancel_rate=10.0,
    stale_tolerance_ticks=0.25,
    market_order_rate=24.0,
    informed_share=0.8,
    permanent_impact=0.314,
    impact_coefficient=1.4,
    memory_seconds=(60.0, 600.0, 4_000.0, 80_000.0),
    memory_shares=(0.3, 0.25, 0.2, 0.25),
)

_PARAMETERS = {Regime.CALM: CALM, Regime.STRESSED: STRESSED}


def parameters_of(regime: Regime) -> RegimeParameters:
    """The flow parameters of a regime."""
    return _PARAMETERS[regime]


class ReferenceParameters(NamedTuple):
    """How trades move the reference price of one instrument: see execution.market.reference.

    permanent: for good [ticks per contract]. impact_ticks: [ticks per square root of a contract].
    rest_volume: excess up to which the displacement is about linear [contracts]. share: of a volume that goes
    to each scale of memory [1]. kept: part of it that is left after NEWS_NS. Both have shape (scale,).
    """

    permanent: float
    impact_ticks: float
    rest_volume: float
    share: npt.NDArray[np.float64]
    kept: npt.NDArray[np.float64]


class FlowParameters(NamedTuple):
    """Rates [1/s], sizes [contracts] and prices [ticks] of one instrument; see RegimeParameters."""

    limit_rate: float
    market_rate: float
    cancel_rate: float
    stale_rate: float
    log_one_minus_limit: float  # log(1 - p) of the geometric sizes
    log_one_minus_market: float
    half_spread: float
    stale_tolerance: float
    informed_share: float
    volatility: float  # ticks per sqrt(s)
    offset_probability: npt.NDArray[np.float64]  # cumulative over ticks behind the touch


def flow_parameters(conditions: MarketConditions, regime: RegimeParameters) -> FlowParameters:
    """Put a regime into the units of an instrument; sizes are at least one contract."""
    volume_rate = conditions.average_daily_volume / SECONDS_PER_DAY
    limit_size = max(1.0, regime.touch_depth * conditions.average_daily_volume / regime.orders_per_level)
    market_size = mean_market_size(conditions, regime)
    offset = np.arange(regime.placement_levels)
    density = (1.0 + offset / regime.depth_decay_ticks) ** -regime.depth_exponent
    daily_ticks = conditions.daily_volatility_ticks * regime.volatility_multiplier
    return FlowParameters(
        limit_rate=2.0 * regime.orders_per_level * regime.cancel_rate * float(density.sum()),
        market_rate=volume_rate / market_size,
        cancel_rate=regime.cancel_rate,
        stale_rate=regime.stale_cancel_rate,
        log_one_minus_limit=_log_one_minus(limit_size),
        log_one_minus_market=_log_one_minus(market_size),
        half_spread=conditions.half_spread_ticks * regime.spread_multiplier,
        stale_tolerance=regime.stale_tolerance_ticks,
        informed_share=regime.informed_share,
        volatility=daily_ticks / math.sqrt(SECONDS_PER_DAY),
        offset_probability=np.cumsum(density) / density.sum(),
    )


def reference_parameters(conditions: MarketConditions, regime: RegimeParameters) -> ReferenceParameters:
    """Put a regime's impact into the units of an instrument."""
    daily_ticks = conditions.daily_volatility_ticks * regime.volatility_multiplier
    volume = conditions.average_daily_volume
    return ReferenceParameters(
        permanent=regime.permanent_impact * daily_ticks / volume,
        impact_ticks=regime.impact_coefficient * daily_ticks / math.sqrt(volume),
        rest_volume=_REST_ORDERS * mean_market_size(conditions, regime),
        share=np.array(regime.memory_shares),
        kept=np.exp(-1e-9 * NEWS_NS / np.array(regime.memory_seconds)),
    )


def mean_market_size(conditions: MarketConditions, regime: RegimeParameters) -> float:
    """Mean size of the background's market orders [contracts], at least one."""
    return max(1.0, conditions.average_daily_volume / SECONDS_PER_DAY / regime.market_order_rate)


def _log_one_minus(mean: float) -> float:
    """Give log(1 - p) of the geometric law on 1, 2, ... with this mean; -inf makes every size 1."""
    return math.log1p(-1.0 / mean) if mean > 1.0 else -math.inf
