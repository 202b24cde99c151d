"""Probabilities of Cont, Stoikov and Talreja (2010) by the Laplace transforms of first-passage times.

The time in which b unit orders at a best price are gone, when arrivals come at `arrival`, market orders at
`taken` and each order is cancelled at `cancel`, is a sum of b independent passages from i to i - 1, whose
transforms are continued fractions (equation 11 there). Inverted along the imaginary axis (Gil-Pelaez) rather
than by the Euler method of Abate and Whitt, so that the twin shares nothing with a simulation.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.integrate import quad

_DEPTH = 400  # of the continued fraction


def passage(s: complex, orders: int, arrival: float, taken: float, cancel: float) -> complex:
    """Laplace transform of the time until `orders` are gone."""
    product, ratio = 1.0 + 0.0j, 0.0j
    for i in range(_DEPTH, 0, -1):
        leave = taken + cancel * i
        ratio = leave / (arrival + leave + s - arrival * ratio)
        if i <= orders:
            product *= ratio
    return product


def first_is_shorter(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> float:
    """P[T1 < T2] of independent passages given as (orders, arrival, taken, cancel)."""

    def transform(omega: float) -> float:
        # The difference T1 - T2 has the characteristic function f1(-i w) f2(i w).
        one = passage(-1j * omega, int(first[0]), *first[1:])
        two = passage(1j * omega, int(second[0]), *second[1:])
        return float((one * two).imag / omega)

    return 0.5 - quad(transform, 0.0, np.inf, limit=2000)[0] / np.pi


def up_move(bids: int, asks: int, arrival: float, market: float, cancel: float) -> float:
    """Probability that the next mid-price move is up at a spread of one tick (proposition 3)."""
    ask_side = np.array([asks, arrival, market, cancel])
    bid_side = np.array([bids, arrival, market, cancel])
    return first_is_shorter(ask_side, bid_side)


def filled_before_move(bids: int, asks: int, arrival: float, market: float, cancel: float) -> float:
    """Probability that an own order, last of `bids` and never cancelled, trades before the ask moves.

    Proposition 4 at a spread of one tick: of the others ahead nobody joins, and the own order leaves by a
    market order alone, so that i orders of which one is ours go at market + cancel (i - 1).
    """

    def own(s: complex) -> complex:
        product = 1.0 + 0.0j
        for i in range(1, bids + 1):
            leave = market + cancel * (i - 1)
            product *= leave / (leave + s)
        return product

    def transform(omega: float) -> float:
        one = own(-1j * omega)
        two = passage(1j * omega, asks, arrival, market, cancel)
        return float((one * two).imag / omega)

    return 0.5 - quad(transform, 0.0, np.inf, limit=2000)[0] / np.pi
