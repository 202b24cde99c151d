"""What the universal network is taught: states of solved problems, optimal bands, and what an error costs."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from numba import njit

from hedger.network.ladder import FEATURES, REFERENCES, observe
from hedger.optimum.grid import Resolution
from hedger.optimum.problem import FloatArray, HedgingProblem, IntArray
from hedger.optimum.sensitivity import solve_with_weights

_RESOLUTION = Resolution(nodes_per_deviation=2.0, holdings=81, piece_nodes=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """States of solved problems, one problem after the other.

    features: shape (state, FEATURES). reference (state, REFERENCES) and bands (state, 4): of y = aversion x
    spot x holding. weights: shape (state, 4): a problem's gap to the optimum in basis points of its spot is
    the sum, over its states, of weights x error of y squared. reference_gap: shape (state,), that of the
    reference. cost, step, spot: shape (state,). open: shape (state, 4), 1 where the optimal edge lies beyond
    the holdings of the recursion, so that only an edge inside of them is wrong.
    """

    features: npt.NDArray[np.float32]
    reference: npt.NDArray[np.float32]
    bands: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    reference_gap: npt.NDArray[np.float32]
    cost: npt.NDArray[np.float32]
    step: npt.NDArray[np.float32]
    spot: npt.NDArray[np.float32]
    open: npt.NDArray[np.float32]


def problem_labels(problem: HedgingProblem, states: int, rng: np.random.Generator) -> Labels:
    """Solve the problem and draw states of it by what an error in them costs."""
    weighed = solve_with_weights(problem, _RESOLUTION)
    optimum = weighed.optimum
    chosen, share = _draw(weighed.weights.sum(axis=2).ravel(), states, rng)
    step, node = np.unravel_index(chosen, weighed.weights.shape[:2])
    spot = np.exp(optimum.grid.log_spot[node]) * problem.spot
    features, reference = features_at(problem, step, spot)
    scale = problem.risk_aversion * spot[:, None]
    bands = optimum.bands[step, node] * scale
    weights = 0.5e4 * weighed.weights[step, node] / scale**2 / (share[:, None] * states)
    error = reference[:, :1] + reference[:, 1:2] * np.array([[-1.0, -1.0, 1.0, 1.0]])
    error += reference[:, 2:3] * np.array([[-1.0, 0.0, 0.0, 1.0]]) - bands
    beyond = _at_the_end(optimum.bands[step, node], optimum.grid.holding) > 0.0
    outward = np.sign(error) == np.array([[-1.0, -1.0, 1.0, 1.0]])
    gap = float((weights * np.where(beyond & outward, 0.0, error) ** 2).sum())
    columns = (
        features,
        reference,
        bands,
        weights,
        np.full(len(step), gap),
        np.full(len(step), problem.proportional_cost),
        step,
        spot,
        _at_the_end(optimum.bands[step, node], optimum.grid.holding),
    )
    return Labels(**{f.name: c.astype(np.float32) for f, c in zip(fields(Labels), columns, strict=True)})


def _at_the_end(bands: FloatArray, holding: FloatArray) -> FloatArray:
    """1 for a lower edge at the least holding of the grid or an upper edge at the largest, else 0."""
    width = holding[1] - holding[0]
    low, high = bands[:, :2] < holding[0] + 0.5 * width, bands[:, 2:] > holding[-1] - 0.5 * width
    return np.concatenate([low, high], axis=1).astype(np.float64)


def _draw(weight: FloatArray, states: int, rng: np.random.Generator) -> tuple[IntArray, FloatArray]:
    """States drawn by weight, some by its root so that cheap ones are seen too; and their probabilities."""
    root = np.sqrt(weight)
    share = 0.6 * weight / weight.sum() + 0.4 * root / root.sum()
    chosen = rng.choice(len(weight), size=states, p=share)
    return chosen, share[chosen]


def features_at(problem: HedgingProblem, step: IntArray, spot: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Features (state, FEATURES) and reference (state, REFERENCES) of a book at dates and spots (state,)."""
    features, reference = np.empty((len(step), FEATURES)), np.empty((len(step), REFERENCES))
    _observe_all(
        problem.strike,
        problem.units,
        problem.is_call,
        problem.expiry_step.astype(np.float64),
        np.ascontiguousarray(step, dtype=np.float64),
        np.ascontiguousarray(spot, dtype=np.float64),
        problem.step_variance,
        problem.proportional_cost,
        problem.fixed_cost,
        problem.risk_aversion,
        features,
        reference,
    )
    return features, reference


@njit(cache=True)
def _observe_all(  # type: ignore[no-untyped-def]
    strike, units, is_call, expiry, step, spot, step_variance, cost, fixed, aversion, features, reference
):
    lines = len(strike)
    moneyness, variance, dates = np.empty(lines), np.empty(lines), np.empty(lines)
    scaled, calls = np.empty(lines), np.empty(lines, np.bool_)
    for state in range(len(step)):
        alive = 0
        for line in range(lines):
            left = expiry[line] - step[state]
            if left > 0.0:
                moneyness[alive] = np.log(strike[line] / spot[state])
                variance[alive] = step_variance * left
                dates[alive] = left
                scaled[alive] = aversion * spot[state] * units[line]
                calls[alive] = is_call[line]
                alive += 1
        observe(
            moneyness[:alive],
            variance[:alive],
            dates[:alive],
            scaled[:alive],
            calls[:alive],
            step_variance,
            cost,
            aversion * fixed,
            features[state],
            reference[state],
        )
