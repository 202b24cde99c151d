"""The Riccati equations of co-integrated legs, compiled: slice by slice, and in continuous time.

The latter is solved from the exponential over a part of the time, doubled.

A cost to come y'Py of y = (left, deviation) has -P' = Q + A'P + PA - PMP. What y and q = Py do over a time is
its flow: y_after = kept y_before - spread q_after, and q_before = source y_before + kept' q_after.

The matrices are of a few rows: plain loops beat LAPACK on them, and compile in a fraction of the time.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from execution.schedules.schedule import FloatArray

# Over a part of the time in which nothing outgrows this, the series below has all digits of a double.
LARGEST_GROWTH = 0.5
_TERMS = 18


@njit(cache=True)
def costs_to_come(
    drift: FloatArray, control: FloatArray, running: FloatArray, doublings: int, steps: int
) -> FloatArray:
    """P at the start of each of `steps` times of 2^doublings parts, shape (step, 2 leg, 2 leg).

    drift, control, running: A, M, Q over one part, in whose units P is too; at the end nothing is left.
    """
    size = len(drift)
    kept, spread, source = _flow(drift, control, running)
    for _ in range(doublings):
        between = _one_and(spread, source)
        reached = _solved(between, kept)
        crossed = _solved(between, _product(spread, _turned(kept)))
        source = _symmetric_sum(source, _product(_turned(kept), _product(source, reached)))
        spread = _symmetric_sum(spread, _product(kept, crossed))
        kept = _product(kept, reached)
    costs = np.zeros((steps, size, size))
    # As the price of what is left at the end grows without limit, P (1 + spread P)^-1 becomes this.
    later, reached = _inverse_of_left(spread), kept
    for step in range(steps - 1, -1, -1):
        later = _symmetric_sum(source, _product(_turned(kept), _product(later, reached)))
        costs[step] = later
        reached = _solved(_one_and(spread, later), kept)
    return costs


@njit(cache=True)
def slice_rules(
    impact: FloatArray, risk: FloatArray, kept: FloatArray, noise: FloatArray, slices: int
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """What to leave after each slice of what is left, and for the deviation, shape (slice, leg, leg) both.

    Then the cost to come x'Px + 2 x'Ds + s'Rs as (P, D, R), shape (3, leg, leg), and what noise adds to it.
    impact, risk: prices of the squares of what a slice trades and of what it leaves; kept, noise: of the
    deviation over a slice. The last slice leaves nothing.
    """
    legs = len(impact)
    on_left, on_deviation = np.zeros((slices, legs, legs)), np.zeros((slices, legs, legs))
    nothing, one, of_noise = np.zeros((legs, legs)), np.eye(legs), 0.0
    of_left, of_both, of_deviation = impact, nothing, nothing
    for index in range(slices - 2, -1, -1):
        later = _symmetric_sum(risk, of_left)
        pull = 0.5 * (one - kept) - _product(of_both, kept)
        both = _symmetric_sum(impact, later)
        left, away = _solved(both, impact), _solved(both, pull)
        on_left[index], on_deviation[index] = left, away
        of_noise += (of_deviation * noise).sum()
        moved = _product(_turned(kept), _product(of_deviation, kept))
        of_deviation = _symmetric_sum(moved, -_product(_turned(pull), away))
        of_both = -_product(impact, away)
        of_left = _symmetric_sum(nothing, _product(later, left))
    costs = np.empty((3, legs, legs))
    costs[0], costs[1], costs[2] = of_left, of_both, of_deviation
    return on_left, on_deviation, costs, of_noise


@njit(cache=True)
def _flow(
    drift: FloatArray, control: FloatArray, running: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The flow over one part, by the series of the Hamiltonian's exponential."""
    size = len(drift)
    hamiltonian, whole = np.zeros((2 * size, 2 * size)), np.eye(2 * size)
    for i in range(size):
        for j in range(size):
            hamiltonian[i, j], hamiltonian[i, size + j] = drift[i, j], -control[i, j]
            hamiltonian[size + i, j], hamiltonian[size + i, size + j] = -running[i, j], -drift[j, i]
    for term in range(_TERMS, 0, -1):
        whole = _product(hamiltonian, whole)
        for i in range(2 * size):
            for j in range(2 * size):
                whole[i, j] = (i == j) + whole[i, j] / term
    back = _solved(whole[size:, size:].copy(), np.eye(size))
    spread = _product(whole[:size, size:].copy(), back)
    source = _product(back, whole[size:, :size].copy())
    nothing = np.zeros((size, size))
    return _turned(back), _symmetric_sum(nothing, -spread), _symmetric_sum(nothing, -source)


@njit(cache=True)
def _inverse_of_left(spread: FloatArray) -> FloatArray:
    """The inverse of the spread of what is left, and 0 for the deviation."""
    legs, inverse = len(spread) // 2, np.zeros_like(spread)
    inverse[:legs, :legs] = _solved(spread[:legs, :legs].copy(), np.eye(legs))
    return inverse


@njit(cache=True)
def _product(one: FloatArray, other: FloatArray) -> FloatArray:
    out = np.zeros((one.shape[0], other.shape[1]))
    for i in range(one.shape[0]):
        for k in range(one.shape[1]):
            for j in range(other.shape[1]):
                out[i, j] += one[i, k] * other[k, j]
    return out


@njit(cache=True)
def _turned(matrix: FloatArray) -> FloatArray:
    out = np.empty((matrix.shape[1], matrix.shape[0]))
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            out[j, i] = matrix[i, j]
    return out


@njit(cache=True)
def _one_and(one: FloatArray, other: FloatArray) -> FloatArray:
    """1 + the product."""
    out = _product(one, other)
    for i in range(len(out)):
        out[i, i] += 1.0
    return out


@njit(cache=True)
def _symmetric_sum(one: FloatArray, other: FloatArray) -> FloatArray:
    out = np.empty_like(one)
    for i in range(len(one)):
        for j in range(len(one)):
            out[i, j] = 0.5 * (one[i, j] + one[j, i] + other[i, j] + other[j, i])
    return out


@njit(cache=True)
def _solved(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """The solution of matrix x = right, by elimination with partial pivots."""
    work, out, size = matrix.copy(), right.copy(), len(matrix)
    for column in range(size):
        pivot = column
        for i in range(column + 1, size):
            if abs(work[i, column]) > abs(work[pivot, column]):
                pivot = i
        for j in range(size):
            work[column, j], work[pivot, j] = work[pivot, j], work[column, j]
        for j in range(out.shape[1]):
            out[column, j], out[pivot, j] = out[pivot, j], out[column, j]
        for i in range(column + 1, size):
            share = work[i, column] / work[column, column]
            for j in range(column, size):
                work[i, j] -= share * work[column, j]
            for j in range(out.shape[1]):
                out[i, j] -= share * out[column, j]
    for i in range(size - 1, -1, -1):
        for j in range(out.shape[1]):
            for k in range(i + 1, size):
                out[i, j] -= work[i, k] * out[k, j]
            out[i, j] /= work[i, i]
    return out
