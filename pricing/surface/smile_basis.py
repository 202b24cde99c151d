"""Cubic B-splines over standardised log-moneyness: twice differentiable smiles with straight wings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

KNOT_STEP, KNOT_STRETCH = 0.25, 0.2
"""Knots are z = u / (1 - stretch |u|) at multiples u of the step: dense at the money, found by a division."""

KNOTS_PER_SIDE = 17


def stretched_knots(step: float, stretch: float, per_side: int) -> FloatArray:
    """Increasing knots z = u / (1 - stretch |u|) for u = -step per_side ... step per_side."""
    even = step * np.arange(-per_side, per_side + 1)
    return np.asarray(even / (1 - stretch * np.abs(even)), dtype=np.float64)


KNOTS: FloatArray = stretched_knots(KNOT_STEP, KNOT_STRETCH, KNOTS_PER_SIDE)
"""Knots in standard deviations z of the forward, out to 28 on each side; the smile is straight beyond."""

_END = KNOTS[-1] - KNOTS[-2]
_OUTSIDE = _END * np.arange(1, 4)
_EXTENDED: FloatArray = np.concatenate((KNOTS[0] - _OUTSIDE[::-1], KNOTS, KNOTS[-1] + _OUTSIDE))

CENTRES: FloatArray = (_EXTENDED[1:-3] + _EXTENDED[2:-2] + _EXTENDED[3:-1]) / 3
"""Greville abscissae: the coefficients of a straight line are its values here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplineRows:
    """At each point the four splines that are not zero: position of the first, value, slope and curvature.

    first has shape (point,), the others (point, 4); derivatives by z.
    """

    first: IntArray
    value: FloatArray
    slope: FloatArray
    curvature: FloatArray

    @property
    def columns(self) -> IntArray:
        """Positions of the four coefficients, (point, 4)."""
        return np.asarray(self.first[:, None] + np.arange(4))

    def derivatives(self, coefficients: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Value, slope and curvature of the spline with these coefficients, at each point."""
        near = coefficients[self.columns]
        value, slope, curvature = (
            np.einsum("ij,ij->i", near, weights) for weights in (self.value, self.slope, self.curvature)
        )
        return value, slope, curvature

    def values(self, coefficients: FloatArray) -> FloatArray:
        """Value of the spline with these coefficients at each point."""
        return np.asarray(np.einsum("ij,ij->i", coefficients[self.columns], self.value))

    def dense(self, weights: FloatArray) -> FloatArray:
        """`weights` (point, 4) as a matrix of points by coefficients."""
        matrix = np.zeros((len(self.first), len(CENTRES)))
        matrix[np.arange(len(self.first))[:, None], self.columns] = weights
        return matrix


def spline_rows(z: FloatArray) -> SplineRows:
    """The basis at points `z` (one axis); straight continuation beyond the last knots.

    The recursion of Cox and de Boor written out for degree three (de Boor 1978, chapter X).
    """
    inside = np.clip(z, KNOTS[0], KNOTS[-1])
    first = np.clip(np.searchsorted(KNOTS, inside, side="right") - 1, 0, len(KNOTS) - 2)
    # t[d] is the knot d steps from the one at or before the point.
    t = {step: _EXTENDED[first + 3 + step] for step in range(-2, 4)}
    up = (inside - t[0]) / (t[1] - t[0])
    linear = (1 - up, up)
    quadratic = _raised(linear, inside, t, 2)
    cubic = _raised(quadratic, inside, t, 3)
    slope = np.stack(_differentiated(quadratic, t, 3), axis=-1)
    bend = np.stack(_differentiated(_differentiated(linear, t, 2), t, 3), axis=-1)
    beyond = (z - inside)[:, None]
    return SplineRows(
        first=first,
        value=np.stack(cubic, axis=-1) + beyond * slope,
        slope=slope,
        curvature=np.where(beyond == 0, bend, 0.0),
    )


def _raised(
    lower: tuple[FloatArray, ...], x: FloatArray, t: dict[int, FloatArray], degree: int
) -> tuple[FloatArray, ...]:
    """The splines of `degree` from those of one less."""
    raised = [np.zeros_like(x) for _ in range(degree + 1)]
    for i, spline in enumerate(lower):
        left, right = t[i + 1 - degree], t[i + 1]
        share = (x - left) / (right - left)
        raised[i] = raised[i] + (1 - share) * spline
        raised[i + 1] = share * spline
    return tuple(raised)


def _differentiated(
    lower: tuple[FloatArray, ...], t: dict[int, FloatArray], degree: int
) -> tuple[FloatArray, ...]:
    """Weights of splines of `degree` whose derivative is the splines of one less with weights `lower`."""
    weights = [np.zeros_like(lower[0]) for _ in range(degree + 1)]
    for i, spline in enumerate(lower):
        rate = degree * spline / (t[i + 1] - t[i + 1 - degree])
        weights[i] = weights[i] - rate
        weights[i + 1] = rate
    return tuple(weights)
