"""What a dealer quotes: the markup that earns most by its learned win probability."""

from __future__ import annotations

import math

import numpy as np

from execution.rfq.win_model import FloatArray, WinForm, WinModel

_COARSE, _FINE = 25, 24
_GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)


def best_markups(model: WinModel, features: FloatArray, cost: FloatArray | float = 0.0) -> FloatArray:
    """The markup that maximises (d - cost) P(win | d) for each row of features, (row,).

    cost [half-spreads], (row,) or one: what dealing costs the dealer; below 0 where the trade reduces an
    unwanted inventory. In closed form where the model is plain; else the best of a grid over the markups
    that the model has seen, refined by golden sections, and nothing beyond them is quoted. ValueError where a
    higher markup did not win less often, so that no quote is best.
    """
    rows = np.asarray(features, dtype=np.float64)
    if model.form is WinForm.PLAIN:
        return model.curve(rows).best_markup(cost)
    low, high = model.markups
    grid = np.linspace(low, high, _COARSE)
    values = np.stack([_value(model, rows, cost, np.full(len(rows), markup)) for markup in grid], axis=1)
    at = values.argmax(axis=1)
    left, right = grid[np.maximum(at - 1, 0)], grid[np.minimum(at + 1, _COARSE - 1)]
    return _golden_section(model, rows, cost, left, right)


def _golden_section(
    model: WinModel, features: FloatArray, cost: FloatArray | float, left: FloatArray, right: FloatArray
) -> FloatArray:
    """The best markup of each row between two of which the value has one maximum."""
    for _ in range(_FINE):
        step = _GOLDEN * (right - left)
        inner, outer = right - step, left + step
        is_left = _value(model, features, cost, inner) > _value(model, features, cost, outer)
        left, right = np.where(is_left, left, inner), np.where(is_left, outer, right)
    return 0.5 * (left + right)


def _value(model: WinModel, features: FloatArray, cost: FloatArray | float, markup: FloatArray) -> FloatArray:
    return np.asarray((markup - cost) * model.win_probability(markup, features), dtype=np.float64)
