"""Numba kernel of the value of American puts: the European one and the premium, joined to the boundary."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pricing.american.compiled import inner
from pricing.american.lane_functions import exponential, normal_density, normal_tail
from pricing.american.layout import (
    BLOCK,
    BY_Q,
    BY_R,
    BY_W,
    DEVIATION,
    GAP,
    INVERSE,
    JUMP,
    LEVEL,
    LEVEL_Q,
    LEVEL_R,
    LEVEL_W,
    MONEYNESS,
    P_M,
    P_MM,
    P_Q,
    P_QM,
    P_R,
    P_RM,
    P_W,
    P_WM,
    P_WW,
    PLACE,
    RATE,
    SCALE,
    YIELD,
    P,
)
from pricing.american.premium import LEAST_GAP

FloatArray = npt.NDArray[np.float64]

_MOST_SCALE = 4.0


@inner
def above_boundary(work: FloatArray, boundary: FloatArray) -> None:
    """How far above the boundary an option is, in deviations, and where its derivatives are taken."""
    for i in range(BLOCK):
        gap = (work[MONEYNESS + i] - boundary[i]) * work[INVERSE + i]
        scale = gap if gap > LEAST_GAP else LEAST_GAP
        work[GAP + i] = gap
        work[PLACE + i] = boundary[i] + scale * work[DEVIATION + i]
        drift = (work[RATE + i] - work[YIELD + i]) * work[INVERSE + i] - 0.5 * work[DEVIATION + i]
        most = _MOST_SCALE / math.sqrt(1.0 + drift * drift)
        work[SCALE + i] = scale if scale < most else most


@inner
def hold_value(work: FloatArray, boundary: FloatArray, sides: FloatArray, size: int) -> None:
    """Put value, derivatives and boundary into the work array's first rows."""
    _add_european(work)
    last = size - 1
    for i in range(BLOCK):
        work[LEVEL + i] = boundary[i]
        work[LEVEL_W + i] = -sides[(BY_W * size + last) * BLOCK + i]
        work[LEVEL_R + i] = -sides[(BY_R * size + last) * BLOCK + i]
        work[LEVEL_Q + i] = -sides[(BY_Q * size + last) * BLOCK + i]
    _join_boundary(work)
    _join_parameters(work)
    _write(work)


@inner
def _add_european(work: FloatArray) -> None:
    """Add Black's put and its derivatives to the premium's rows."""
    for i in range(BLOCK):
        rate, dividend, inverse = work[RATE + i], work[YIELD + i], work[INVERSE + i]
        lower = (work[PLACE + i] + rate - dividend) * inverse - 0.5 * work[DEVIATION + i]
        upper = lower + work[DEVIATION + i]
        kept, held = exponential(-rate), exponential(work[PLACE + i] - dividend)
        density = held * normal_density(upper)
        strike_leg = normal_tail(lower, kept * normal_density(lower), kept)
        share_leg = normal_tail(upper, density, held)
        work[P + i] += strike_leg - share_leg
        work[P_M + i] -= share_leg
        work[P_MM + i] += density * inverse - share_leg
        work[P_W + i] += density
        work[P_WW + i] += density * lower * upper * inverse
        work[P_WM + i] -= density * lower * inverse
        work[P_R + i] -= strike_leg
        work[P_Q + i] += share_leg
        work[P_RM + i] += density * inverse
        work[P_QM + i] += share_leg - density * inverse


@inner
def _join_boundary(work: FloatArray) -> None:
    """Value, delta and gamma next to the boundary: their limits there, and what they are at LEAST_GAP.

    The value is (1 - e^m) and above that what has value and slope zero on the boundary and second derivative
    JUMP = 2 (R - Q e^y) / w^2, by the Black-Scholes equation.
    """
    for i in range(BLOCK):
        near = work[GAP + i] / LEAST_GAP
        near = 1.0 if near > 1.0 else near
        width = LEAST_GAP * work[DEVIATION + i]
        edge = exponential(work[LEVEL + i])
        jump = 2.0 * (work[RATE + i] - work[YIELD + i] * edge) * work[INVERSE + i] * work[INVERSE + i]
        shares, here = exponential(work[PLACE + i]), exponential(work[MONEYNESS + i])
        excess, slope = work[P + i] - 1.0 + shares, work[P_M + i] + shares
        bend = work[P_MM + i] + shares
        excess_edge, slope_edge = 0.5 * jump * width * width, jump * width
        excess = near * near * (excess_edge + (excess - excess_edge) * near)
        slope = near * (slope_edge + (slope - slope_edge) * near)
        bend = jump + (bend - jump) * near
        work[JUMP + i] = jump
        work[P + i] = 1.0 - here + excess
        work[P_M + i] = slope - here
        work[P_MM + i] = bend - here


@inner
def _join_parameters(work: FloatArray) -> None:
    """The derivatives by w, R and Q next to the boundary; on it the first are zero."""
    for i in range(BLOCK):
        near = work[GAP + i] / LEAST_GAP
        near = 1.0 if near > 1.0 else near
        width, jump = LEAST_GAP * work[DEVIATION + i], work[JUMP + i]
        edge_wm, edge_rm = -jump * work[LEVEL_W + i], -jump * work[LEVEL_R + i]
        edge_qm, edge_ww = -jump * work[LEVEL_Q + i], jump * work[LEVEL_W + i] * work[LEVEL_W + i]
        work[P_W + i] = near * (edge_wm * width + (work[P_W + i] - edge_wm * width) * near)
        work[P_R + i] = near * (edge_rm * width + (work[P_R + i] - edge_rm * width) * near)
        work[P_Q + i] = near * (edge_qm * width + (work[P_Q + i] - edge_qm * width) * near)
        work[P_WW + i] = edge_ww + (work[P_WW + i] - edge_ww) * near
        work[P_WM + i] = edge_wm + (work[P_WM + i] - edge_wm) * near
        work[P_RM + i] = edge_rm + (work[P_RM + i] - edge_rm) * near
        work[P_QM + i] = edge_qm + (work[P_QM + i] - edge_qm) * near


@inner
def _write(work: FloatArray) -> None:
    """Rows in the order of the outputs; on and below the boundary the option is exercised."""
    for i in range(BLOCK):
        held = work[GAP + i] > 0.0
        shares = exponential(work[MONEYNESS + i])
        work[i] = work[P + i] if held else 1.0 - shares
        work[BLOCK + i] = work[P_M + i] if held else -shares
        work[2 * BLOCK + i] = work[P_MM + i] if held else -shares
        work[3 * BLOCK + i] = work[P_W + i] if held else 0.0
        work[4 * BLOCK + i] = work[P_WW + i] if held else 0.0
        work[5 * BLOCK + i] = work[P_WM + i] if held else 0.0
        work[6 * BLOCK + i] = work[P_R + i] if held else 0.0
        work[7 * BLOCK + i] = work[P_Q + i] if held else 0.0
        work[8 * BLOCK + i] = work[P_RM + i] if held else 0.0
        work[9 * BLOCK + i] = work[P_QM + i] if held else 0.0
        work[10 * BLOCK + i] = exponential(work[LEVEL + i])
