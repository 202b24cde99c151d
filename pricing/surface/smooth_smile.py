"""One expiry of the smooth surface: the smoothest smile between bid and ask that nobody can arbitrage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.surface.arbitrage import durrleman
from pricing.surface.convex_program import Rows, at_least, minimise, rows, stacked
from pricing.surface.smile import Smile
from pricing.surface.smile_basis import CENTRES, KNOTS, spline_rows

FloatArray = npt.NDArray[np.float64]

# Weights of the objective, chosen on held-out quotes of 2018 (benchmarks/surface_fit.py --stiffness): half a
# squared distance to mid in half spreads counts one, each half spread outside of bid-ask ten.
_BEND, _TURN = 0.03, 0.3
_SHAPE_PULL = 1e-6
_OUTSIDE_PRICE = 10.0
_BUTTERFLY_PRICE = 1e5
_INSIDE_SHARE = 0.95  # of the half spread: room for the solver's tolerance
# The half spread in which a locked quote is counted, of its mid; and of the level, for one far below it.
_NARROWEST_UNIT, _LEAST_UNIT = 5e-3, 1e-3

_STEEPEST_WING = 1.9  # Lee's bound is 2
_STEEPEST_DEVIATIONS = 10.0  # slope of total variance over its root at the money; an index's is about 2
_LOWEST_SHARE = 0.7  # of the lowest mid: how far down a wing without quotes may go
_CALENDAR_MARGIN, _CALENDAR_WING_MARGIN, _WING_STARTS = 3e-4, 2e-3, 3.0
_PROGRAMMES = 12
_LEVEL_STEPS = 20
_SETTLED, _MATTERS = 0.01, 0.05
_NEAR = 20.0  # standard deviations within which a smile must settle

_POINTS_PER_KNOT = 4
_POINTS: FloatArray = np.interp(
    np.arange((len(KNOTS) - 1) * _POINTS_PER_KNOT + 1) / _POINTS_PER_KNOT, np.arange(len(KNOTS)), KNOTS
)
_FAR: FloatArray = KNOTS[-1] * np.geomspace(1.2, 60.0, 8)
_CALENDAR_POINTS: FloatArray = np.concatenate((-_FAR[::-1], _POINTS, _FAR))
_DENSITY_SPLINES, _CALENDAR_SPLINES = spline_rows(_POINTS), spline_rows(_CALENDAR_POINTS)
_KNOT_ROWS, _END_ROWS = spline_rows(KNOTS), spline_rows(KNOTS[[0, -1]])


def _roughness() -> FloatArray:
    """Integrals of the curvature squared, times 1 + z^2, and of the third derivative squared."""
    curvature = _KNOT_ROWS.dense(_KNOT_ROWS.curvature)
    turns = np.diff(curvature, axis=0) / np.sqrt(np.diff(KNOTS))[:, None]
    weight = np.gradient(KNOTS) * (1 + KNOTS**2)
    return np.asarray(_BEND * curvature.T @ (curvature * weight[:, None]) + _TURN * turns.T @ turns)


_ROUGHNESS = _roughness() + _SHAPE_PULL * np.eye(len(CENTRES))


@dataclass(frozen=True, slots=True, kw_only=True)
class SplineSmile:
    """w(k) = level x spline(k / sqrt(level)), the spline by its coefficients in `smile_basis`."""

    level: float
    coefficients: FloatArray

    def total_variance(self, log_moneyness: FloatArray) -> FloatArray:
        """Total variance at log-moneyness (one axis)."""
        spline = spline_rows(log_moneyness / np.sqrt(self.level))
        return np.asarray(self.level * spline.values(self.coefficients), dtype=np.float64)

    def wing_slopes(self) -> FloatArray:
        """Slope of total variance by log-moneyness, outward, far to the left and to the right."""
        slope = _END_ROWS.derivatives(self.coefficients)[1]
        return np.asarray(np.array([-1.0, 1.0]) * slope * np.sqrt(self.level), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """How far from arbitrage a smile stays, and how stiff it is.

    butterfly: least Durrleman function. calendar: factor on the distance to the shorter expiry. stiffness:
    factor on the weight of roughness.
    """

    butterfly: float = 0.01
    calendar: float = 1.0
    stiffness: float = 1.0


def fit_spline_smile(
    smile: Smile, shape: FloatArray, shorter: SplineSmile | None, margins: Margins
) -> SplineSmile:
    """Fit one expiry above the `shorter` one, as smooth as the quotes allow.

    shape: coefficients that it departs from only as far as the quotes ask, usually the shorter expiry's.
    Total variance is linear in the coefficients, so quotes and calendar are linear rows; Durrleman's
    condition is linearised about the last smile, from `shape` on, until it holds and the smile settles.
    Quotes that contradict each other or the shorter expiry are missed by the least sum of half spreads.
    Raises ProgramError when the solver fails.
    """
    programme = _programme(smile, shape, shorter, margins)
    about = shape
    for _ in range(_PROGRAMMES):
        coefficients, missed = programme.solved(about, margins.butterfly)
        holds = _density(coefficients, programme.level).min() > margins.butterfly / 2
        if holds and (missed < _MATTERS or _moved(about, coefficients) < _SETTLED):
            break
        # Half way back from a smile without density: linearised there, the rows would exclude too much.
        about = coefficients if holds else (about + coefficients) / 2
    return SplineSmile(level=programme.level, coefficients=coefficients)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Programme:
    """What does not change between linearisations; variables: coefficients, a slack per quote, one more."""

    level: float
    quadratic: FloatArray
    linear: FloatArray
    straight_ends: Rows
    fixed: Rows

    def solved(self, about: FloatArray, margin: float) -> tuple[FloatArray, float]:
        """Coefficients, and the half spreads by which quotes are missed together."""
        last = np.full(len(_POINTS), len(self.linear) - 1)
        density = _density_rows(about, self.level, margin).less(last)
        found = minimise(self.quadratic, self.linear, self.straight_ends, stacked([self.fixed, density]))
        return found[: len(CENTRES)], float(found[len(CENTRES) : -1].sum())


def _programme(smile: Smile, shape: FloatArray, shorter: SplineSmile | None, margins: Margins) -> _Programme:
    level, size = _level(smile, shape, shorter), len(CENTRES)
    roughness = margins.stiffness * _ROUGHNESS
    spline = spline_rows(smile.log_moneyness / np.sqrt(level))
    least = np.maximum(_NARROWEST_UNIT * smile.middle, _LEAST_UNIT * level)
    unit = np.maximum((smile.upper - smile.lower) / 2, least)
    middle, weights = smile.middle / unit, spline.value * (level / unit)[:, None]
    room = _INSIDE_SHARE * (smile.upper - smile.lower) / 2 / unit
    quotes = spline.dense(weights)
    slack = size + np.arange(len(middle))
    parts = [
        rows(spline.columns, weights, middle + room).less(slack),
        rows(spline.columns, -weights, room - middle).less(slack),
        at_least(np.append(slack, size + len(middle)), np.zeros(len(middle) + 1)),
        at_least(np.arange(size), np.full(size, _LOWEST_SHARE * min(1.0, smile.middle.min() / level))),
        *_wing_rows(level, shorter),
        *_calendar_rows(level, shorter, margins.calendar),
    ]
    return _Programme(
        level=level,
        quadratic=roughness + quotes.T @ quotes,
        linear=np.concatenate(
            (
                -roughness @ shape - quotes.T @ middle,
                np.full(len(middle), _OUTSIDE_PRICE),
                [_BUTTERFLY_PRICE],
            )
        ),
        straight_ends=rows(_END_ROWS.columns, _END_ROWS.curvature, np.zeros(2)),
        fixed=stacked(parts),
    )


def _level(smile: Smile, shape: FloatArray, shorter: SplineSmile | None) -> float:
    """Total variance at the forward as far as known: never below the shorter expiry's.

    Where all quotes lie on one side of the forward, the one next to it is carried there along `shape`.
    """
    level = smile.atm_total_variance
    nearest = np.array([np.abs(smile.log_moneyness).argmin()])
    if smile.log_moneyness[0] * smile.log_moneyness[-1] > 0:
        for _ in range(_LEVEL_STEPS):
            ratio = spline_rows(smile.log_moneyness[nearest] / np.sqrt(level)).values(shape)[0]
            level = float(np.sqrt(level * smile.middle[nearest][0] / ratio))
    floor = 0.0 if shorter is None else float(shorter.total_variance(np.zeros(1))[0])
    return max(level, floor)


def _wing_rows(level: float, shorter: SplineSmile | None) -> tuple[Rows, Rows]:
    """Outward slopes, from the shorter expiry's to Lee's bound or a multiple of the level."""
    least = np.zeros(2) if shorter is None else shorter.wing_slopes()
    steepest = min(_STEEPEST_WING, _STEEPEST_DEVIATIONS * np.sqrt(level))
    outward = np.array([[-1.0], [1.0]]) * _END_ROWS.slope * np.sqrt(level)
    return (
        rows(_END_ROWS.columns, -outward, -least),
        rows(_END_ROWS.columns, outward, np.maximum(steepest, least)),
    )


def _calendar_rows(level: float, shorter: SplineSmile | None, factor: float) -> tuple[Rows, ...]:
    """Above the shorter expiry wherever it could cross, by more where points and quotes are sparse."""
    if shorter is None:
        return ()
    wing = np.minimum(1.0, (_CALENDAR_POINTS / _WING_STARTS) ** 2)
    margin = 1 + factor * (_CALENDAR_MARGIN + _CALENDAR_WING_MARGIN * wing)
    least = margin * shorter.total_variance(_CALENDAR_POINTS * np.sqrt(level)) / level
    # Rows of one size, for the solver's sake.
    size = (1 + np.abs(_CALENDAR_POINTS))[:, None]
    return (rows(_CALENDAR_SPLINES.columns, -_CALENDAR_SPLINES.value / size, -least / size[:, 0]),)


def _density_rows(about: FloatArray, level: float, margin: float) -> Rows:
    """Durrleman's g of at least `margin`, linearised about a spline with coefficients `about`."""
    value, slope, curvature = _DENSITY_SPLINES.derivatives(about)
    density = durrleman(_POINTS, value, slope, curvature, level)
    kept = 1 - _POINTS * slope / (2 * value)
    by_value = kept * _POINTS * slope / value**2 + slope**2 / (4 * value**2)
    by_slope = -kept * _POINTS / value - slope / 2 * (1 / value + level / 4)
    gradient = (
        by_value[:, None] * _DENSITY_SPLINES.value
        + by_slope[:, None] * _DENSITY_SPLINES.slope
        + 0.5 * _DENSITY_SPLINES.curvature
    )
    here = by_value * value + by_slope * slope + 0.5 * curvature
    return rows(_DENSITY_SPLINES.columns, -gradient, density - margin - here)


def _density(coefficients: FloatArray, level: float) -> FloatArray:
    return durrleman(_POINTS, *_DENSITY_SPLINES.derivatives(coefficients), level)


def _moved(before: FloatArray, after: FloatArray) -> float:
    """Largest relative change of total variance where quotes may be."""
    near = np.abs(_POINTS) < _NEAR
    ratio = _DENSITY_SPLINES.values(after)[near] / _DENSITY_SPLINES.values(before)[near]
    return float(np.max(np.abs(ratio - 1)))
