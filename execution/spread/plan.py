"""A plan for working a package: what to do in each state, and how states are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.spread.terms import FloatArray, IntArray, PackageMarket


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """All states of the legs, flattened: an open leg's level, or one past the last where it is filled.

    levels: of each leg, shape (leg,).
    """

    levels: tuple[int, ...]

    @classmethod
    def of(cls, market: PackageMarket) -> States:
        """The states of a market's legs."""
        return cls(levels=tuple(2 * leg.widest + 1 for leg in market.legs))

    @property
    def shape(self) -> tuple[int, ...]:
        """One axis a leg."""
        return tuple(count + 1 for count in self.levels)

    @property
    def count(self) -> int:
        """Number of states."""
        return int(np.prod(self.shape))

    @property
    def start(self) -> int:
        """Nothing filled, every fair value at its mid."""
        return int(np.ravel_multi_index(tuple(count // 2 for count in self.levels), self.shape))

    def legs(self) -> IntArray:
        """State of each leg, shape (state, leg)."""
        return np.argwhere(np.ones(self.shape, np.bool_)).astype(np.int64)

    def filled(self) -> npt.NDArray[np.bool_]:
        """Whether each leg is filled, shape (state, leg)."""
        filled: npt.NDArray[np.bool_] = self.legs() == np.array(self.levels)
        return filled

    def index(self, level: IntArray, is_open: npt.NDArray[np.bool_]) -> IntArray:
        """Flattened state of legs at levels counted from 0, shape (..., leg) to (...)."""
        legs = np.where(is_open, level, np.array(self.levels))
        index: IntArray = np.ravel_multi_index(tuple(np.moveaxis(legs, -1, 0)), self.shape)
        return index

    def after_crossing(self, mask: IntArray) -> IntArray:
        """State reached from each state by filling the legs of a bit mask, shape (state,)."""
        crossed = (mask[:, None] >> np.arange(len(self.levels))) & 1 == 1
        return self.index(self.legs(), ~(crossed | self.filled()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePlan:
    """What to do in each state, a row for each (step, asked): shape (step, 2, state).

    asked: 0 while the dealers may still be asked, 1 afterwards. cross: bit mask of the legs to cross at once.
    rest: what rests after crossing: an index into the combinations of the legs' orders, last leg fastest, or
    from their number on into the package's offsets. accept: the dearest quote that is taken, -inf where the
    dealers are not asked [ticks of net price against the fair value].
    """

    cross: IntArray
    rest: IntArray
    accept: FloatArray

    @property
    def steps(self) -> int:
        """Steps that the plan is for."""
        return len(self.cross)
