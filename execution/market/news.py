"""Fundamental prices: correlated news, and what trades make of them, compiled.

The reference price of a primary instrument is its fundamental plus a transient part. News move the
fundamentals of all instruments together, ten times a second, by a Gaussian walk with a given correlation, the
regime's drift and its jumps; trades move both parts by their surprise (execution.market.reference). A derived
instrument's fundamental is its fair value, a function of time and of its driver's reference read from a
table.
"""

from __future__ import annotations

import math

from execution.market import reference
from execution.market.compiled import inner
from execution.market.layout import Record
from execution.market.regime import NEWS_NS
from execution.market.world import cholesky_row, fair_values, instruments_of, news_stream, table_axis
from execution.random_stream import normal


@inner
def move_fundamentals(world: Record, clock: Record, jump: float) -> None:
    """One step of news for every primary instrument; jump: daily volatilities on top of it.

    Each instrument draws from its own stream, so that another one more leaves its path as it is.
    """
    seconds, instruments = 1e-9 * NEWS_NS, instruments_of(world)
    for i in range(len(instruments)):
        own = instruments[i]
        own["shock"] = normal(news_stream(world, i))
        mixed, weights = 0.0, cholesky_row(world, i)
        for j in range(i + 1):
            mixed += weights[j] * instruments[j]["shock"]
        if own["driver"] < 0:
            move = own["volatility"] * clock["volatility"] * math.sqrt(seconds) * mixed
            scale = own["news_exposure"] * own["daily_volatility"]
            told = scale * (clock["drift"] * seconds + jump)
            own["drift_ticks"] += scale * clock["drift"] * seconds
            own["news_ticks"] += move + told
            own["fundamental_ticks"] += move + told
        reference.fade(own)


@inner
def value_instruments(world: Record, seconds: float) -> None:
    """Set every reference price; `seconds` since the start is the time axis of fair values."""
    instruments = instruments_of(world)
    for i in range(len(instruments)):
        own = instruments[i]
        if own["driver"] >= 0:
            driver = instruments[own["driver"]]["reference_ticks"]
            fair, own["delta"] = fair_value(world, own["table"], seconds, driver)
            own["news_ticks"] += fair - own["fundamental_ticks"]
            own["fundamental_ticks"] = fair
        own["reference_ticks"] = own["fundamental_ticks"] + own["transient_ticks"]


@inner
def feel_trade(instrument: Record, surprise: float) -> None:
    """Move the reference by a trade: surprise in lots, positive where it buys more than was expected."""
    reference.feel_trade(instrument, surprise)
    instrument["reference_ticks"] = instrument["fundamental_ticks"] + instrument["transient_ticks"]


@inner
def fair_value(world: Record, table: int, seconds: float, price: float) -> tuple[float, float]:
    """Fair value [ticks] and delta, bilinear in time and in the driver's price, flat beyond its times.

    Beyond its prices the value goes on along the table's last slope.
    """
    axis = table_axis(world, table)
    first_second, step_seconds, first_price, step_price = axis[0], axis[1], axis[2], axis[3]
    times, prices = world["times"], world["prices"]
    row = min(max((seconds - first_second) / step_seconds, 0.0), times - 1.0)
    early = min(int(row), times - 2)
    late_weight = row - early
    column = (price - first_price) / step_price
    low = min(max(math.floor(column), 0), prices - 2)
    up = column - low
    now = fair_values(world, table, early)
    then = fair_values(world, table, early + 1)
    at_low = now[low] + late_weight * (then[low] - now[low])
    at_high = now[low + 1] + late_weight * (then[low + 1] - now[low + 1])
    return at_low + up * (at_high - at_low), (at_high - at_low) / step_price
