"""What recorded fills show of one's own trading becomes what agents are trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from execution.errors import RecordingError, RecordingProblem
from execution.tca.fill_reader import find_fills, read_fills
from execution.tca.recorded_orders import RecordedOrders

FloatArray = npt.NDArray[np.float64]

_TAIL = 0.05
_FEWEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingDistribution:
    """Parent orders and markets to train on: from the 5% to the 95% quantile of what was recorded.

    participation: own quantity over the market's volume, in (0, 1]. horizon_seconds: of the orders.
    volatility: per sqrt(year). cost_bps: shortfall before fees, lower quartile, median and upper quartile, to
    see whether the training market is as dear as the recorded one. buys: share of the orders. regimes: share
    of the quantity by name, of where one is recorded; empty where none is. orders: behind all this.
    """

    participation: tuple[float, float]
    horizon_seconds: tuple[float, float]
    volatility: tuple[float, float]
    cost_bps: tuple[float, float, float]
    buys: float
    regimes: Mapping[str, float]
    orders: int


def retrain_from(runs: Path, *, symbol: str | None = None) -> TrainingDistribution:
    """The training distribution of the recorded fills at a place, a file or a folder of runs.

    symbol: of the instrument; by default all, since participation and bps have no instrument's unit. Raises
    RecordingError where there is nothing, where the fills cannot be read, or where fewer than twenty orders
    have what is needed.
    """
    orders = read_fills(*find_fills(runs))
    own = orders if symbol is None else orders.chosen(orders.symbol == symbol)
    known = own.chosen(own.usable())
    if len(known) < _FEWEST:
        named = "" if symbol is None else f" in {symbol}"
        expected = f"at least {_FEWEST} orders{named} with volatility and market volume, to train on"
        raise RecordingError(RecordingProblem(file=str(runs), value=str(len(known)), expected=expected))
    return training_distribution(known)


def training_distribution(orders: RecordedOrders) -> TrainingDistribution:
    """What orders show of which all is known; ValueError where it is not, or where there are none."""
    if not len(orders) or not orders.usable().all():
        raise ValueError("a training distribution needs orders with participation, volatility and cost")
    low, middle, high = np.quantile(orders.cost_bps, [0.25, 0.5, 0.75]).tolist()
    return TrainingDistribution(
        participation=_range(orders.participation, most=1.0),
        horizon_seconds=_range(orders.horizon_ns / 1e9),
        volatility=_range(orders.volatility),
        cost_bps=(low, middle, high),
        buys=float(np.mean(orders.side > 0)),
        regimes=_weights(orders),
        orders=len(orders),
    )


def _range(values: FloatArray, *, most: float = np.inf) -> tuple[float, float]:
    low, high = np.quantile(values, [_TAIL, 1.0 - _TAIL]).tolist()
    return low, min(high, most)


def _weights(orders: RecordedOrders) -> dict[str, float]:
    """Of the wanted quantity, since an order that moves the market matters more than one that does not."""
    named = orders.regime != ""
    names, place = np.unique(orders.regime[named], return_inverse=True)
    weight = np.bincount(place, weights=orders.order_quantity[named], minlength=len(names))
    return {
        str(name): float(share) for name, share in zip(names, weight / max(weight.sum(), 1.0), strict=True)
    }
