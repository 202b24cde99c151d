"""A quasi-Newton search in a box, for smooth functions of a few coordinates that come with their gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Function = Callable[[FloatArray], tuple[float, FloatArray]]

_DECREMENT = 1e-9  # expected gain of the next step; the likelihood's own rounding is 1e-12 of thousands
_STEPS = 200
_HALVINGS = 30
_ARMIJO = 1e-4
_DAMPING = 0.2
_RIDGE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """Where the search ended; `converged` when nothing is left to gain. curvature: the Hessian by BFGS."""

    point: FloatArray
    value: float
    gradient: FloatArray
    curvature: FloatArray
    evaluations: int
    converged: bool


def minimise(
    function: Function, start: FloatArray, *, curvature: FloatArray, lowest: FloatArray, highest: FloatArray
) -> Minimum:
    """Minimise from `start` within the box, `curvature` a positive first guess of the Hessian, shape (n, n).

    Each step minimises the quadratic model in the box by fixing the coordinates that would leave it
    (Bertsekas 1982), is halved until the value falls, and corrects the model by damped BFGS (Nocedal and
    Wright 2006, procedure 18.2). It ends when the model expects a gain below 1e-9.
    """
    point = np.clip(start, lowest, highest)
    value, gradient = function(point)
    evaluations = 1
    for _ in range(_STEPS):
        step = box_step(point, gradient, curvature, lowest, highest)
        gain = -float(gradient @ step)
        if gain < _DECREMENT:
            return Minimum(
                point=point,
                value=value,
                gradient=gradient,
                curvature=curvature,
                evaluations=evaluations,
                converged=bool(np.isfinite(value)),
            )
        length = 1.0
        for _ in range(_HALVINGS):
            trial = np.clip(point + length * step, lowest, highest)
            trial_value, trial_gradient = function(trial)
            evaluations += 1
            if trial_value <= value - _ARMIJO * length * gain:
                break
            length *= 0.5 if np.isfinite(trial_value) else 0.1
        else:
            break
        curvature = _corrected(curvature, trial - point, trial_gradient - gradient)
        point, value, gradient = trial, trial_value, trial_gradient
    return Minimum(
        point=point,
        value=value,
        gradient=gradient,
        curvature=curvature,
        evaluations=evaluations,
        converged=False,
    )


def box_step(
    point: FloatArray, gradient: FloatArray, curvature: FloatArray, lowest: FloatArray, highest: FloatArray
) -> FloatArray:
    """Step to the minimum of the quadratic model in the box."""
    down, up = lowest - point, highest - point
    step = np.zeros_like(point)
    free = ~(((down >= 0.0) & (gradient >= 0.0)) | ((up <= 0.0) & (gradient <= 0.0)))
    while free.any():
        at = np.flatnonzero(free)
        pull = gradient[at] + curvature[at] @ np.where(free, 0.0, step)
        step[at] = -np.linalg.solve(curvature[np.ix_(at, at)], pull)
        outside = free & ((step < down) | (step > up))
        if not outside.any():
            break
        step = np.where(outside, np.clip(step, down, up), step)
        free &= ~outside
    return step


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
    return curvature + np.outer(change, change) / met - np.outer(expected, expected) / along
