"""What venues fill, learnt from fills that say no more than what was sent: censored, and then explored."""

from __future__ import annotations

import math
from typing import final

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.venues.allocation import fill_greedily, gains_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@final
class CensoredLearner:
    """Learns how much each venue fills from what was sent there and how much of it was filled.

    A fill of less than was sent says what the venue had, a whole fill only that it had no less. The law of
    what a venue has is estimated by Kaplan and Meier: where `at_risk` orders asked for one lot more than s
    that they had filled, and `exits` of them did not get it, the hazard is exits / at_risk. Orders are placed
    as if it were exits / (at_risk + optimism log(rounds + 1)), so that a venue that is not known, or was
    given up on early, looks better than it is until it is known. A learner without it gives up venues by
    chance.

    most_lots: sent to one venue at once. memory: rounds after which what was seen counts 1 / e, for laws that
    drift; by default all counts for ever. Raises ValueError for no venue, no lot, an optimism that is
    negative or not finite, or a memory of less than one round.

    Reference: K. Ganchev, Y. Nevmyvaka, M. Kearns and J. Wortman Vaughan, Censored exploration and the dark
    pool problem, Communications of the ACM 53 (2010), whose optimism is another; E. Kaplan and P. Meier
    (1958).
    """

    def __init__(
        self, venues: int, most_lots: int, *, optimism: float = 2.0, memory: float = math.inf
    ) -> None:
        if venues < 1 or most_lots < 1:
            raise ValueError(f"expected a venue and a lot or more; got {venues} and {most_lots}")
        if not (0.0 <= optimism < math.inf and memory >= 1.0):
            raise ValueError(f"expected a finite optimism and a memory of a round; got {optimism}, {memory}")
        self.exits, self.at_risk = np.zeros((venues, most_lots)), np.zeros((venues, most_lots))
        self.rounds = 0.0
        self._optimism, self._keeps = optimism, math.exp(-1.0 / memory)

    @property
    def tails(self) -> FloatArray:
        """Kaplan and Meier's estimate: probability of 1, 2, ... lots or more, shape (venue, lot).

        Where nothing is known a venue is taken to fill the next lot.
        """
        return self._survival(0.0)

    @property
    def hopeful_tails(self) -> FloatArray:
        """The same with optimism, by which orders are placed."""
        return self._survival(self._optimism * math.log1p(self.rounds))

    def allocate(self, quantity: int, *, gains: FloatArray | None = None) -> IntArray:
        """Lots to send to each venue now, shape (venue,); see execution.venues.allocation.allocate."""
        lots = np.zeros(len(self.exits), np.int64)
        fill_greedily(self.hopeful_tails, gains_of(len(lots), gains), quantity, lots)
        return lots

    def learn(self, sent: IntArray, filled: IntArray) -> None:
        """Take note of a round, lots sent to each venue and filled there, shape (venue,).

        ValueError where more was filled than sent, anything is negative, or more was sent than `most_lots`.
        """
        sent, filled = np.ascontiguousarray(sent, np.int64), np.ascontiguousarray(filled, np.int64)
        if sent.shape != (len(self.exits),) or filled.shape != sent.shape:
            raise ValueError(f"expected lots of {len(self.exits)} venues; got {sent.shape}, {filled.shape}")
        if (filled < 0).any() or (filled > sent).any() or (sent > self.exits.shape[1]).any():
            raise ValueError(
                f"expected fills within what was sent, at most {self.exits.shape[1]} lots; "
                f"got {filled.tolist()} of {sent.tolist()}"
            )
        self.rounds = self._keeps * self.rounds + 1.0
        count_fills(self.exits, self.at_risk, sent, filled, self._keeps)

    def _survival(self, bonus: float) -> FloatArray:
        tails = np.empty_like(self.exits)
        fill_tails(self.exits, self.at_risk, bonus, tails)
        return tails


@njit(cache=True)
def count_fills(
    exits: FloatArray, at_risk: FloatArray, sent: IntArray, filled: IntArray, keeps: float
) -> None:
    """Count a round: each of the first lots that was filled, and the one that was asked for and was not."""
    for at in range(len(sent)):
        if keeps < 1.0:
            for lot in range(exits.shape[1]):
                exits[at, lot] *= keeps
                at_risk[at, lot] *= keeps
        for lot in range(min(filled[at] + 1, sent[at])):
            at_risk[at, lot] += 1.0
        if filled[at] < sent[at]:
            exits[at, filled[at]] += 1.0


@njit(cache=True)
def fill_tails(exits: FloatArray, at_risk: FloatArray, bonus: float, tails: FloatArray) -> None:
    """Write products of 1 - exits / (at_risk + bonus) into `tails`, (venue, lot)."""
    for at in range(len(exits)):
        alive = 1.0
        for lot in range(exits.shape[1]):
            if exits[at, lot] > 0.0:
                alive *= 1.0 - exits[at, lot] / (at_risk[at, lot] + bonus)
            tails[at, lot] = alive
