"""What meta-orders do to the price of the simulated market."""

from __future__ import annotations

import numpy as np
import pytest

from execution.market.regime import SECONDS_PER_DAY
from execution.market.simulator import MarketConditions, MarketSimulator
from execution.orders import Side

E_MINI = MarketConditions(
    mid_price=2650.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=1.5e6
)
SEEDS = range(4)


def mids(seed: int, quantity: int, seconds: float, looks: tuple[float, ...]) -> np.ndarray:
    """Mid [ticks] at some multiples of the horizon over which a signed quantity is traded evenly."""
    simulator, children, seen = MarketSimulator(E_MINI, 0, np.random.default_rng(seed)), 40, []
    times = [*((k / children, quantity // children) for k in range(children)), *((look, 0) for look in looks)]
    for share, part in sorted(times):
        simulator.advance_to(round(1e9 * seconds * share))
        if part:
            simulator.submit_market(Side.BUY if part > 0 else Side.SELL, abs(part))
        else:
            seen.append(simulator.mid_ticks)
    return np.array(seen)


def impact(share: float, looks: tuple[float, ...] = (1.0,), participation: float = 0.1) -> np.ndarray:
    """Mean half difference between buying and selling a share of a day's volume, in daily volatilities."""
    quantity = 40 * round(share * E_MINI.average_daily_volume / 40)
    seconds = share / participation * SECONDS_PER_DAY
    moved = [mids(seed, quantity, seconds, looks) - mids(seed, -quantity, seconds, looks) for seed in SEEDS]
    return 0.5 * np.mean(moved, axis=0) / E_MINI.daily_volatility_ticks


def test_impact_grows_about_as_the_square_root_of_the_size_and_is_of_its_order() -> None:
    small, large = (float(impact(share)[0]) for share in (0.001, 0.01))
    assert np.log10(large / small) == pytest.approx(0.5, abs=0.1)
    assert 0.4 < large / np.sqrt(0.01) < 1.0


def test_the_path_is_concave_and_impact_decays_in_part_once_the_order_is_done() -> None:
    half, peak, later, latest = impact(0.004, (0.5, 1.0, 1.5, 2.5))
    assert 0.6 * peak < half < 0.85 * peak
    assert peak > later > latest > 0.5 * peak


def round_trip_profit(seed: int, turn: float) -> float:
    """Cash from buying 4,000 contracts evenly and selling them again, less news [ticks x contracts]."""
    simulator, seconds = MarketSimulator(E_MINI, 0, np.random.default_rng(seed)), 300.0
    start, profit = simulator.mid_ticks, 0.0
    for side, begin, end in ((Side.BUY, 0.0, turn), (Side.SELL, turn, 1.0)):
        for child in range(40):
            simulator.advance_to(round(1e9 * seconds * (begin + (end - begin) * child / 40)))
            simulator.submit_market(side, 100)
            for fill in simulator.take_fills():
                profit -= side * fill.quantity * (fill.price_ticks - start - fill.news_ticks)
    return profit


@pytest.mark.parametrize("turn", [0.2, 0.5, 0.8])
def test_a_round_trip_loses_on_average_whatever_its_pace(turn: float) -> None:
    profits = [round_trip_profit(seed, turn) for seed in SEEDS]
    assert np.mean(profits) + np.std(profits) < 0.0
