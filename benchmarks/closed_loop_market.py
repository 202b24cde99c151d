"""Markets of the closed loop: what an order really costs in the full simulator, and what fills tell of it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from execution.executor import ExecutionSettings, work
from execution.limits import PreTradeLimits
from execution.market.regime import SECONDS_PER_DAY, MarketConditions, Regime
from execution.orders import Execution, ParentOrder, Side, TradingRules
from execution.schedules.twap import Twap
from execution.tca.calibrate import CostObservations, fit_cost_curve, learn_cost_curve
from execution.tca.cost_curve import CostCurve
from execution.tca.default_curve import default_cost_curve
from execution.tca.fill_reader import read_fills
from execution.tca.fill_table import FilledOrder, write_fills
from execution.tca.shortfall import implementation_shortfall, news_cost

FloatArray = npt.NDArray[np.float64]

HORIZON_SECONDS = 600
HORIZON_DAYS = HORIZON_SECONDS / SECONDS_PER_DAY
PRICE = 100.0
SIZES = (0.01, 0.03, 0.1, 0.3)
LEAST_SIZE, LARGEST_SIZE = 0.003, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """A market, how it is worked, what is behind being crossed every slice_seconds, and its fee."""

    name: str
    conditions: MarketConditions
    slice_seconds: int
    fee_bps: float = 0.0

    @property
    def volume(self) -> float:
        """Contracts that trade in an order's horizon."""
        return self.conditions.average_daily_volume * HORIZON_DAYS

    @property
    def half_spread_bps(self) -> float:
        """As the market states it."""
        return 1e4 * self.conditions.half_spread_ticks * self.conditions.tick_size / PRICE

    def prior(self) -> CostCurve:
        """What a hedger expects before any fill."""
        conditions = self.conditions
        return default_cost_curve(
            tick_size=conditions.tick_size,
            price=PRICE,
            half_spread_ticks=conditions.half_spread_ticks,
            fee_per_contract=1e-4 * self.fee_bps * PRICE,
            multiplier=1.0,
        )


def conditions(tick_size: float, volatility: float, regime: Regime = Regime.CALM) -> MarketConditions:
    """Two hundred thousand contracts a day at a price of a hundred, quoted a tick wide."""
    return MarketConditions(
        mid_price=PRICE,
        tick_size=tick_size,
        volatility=volatility,
        half_spread_ticks=0.5,
        average_daily_volume=2e5,
        regime=regime,
    )


VENUES = (
    Venue(name="cheap: fine ticks, patient", conditions=conditions(0.01, 0.2), slice_seconds=60),
    Venue(name="usual: coarse ticks, hasty", conditions=conditions(0.05, 0.2), slice_seconds=5),
    Venue(
        name="dear: stressed, hasty, a fee of 3 bp",
        conditions=conditions(0.02, 0.3, Regime.STRESSED),
        slice_seconds=5,
        fee_bps=3.0,
    ),
)


def worked(venue: Venue, side: Side, participation: float, seed: list[int]) -> tuple[ParentOrder, Execution]:
    """One order in the full simulator."""
    order = ParentOrder(
        parent_id="-".join(map(str, [*seed, side])),
        symbol="X",
        side=side,
        quantity=max(1, round(participation * venue.volume)),
        start_ns=0,
        horizon_ns=HORIZON_SECONDS * 10**9,
        rules=TradingRules(symbol="X", tick_size=venue.conditions.tick_size),
    )
    settings = ExecutionSettings(
        slice_ns=venue.slice_seconds * 10**9, limits=PreTradeLimits(maximum_participation=1.0)
    )
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    return order, work(order, schedule=Twap(), conditions=venue.conditions, rng=rng, settings=settings)


def true_law(venue: Venue, seeds: int) -> CostCurve:
    """The cost law of a venue, exponent and all, from both sides of every size and seed, news taken out.

    Where the fit pays small trades, which its sizes say nothing of, they cost nothing.
    """
    rows = [(size, _cost(venue, size, [1, seed])) for size in SIZES for seed in range(seeds)]
    participation, cost = np.array(rows).T
    seen = _observed(venue, participation, cost)
    law = fit_cost_curve(seen, fee_bps=venue.fee_bps, impact_exponent=None, origin="the simulator")
    return replace(law, half_spread_bps=max(law.half_spread_bps, 0.0))


def _cost(venue: Venue, size: float, seed: list[int]) -> float:
    costs = []
    for side in Side:
        order, execution = worked(venue, side, size, seed)
        shortfall = implementation_shortfall(order, execution)
        costs.append(shortfall.bps - 1e4 * news_cost(order, execution) / shortfall.arrival_notional)
    return float(np.mean(costs))


def _observed(venue: Venue, participation: FloatArray, cost_bps: FloatArray) -> CostObservations:
    return CostObservations(
        participation=participation,
        horizon_days=np.full(len(cost_bps), HORIZON_DAYS),
        volatility=np.full(len(cost_bps), venue.conditions.volatility),
        cost_bps=cost_bps,
        noise_floor_bps=venue.half_spread_bps,
    )


def sizes(rng: np.random.Generator, count: int) -> FloatArray:
    """Participations, log-uniform."""
    return np.exp(rng.uniform(np.log(LEAST_SIZE), np.log(LARGEST_SIZE), count))


def learned_in_simulator(venue: Venue, orders: int) -> CostCurve:
    """The curve after own orders in the full simulator, by way of a file of fills; news and all in them."""
    rng = np.random.default_rng(2)
    recorded = []
    for number, size in enumerate(sizes(rng, orders)):
        order, execution = worked(venue, Side.BUY if number % 2 else Side.SELL, float(size), [3, number])
        recorded.append(
            FilledOrder(
                order=order,
                fills=execution.fills,
                arrival_price=execution.arrival_mid,
                end_price=float(execution.path_mid[-1]),
                volatility=venue.conditions.volatility,
                market_volume=execution.market_volume,
            )
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fills.parquet"
        write_fills(path, recorded)
        seen = read_fills(path).observations(noise_floor_bps=venue.half_spread_bps)
    return learn_cost_curve(venue.prior(), seen, origin="fills in the simulator")


def history_from_law(
    venue: Venue, law: CostCurve, participation: FloatArray, rng: np.random.Generator
) -> CostObservations:
    """Own orders that cost what the law says before its fee, and the price risk of working them."""
    quiet = _observed(venue, participation, np.zeros(len(participation)))
    expected = law.half_spread_bps + law.impact_coefficient * quiet.impact_regressor(law.impact_exponent)
    return replace(quiet, cost_bps=expected + quiet.noise_bps() * rng.standard_normal(len(participation)))


def learned(venue: Venue, history: CostObservations, orders: int) -> CostCurve:
    """The curve after a history's first orders."""
    first = _observed(venue, history.participation[:orders], history.cost_bps[:orders])
    return learn_cost_curve(venue.prior(), first, origin="fills")
