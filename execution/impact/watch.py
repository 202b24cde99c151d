"""Markets watched as they run: the window of features that a predictor looks at, for many markets at once."""

from __future__ import annotations

from typing import final

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.impact.features import FEATURES, SCALES, new_states, write_features
from execution.impact.order_flow_imbalance import level_flow
from execution.impact.samples import CONTEXT, LEVELS

FloatArray = npt.NDArray[np.float64]
SingleArray = npt.NDArray[np.float32]

WINDOW = 20


@final
class MarketWatch:
    """The last WINDOW steps of each of `count` markets, as features.

    window: (market, WINDOW, FEATURES), the latest step last; while less has been seen, the first step stands
    for those before it. scales: (market, 3): typical move in a step [ticks], touch [lots], lots traded in a
    step. Both are changed by `see`.
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError(f"count is {count}, expected at least 1")
        self.window: SingleArray = np.zeros((count, WINDOW, FEATURES), np.float32)
        self.scales: FloatArray = np.ones((count, len(SCALES)))
        self._states = new_states(count)
        self._depth = np.zeros((count, 2, LEVELS, 2), np.int64)
        self._seen = np.zeros(count, np.bool_)
        self._no_context = np.zeros((count, len(CONTEXT)))

    def see(
        self,
        depth: npt.NDArray[np.integer],
        bought: npt.ArrayLike,
        sold: npt.ArrayLike,
        context: FloatArray | None = None,
        *,
        markets: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Take the next step of every market, or of those of a mask, (market,).

        depth: (market, 2, level, 2) as of execution.agents.markets.Markets; levels beyond LEVELS are left
        out, missing ones are empty. bought, sold: (market,) lots that buyers and sellers took since the last
        step. context: (market, 3) as of MarketSamples. ValueError for other shapes, and for trades that are
        negative or not finite.
        """
        count = len(self.window)
        if depth.ndim != 4 or depth.shape[:2] != (count, 2) or depth.shape[3] != 2:
            raise ValueError(f"depth has shape {depth.shape}, expected ({count}, 2, level, 2)")
        known = np.zeros((count, 2, LEVELS, 2), np.int64)
        known[:, :, : depth.shape[2]] = depth[:, :, :LEVELS]
        known[known[..., 1] <= 0] = 0
        buyers, sellers = _lots(bought, count), _lots(sold, count)
        told = self._no_context if context is None else np.ascontiguousarray(context, np.float64)
        if told.shape != self._no_context.shape:
            raise ValueError(f"context has shape {told.shape}, expected {self._no_context.shape}")
        looked = np.arange(count) if markets is None else np.flatnonzero(markets)
        _see(
            looked,
            known,
            buyers,
            sellers,
            told,
            self._depth,
            self._seen,
            self._states,
            self.window,
            self.scales,
        )

    def forget(self, markets: npt.NDArray[np.bool_]) -> None:
        """Start the markets of a mask, (market,), afresh."""
        self._states[markets] = 0.0
        self._seen[markets] = False


def _lots(traded: npt.ArrayLike, count: int) -> FloatArray:
    lots = np.broadcast_to(np.asarray(traded, np.float64), (count,)).copy()
    if not np.all(np.isfinite(lots) & (lots >= 0.0)):
        raise ValueError("bought and sold must be finite lots, none below 0")
    return lots


@njit(cache=True)
def _see(  # type: ignore[no-untyped-def]
    looked, depth, bought, sold, context, before, seen, states, window, scales
):
    flow = np.zeros(LEVELS)
    for market in looked:
        flow[:] = 0.0
        if seen[market]:
            window[market, :-1] = window[market, 1:].copy()
            for level in range(LEVELS):
                for at in range(2):
                    was, now, side = before[market, at, level], depth[market, at, level], 1 - 2 * at
                    flow[level] += side * level_flow(side, was[0], was[1], now[0], now[1])
        write_features(
            depth[market],
            flow,
            bought[market],
            sold[market],
            context[market],
            states[market],
            window[market, -1],
            scales[market],
        )
        if not seen[market]:
            window[market, :-1] = window[market, -1]
            seen[market] = True
        before[market] = depth[market]
