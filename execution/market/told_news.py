"""What a scenario's timeline tells of prices beforehand: its regimes' jumps and drifts, without chance."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from execution.market.regime import TRADING_DAYS_PER_YEAR
from execution.market.scenario import MarketScenario

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def told_ticks(scenario: MarketScenario, since_start_ns: IntArray, *, venue: int = 0) -> FloatArray:
    """Move of the fundamental that the timeline alone makes by these times [ticks], of their shape.

    News less this are a martingale, which is what a control variate must be. Exact up to the tenth of a
    second in which news come. ValueError for a derived instrument, whose fair value moves with its driver's
    trades too.
    """
    symbol = scenario.venues[venue].symbol
    instrument = next(one for one in scenario.instruments if one.symbol == symbol)
    if instrument.driver:
        raise ValueError(f"{symbol} is valued on {instrument.driver}: it has no news of its own")
    daily = instrument.volatility * instrument.price / instrument.tick_size
    daily *= instrument.news_exposure / math.sqrt(TRADING_DAYS_PER_YEAR)
    lengths = np.array([stretch.minutes / 60.0 for stretch in scenario.timeline[:-1]])
    begin = np.concatenate(([0.0], np.cumsum(lengths)))
    drift, jump = np.array([(stretch.regime.drift, stretch.regime.jump) for stretch in scenario.timeline]).T
    hours = since_start_ns[..., None] / 3.6e12  # against every stretch, the last of which has no end
    drifted = drift * np.clip(hours - begin, 0.0, np.append(lengths, math.inf))
    # The first regime's jump comes with the market's first step.
    jumped = np.where((hours >= begin) & (hours > 0.0), jump, 0.0)
    moved: FloatArray = daily * (drifted + jumped).sum(axis=-1)
    return moved
