"""One step of a long short-term memory (Hochreiter and Schmidhuber 1997), compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

FAST = {"contract", "reassoc", "arcp"}


@njit(cache=True, fastmath=FAST)
def remember(seen, first, recurrent, bias, gates, hidden, cell):  # type: ignore[no-untyped-def]
    """Take what is seen, (input,), into hidden and cell, (unit,) each; gates: scratch, (4 x unit,).

    first: (input, 4 x unit), recurrent: (unit, 4 x unit), bias: (4 x unit,), all float32, with the gates in
    torch's order i, f, g, o.
    """
    units = len(hidden)
    gates[:] = bias
    for at in range(len(seen)):
        value, row = seen[at], first[at]
        for gate in range(4 * units):
            gates[gate] += value * row[gate]
    for at in range(units):
        value, row = hidden[at], recurrent[at]
        for gate in range(4 * units):
            gates[gate] += value * row[gate]
    # A sigmoid is half a tanh of half the argument: one vectorised function serves all four gates.
    for gate in range(4 * units):
        half = np.float32(1.0) if 2 * units <= gate < 3 * units else np.float32(0.5)
        gates[gate] = fast_tanh(half * gates[gate])
    for unit in range(units):
        take, keep = 0.5 * gates[unit] + 0.5, 0.5 * gates[units + unit] + 0.5
        show = 0.5 * gates[3 * units + unit] + 0.5
        cell[unit] = keep * cell[unit] + take * gates[2 * units + unit]
        hidden[unit] = show * fast_tanh(cell[unit])


@njit(cache=True, fastmath=FAST, inline="always")
def fast_tanh(x):  # type: ignore[no-untyped-def]
    """The hyperbolic tangent in single precision, within 1e-6: the rational function that Eigen uses."""
    f = np.float32
    x = min(max(x, f(-7.90531110763549805)), f(7.90531110763549805))
    s = x * x
    p = f(-2.76076847742355e-16)
    p = p * s + f(2.00018790482477e-13)
    p = p * s + f(-8.60467152213735e-11)
    p = p * s + f(5.12229709037114e-08)
    p = p * s + f(1.48572235717979e-05)
    p = p * s + f(6.37261928875436e-04)
    p = p * s + f(4.89352455891786e-03)
    q = f(1.19825839466702e-06)
    q = q * s + f(1.18534705686654e-04)
    q = q * s + f(2.26843463243900e-03)
    q = q * s + f(4.89352518554385e-03)
    return x * p / q
