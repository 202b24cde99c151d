"""A quasi-Newton search in a box, for smooth functions of a few coordinates that come with their gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Function = Callable[[FloatArray], tuple[float, FloatArray]]
Curvature = Callable[[FloatArray], FloatArray]

_GAIN = 1e-9  # expected of the next step; the likelihood's own rounding is 1e-12 of thousands
_AGREED_GAIN = 1e-8  # by a model that owes nothing to the steps before
_GAIN_AT_A_KINK = 1e-2  # expected, where steps win no more: EGARCH's |z| has kinks in the mean
_PATIENCE = 10  # steps that win less than _AGREED_GAIN together
_STEPS = 200
_HALVINGS = 30
_ARMIJO = 1e-4
_DAMPING = 0.2
_LEAST = 1e-12
_DIFFERENCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """Where the search ended; `converged` when nothing is left to gain. curvature: the Hessian by BFGS."""

    point: FloatArray
    value: float
    curvature: FloatArray
    converged: bool


def minimise(
    function: Function,
    start: FloatArray,
    *,
    curvature_at: Curvature,
    lowest: FloatArray,
    highest: FloatArray,
    curvature: FloatArray | None = None,
) -> Minimum:
    """Minimise from `start` within the box.

    curvature_at: a positive definite stand-in for the Hessian, shape (n, n), taken at the start unless
    `curvature` is given. Each step minimises the quadratic model in the box, is halved until the value falls,
    and corrects the model by damped BFGS (Nocedal and Wright 2006, procedure 18.2). When the model expects a
    gain below 1e-9 the Hessian takes its place, and the search ends if that expects less than 1e-8, or if no
    step wins any more where less than 0.01 is expected: at a kink.
    """
    point = np.clip(start, lowest, highest)
    value, gradient = function(point)
    fresh = False
    model = curvature_at(point) if curvature is None else curvature
    values = [value]
    while len(values) <= _STEPS:
        step = box_step(point, gradient, model, lowest, highest)
        gain = -float(gradient @ step)
        trial = None
        stuck = len(values) > _PATIENCE and values[-_PATIENCE] - value < _AGREED_GAIN
        if gain >= _GAIN and not stuck:
            trial = _search_along(function, point, value, step, gain, lowest, highest)
        if trial is not None:
            model, fresh = _corrected(model, trial[0] - point, trial[2] - gradient), False
            point, value, gradient = trial
            values.append(value)
            continue
        other = hessian(function, point, gradient, highest)
        remaining = gain if fresh else -float(gradient @ box_step(point, gradient, other, lowest, highest))
        if fresh or stuck or remaining < _AGREED_GAIN:
            converged = remaining < _GAIN_AT_A_KINK and bool(np.isfinite(value))
            return Minimum(point=point, value=value, curvature=model, converged=converged)
        model, fresh = other, True
    return Minimum(point=point, value=value, curvature=model, converged=False)


def _search_along(
    function: Function,
    point: FloatArray,
    value: float,
    step: FloatArray,
    gain: float,
    lowest: FloatArray,
    highest: FloatArray,
) -> tuple[FloatArray, float, FloatArray] | None:
    """The first of ever shorter steps that lowers the value enough, with its value and gradient."""
    length = 1.0
    for _ in range(_HALVINGS):
        trial = np.clip(point + length * step, lowest, highest)
        found, gradient = function(trial)
        if found <= value - _ARMIJO * length * gain:
            return trial, found, gradient
        length *= 0.5 if np.isfinite(found) else 0.1
    return None


def box_step(
    point: FloatArray, gradient: FloatArray, curvature: FloatArray, lowest: FloatArray, highest: FloatArray
) -> FloatArray:
    """Step to the minimum of the quadratic model in the box; always a descent.

    Coordinates that would leave the box are fixed at its side and the others solved again (Bertsekas 1982).
    Where that is no descent each coordinate takes the step of its own curvature.
    """
    down, up = lowest - point, highest - point
    free = ~(((down >= 0.0) & (gradient >= 0.0)) | ((up <= 0.0) & (gradient <= 0.0)))
    step = np.zeros_like(point)
    while free.any():
        at = np.flatnonzero(free)
        rows = curvature[at]
        step[at] = 0.0
        try:
            step[at] = -np.linalg.solve(rows[:, at], gradient[at] + rows @ step)
        except np.linalg.LinAlgError:
            break
        outside = free & ((step < down) | (step > up))
        if not outside.any():
            break
        step = np.where(outside, np.clip(step, down, up), step)
        free &= ~outside
    if gradient @ step < 0.0:
        return step
    plain: FloatArray = np.clip(-gradient / np.maximum(np.diag(curvature), _LEAST), down, up)
    return plain


def hessian(function: Function, point: FloatArray, gradient: FloatArray, highest: FloatArray) -> FloatArray:
    """Hessian by differences of gradients towards the inside of the box, bent upwards where it is not.

    Eigenvalues are taken absolute (saddle-free Newton), and no smaller than 1e-10 of the largest.
    """
    rows = np.empty((len(point), len(point)))
    for at in range(len(point)):
        width = _DIFFERENCE * max(1.0, abs(point[at]))
        moved = point.copy()
        moved[at] += width if point[at] + width <= highest[at] else -width
        rows[at] = (function(moved)[1] - gradient) / (moved[at] - point[at])
    if not np.all(np.isfinite(rows)):
        return np.eye(len(point))
    values, vectors = np.linalg.eigh(0.5 * (rows + rows.T))
    sizes = np.abs(values)
    upward: FloatArray = (vectors * np.maximum(sizes, max(1e-10 * sizes.max(), _LEAST))) @ vectors.T
    return upward


def _corrected(curvature: FloatArray, step: FloatArray, change: FloatArray) -> FloatArray:
    """Damped BFGS: stays positive definite whatever the change of the gradient was."""
    expected = curvature @ step
    along = float(step @ expected)
    if along <= 0.0:
        return curvature
    met = float(step @ change)
    if met < _DAMPING * along:
        weight = (1.0 - _DAMPING) * along / (along - met)
        change = weight * change + (1.0 - weight) * expected
        met = float(step @ change)
    corrected: FloatArray = (
        curvature + change[:, None] * (change / met) - expected[:, None] * (expected / along)
    )
    return corrected
