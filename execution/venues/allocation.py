"""How an order is spread over venues that each fill an unknown number of lots, given the laws of these."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def allocate(tails: FloatArray, quantity: int, *, gains: FloatArray | None = None) -> IntArray:
    """Lots for each venue, shape (venue,), that gain most on average: one lot after the other where it does.

    tails: probability that a venue fills at least 1, 2, ... lots, shape (venue, lot), never rising along a
    row; no venue gets more lots than there are columns. gains: of a filled lot at each venue, shape (venue,),
    1 by default; a lot that gains nothing anywhere is kept back. Exact, since what the next lot gains at a
    venue never rises. Of equal venues the one with fewest lots goes first. ValueError unless tails are
    probabilities that do not rise, gains finite, and the quantity not negative.

    Reference: K. Ganchev, Y. Nevmyvaka, M. Kearns and J. Wortman Vaughan, Censored exploration and the dark
    pool problem, Communications of the ACM 53 (2010), theorem 1.
    """
    tails = _tails(tails)
    if quantity < 0:
        raise ValueError(f"expected a quantity of 0 or more; got {quantity}")
    lots = np.zeros(len(tails), np.int64)
    fill_greedily(tails, gains_of(len(tails), gains), quantity, lots)
    return lots


def gains_of(venues: int, gains: FloatArray | None) -> FloatArray:
    """Gains of each venue, 1 by default; ValueError unless there is a finite one for each."""
    found = np.ones(venues) if gains is None else np.ascontiguousarray(gains, dtype=np.float64)
    if found.shape != (venues,) or not np.isfinite(found).all():
        raise ValueError(f"expected a finite gain for each of {venues} venues; got {found}")
    return found


def allocate_in_blocks(gained: FloatArray, quantity: int) -> IntArray:
    """Lots for each venue, shape (venue,), that gain most on average where a venue may have a least size.

    gained: what 0, 1, 2, ... lots gain at a venue, shape (venue, lots + 1), any finite numbers; ValueError
    for others. Exact by dynamic programming over venues, venues x quantity^2; for concave rows `allocate` is
    the same and faster. Lots may be kept back. Of equal allocations the one with fewer lots at later venues.
    """
    gained = np.ascontiguousarray(gained, dtype=np.float64)
    if gained.ndim != 2 or gained.size == 0 or not np.isfinite(gained).all():
        raise ValueError(f"expected finite gains of shape (venue, lots + 1); got shape {gained.shape}")
    if quantity < 0:
        raise ValueError(f"expected a quantity of 0 or more; got {quantity}")
    best = np.zeros(quantity + 1)
    chosen = np.zeros((len(gained), quantity + 1), np.int64)
    fill_best(gained, best, chosen)
    lots, left = np.zeros(len(gained), np.int64), quantity
    for at in range(len(gained) - 1, -1, -1):
        lots[at] = chosen[at, left]
        left -= int(lots[at])
    return lots


def expected_fill(tails: FloatArray, *, least: int = 1) -> FloatArray:
    """Lots that 0, 1, 2, ... lots at a venue are expected to have filled, shape (venue, lots + 1).

    least: lots below which a venue trades nothing, 1 or more, else ValueError. tails: as for `allocate`.
    """
    if least < 1:
        raise ValueError(f"expected a least size of 1 lot or more; got {least}")
    at_least = tails.copy()
    at_least[:, : least - 1] = tails[:, least - 1 : least] if least <= tails.shape[1] else 0.0
    filled = np.concatenate([np.zeros((len(tails), 1)), np.cumsum(at_least, axis=1)], axis=1)
    filled[:, :least] = 0.0
    return filled


def _tails(tails: FloatArray) -> FloatArray:
    found = np.ascontiguousarray(tails, dtype=np.float64)
    if found.ndim != 2 or len(found) == 0:
        raise ValueError(f"expected tails of shape (venue, lot); got shape {found.shape}")
    falls = (np.diff(found, axis=1) <= 1e-12).all()
    if not (falls and (found >= 0.0).all() and (found <= 1.0 + 1e-12).all()):
        raise ValueError("expected tails that are probabilities and do not rise")
    return found


@njit(cache=True)
def fill_greedily(tails: FloatArray, gains: FloatArray, quantity: int, lots: IntArray) -> None:
    """Write lots by venue into `lots`, one after the other to where the next one gains most."""
    lots[:] = 0
    for _ in range(quantity):
        best, chosen = 0.0, -1
        for at in range(len(lots)):
            if lots[at] < tails.shape[1]:
                gain = gains[at] * tails[at, lots[at]]
                if gain > best or (gain == best and chosen >= 0 and lots[at] < lots[chosen]):
                    best, chosen = gain, at
        if chosen < 0:
            break
        lots[chosen] += 1


@njit(cache=True)
def fill_best(gained: FloatArray, best: FloatArray, chosen: IntArray) -> None:
    """Write the most that the first venues gain of 0, 1, ... lots, and each one's lots then."""
    before = best.copy()
    for at in range(len(gained)):
        before[:] = best
        for total in range(len(best)):
            best[total] = before[total] + gained[at, 0]
            for lots in range(1, min(total + 1, gained.shape[1])):
                gain = before[total - lots] + gained[at, lots]
                if gain > best[total]:
                    best[total] = gain
                    chosen[at, total] = lots
