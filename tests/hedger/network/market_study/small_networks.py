"""Networks and states small enough to reason about."""

from __future__ import annotations

import numpy as np

from hedger.network.correction import INPUTS, MarketCorrection
from hedger.network.inference import BandNetwork
from hedger.network.ladder import FEATURES
from hedger.network.market_study.book import Book
from hedger.network.market_study.states import HedgingTask, PathStates, path_states
from hedger.network.markets.paths import MarketPaths


def network(inputs: int, outputs: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)) -> BandNetwork:
    """Answers `outputs` whatever it sees."""
    size = 4
    none = np.zeros(inputs, dtype=np.float32)
    return BandNetwork(
        mean=none,
        deviation=none + 1.0,
        lowest=none - 10.0,
        highest=none + 10.0,
        first=np.zeros((inputs, size), dtype=np.float32),
        first_bias=np.zeros(size, dtype=np.float32),
        hidden=np.zeros((1, size, size), dtype=np.float32),
        hidden_bias=np.zeros((1, size), dtype=np.float32),
        last=np.zeros((size, 4), dtype=np.float32),
        last_bias=np.array(outputs, dtype=np.float32),
    )


CORE = network(FEATURES)


def correction(*outputs: float) -> MarketCorrection:
    """The same outputs in every state."""
    return MarketCorrection(network=network(INPUTS, outputs))


STRADDLE = Book(
    strike=np.array([1.0, 1.0, 0.95]),
    is_call=np.array([True, False, False]),
    units=np.array([-1.0, -1.0, 0.5]),
    expiry_step=np.array([8, 8, 5], dtype=np.int64),
)


def states_of(paths: MarketPaths, book: Book = STRADDLE, cost: float = 1e-3) -> PathStates:
    """A book hedged by the untrained core."""
    return path_states(HedgingTask(book=book, proportional_cost=cost, risk_aversion=50.0), paths, CORE)
