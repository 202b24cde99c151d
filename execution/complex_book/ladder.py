"""One side of a book as arrays, and what a number of packages costs in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.errors import OrderRejectedError

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ladder:
    """Prices [ticks] and the quantity at each, best first; both shape (level,), quantities positive."""

    price_ticks: IntArray
    quantity: IntArray

    @classmethod
    def of(cls, levels: Iterable[tuple[int, int]]) -> Ladder:
        """From (price_ticks, quantity) pairs, best first; raises OrderRejectedError where one is no integer.

        Also where a quantity is not positive, or the prices neither rise nor fall all the way.
        """
        pairs = list(levels)
        table = np.array(pairs or np.empty((0, 2), np.int64))
        if table.dtype.kind not in "iu" or table.ndim != 2 or table.shape[1] != 2:
            raise OrderRejectedError(f"levels are {pairs!r}, expected pairs of integers: ticks and quantity")
        prices, quantity = table.astype(np.int64).T
        steps = np.sign(np.diff(prices))
        if (quantity < 1).any() or (steps == 0).any() or len(set(steps.tolist())) > 1:
            raise OrderRejectedError(
                f"levels are {pairs!r}, expected positive quantities at prices that only rise or only fall"
            )
        return cls(price_ticks=prices.copy(), quantity=quantity.copy())

    @classmethod
    def sorted_of(cls, levels: Sequence[tuple[int, int]]) -> Ladder:
        """From pairs that are known to be levels, unlooked at."""
        prices, quantity = np.array(levels, np.int64).reshape(-1, 2).T
        return cls(price_ticks=prices, quantity=quantity)

    @property
    def levels(self) -> list[tuple[int, int]]:
        """(price_ticks, quantity) pairs, best first."""
        return list(zip(self.price_ticks.tolist(), self.quantity.tolist(), strict=True))

    @property
    def total(self) -> int:
        """Quantity of all levels."""
        return int(self.quantity.sum())

    def first(self, quantity: int) -> Ladder:
        """The best `quantity` units of it."""
        taken = []
        for price, offered in self.levels:
            if quantity <= 0:
                break
            taken.append((price, min(quantity, offered)))
            quantity -= offered
        return Ladder.sorted_of(taken)

    def best(self, levels: int) -> Ladder:
        """The best levels of it."""
        return Ladder(price_ticks=self.price_ticks[:levels], quantity=self.quantity[:levels])
