"""The step back onto a date at which options expire: what is owed has kinks there."""

from __future__ import annotations

from math import exp, log, pi, sqrt

import numpy as np
from numba import njit

from hedger.optimum.kernel import LARGEST_EXPONENT
from hedger.optimum.problem import FloatArray

_WINDOW_DEVIATIONS = 8.0
_MOST_TILT = 16.0
_WIDEST_PIECE_DEVIATIONS = 2.0


@njit(cache=True, fastmath={"contract", "reassoc", "arcp"})
def step_back_onto_expiry(
    wide: FloatArray,
    steep: FloatArray,
    log_spot: FloatArray,
    half: int,
    holding: FloatArray,
    variance: float,
    aversion: float,
    log_kink: FloatArray,
    level: FloatArray,
    slope: FloatArray,
    abscissae: FloatArray,
    masses: FloatArray,
    out_value: FloatArray,
    out_slope: FloatArray,
) -> None:
    """`step_back` by Gauss-Legendre between the kinks of what is owed, level + slope S in each piece.

    log_spot: of the padded nodes. What follows the expiry is interpolated in log-spot by cubics.
    """
    nodes, holdings = out_value.shape
    deviation = sqrt(variance)
    shift, total, moment = np.empty(holdings), np.empty(holdings), np.empty(holdings)
    tilt = min(aversion * (holding[-1] - holding[0]) * deviation, _MOST_TILT)
    window = (_WINDOW_DEVIATIONS + tilt) * deviation
    for node in range(nodes):
        own = log_spot[node + half]
        own_spot = exp(own)
        piece = _piece(log_kink, 0, own)
        for h in range(holdings):
            owed = level[piece] + slope[piece] * own_spot
            shift[h] = aversion * (wide[node + half, h] + owed - holding[h] * own_spot)
        total[:] = 0.0
        moment[:] = 0.0
        centre = own - 0.5 * variance
        start, piece = centre - window, 0
        while start < centre + window:
            piece = _piece(log_kink, piece, start)
            stop = min(centre + window, start + _WIDEST_PIECE_DEVIATIONS * deviation)
            if piece < len(log_kink):
                stop = min(stop, log_kink[piece])
            for point in range(len(abscissae)):
                at = start + (stop - start) * abscissae[point]
                score = (at - centre) / deviation
                weight = masses[point] * (stop - start) * exp(-0.5 * score * score)
                owed = level[piece] + slope[piece] * exp(at)
                _add_point(wide, steep, log_spot, holding, aversion, at, owed, weight, shift, total, moment)
            start = stop
        scale = 1.0 / (deviation * sqrt(2.0 * pi))
        for h in range(holdings):
            out_value[node, h] = (log(total[h] * scale) + shift[h]) / aversion + holding[h] * own_spot
            out_slope[node, h] = moment[h] / total[h] + own_spot


@njit(cache=True)
def _piece(log_kink: FloatArray, piece: int, at: float) -> int:
    """The piece between kinks that begins at or left of a log-spot, searched from `piece` on."""
    while piece < len(log_kink) and log_kink[piece] <= at:
        piece += 1
    return piece


@njit(cache=True, fastmath={"contract", "reassoc", "arcp"})
def _add_point(
    wide: FloatArray,
    steep: FloatArray,
    log_spot: FloatArray,
    holding: FloatArray,
    aversion: float,
    at: float,
    owed: float,
    weight: float,
    shift: FloatArray,
    total: FloatArray,
    moment: FloatArray,
) -> None:
    """Add one point of the quadrature to the exponential's mean and to its derivative, holding by holding."""
    spacing = log_spot[1] - log_spot[0]
    base = min(max(int((at - log_spot[0]) / spacing), 1), len(log_spot) - 3)
    t = (at - log_spot[base]) / spacing
    c0 = -t * (t - 1.0) * (t - 2.0) / 6.0
    c1 = (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0
    c2 = -(t + 1.0) * t * (t - 2.0) / 2.0
    c3 = (t + 1.0) * t * (t - 1.0) / 6.0
    spot = exp(at)
    for h in range(len(holding)):
        after = c0 * wide[base - 1, h] + c1 * wide[base, h] + c2 * wide[base + 1, h] + c3 * wide[base + 2, h]
        rate = (
            c0 * steep[base - 1, h] + c1 * steep[base, h] + c2 * steep[base + 1, h] + c3 * steep[base + 2, h]
        )
        power = aversion * (after + owed - holding[h] * spot) - shift[h]
        grown = weight * exp(min(power, LARGEST_EXPONENT))
        total[h] += grown
        moment[h] += grown * (rate - spot)
