"""Histories for the tests of volatility models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pricing.history import FloatArray, PriceHistory


def first_days(history: PriceHistory, days: int) -> PriceHistory:
    """The first `days` of a history."""

    def cut(column: FloatArray | None) -> FloatArray | None:
        return None if column is None else column[:days]

    return replace(
        history,
        dates=history.dates[:days],
        close=history.close[:days],
        open=cut(history.open),
        high=cut(history.high),
        low=cut(history.low),
    )


def history_of(returns: FloatArray) -> PriceHistory:
    """Closes of these log returns, on weekdays."""
    close = 100.0 * np.exp(np.concatenate([[0.0], np.cumsum(returns)]))
    dates = np.busday_offset("1990-01-01", np.arange(len(close)), roll="forward")
    return PriceHistory(symbol="ACME", dates=dates, close=close, origin="acme.csv")
