"""Leg risk: how far a package's value moves between its first leg's fill and its last's, and its limit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.legging.terms import FloatArray

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRisk:
    """What open legs have cost. Moves are of the mids, positive against us [currency per package].

    packages: how many were measured. expected_move: the mean; standard_error: of it, infinite for a single
    package. worst_move: the largest. expected_seconds, worst_seconds: from the first fill to the last.
    """

    packages: int
    expected_move: float
    standard_error: float
    worst_move: float
    expected_seconds: float
    worst_seconds: float


def measure_leg_risk(
    *, weights: FloatArray, fill_ts_ns: IntArray, mid_at_first: FloatArray, mid_at_fill: FloatArray
) -> LegRisk:
    """Measure executed packages: sum over legs of weight x (mid at its fill - mid at the first leg's fill).

    weights: (leg,), side times ratio of what is bought. fill_ts_ns: (package, leg), when each leg filled.
    mid_at_first, mid_at_fill: (package, leg) [currency], each leg's mid when the package's first leg filled
    and when it filled itself; of a leg that was given up, when it was. The legs' own half spreads are no leg
    risk and are not in it. ValueError for no package, other shapes and mids that are not finite.
    """
    shape = fill_ts_ns.shape
    if len(shape) != 2 or 0 in shape or {mid_at_first.shape, mid_at_fill.shape} != {shape}:
        raise ValueError(f"expected tables (package, leg) of one shape, one package or more; got {shape}")
    if weights.shape != shape[1:]:
        raise ValueError(f"expected {shape[1]} weights; got {weights.shape}")
    moves = (mid_at_fill - mid_at_first) @ weights
    if not np.all(np.isfinite(moves)):
        raise ValueError(f"package {int(np.argmin(np.isfinite(moves)))} has a mid that is not finite")
    seconds = 1e-9 * (fill_ts_ns.max(axis=1) - fill_ts_ns.min(axis=1))
    packages = len(moves)
    return LegRisk(
        packages=packages,
        expected_move=float(moves.mean()),
        standard_error=float(moves.std(ddof=1)) / math.sqrt(packages) if packages > 1 else math.inf,
        worst_move=float(moves.max()),
        expected_seconds=float(seconds.mean()),
        worst_seconds=float(seconds.max()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRiskLimit:
    """The most that open legs may do; infinite where there is no limit.

    expected_move, worst_move [currency per package]; open_seconds: of any one package. ValueError for a limit
    that is negative or no number.
    """

    expected_move: float = math.inf
    worst_move: float = math.inf
    open_seconds: float = math.inf

    def __post_init__(self) -> None:
        if not all(limit >= 0.0 for limit in (self.expected_move, self.worst_move, self.open_seconds)):
            raise ValueError(f"expected limits that are not negative; got {self}")

    def is_broken(self, *, adverse_move: float, open_seconds: float) -> bool:
        """Whether an open package must be ended now, by the broken-leg rule without resting.

        adverse_move: of its missing legs' mids since the first fill [currency per package]; a move that is
        not a number breaks the limit, since nobody knows what it is.
        """
        return not (adverse_move <= self.worst_move and open_seconds <= self.open_seconds)

    def breaches(self, risk: LegRisk) -> tuple[str, ...]:
        """A sentence for each limit that measured packages have broken."""
        measured = (
            ("expected move between first and last leg", risk.expected_move, self.expected_move),
            ("worst move between first and last leg", risk.worst_move, self.worst_move),
            ("longest time with an open leg in seconds", risk.worst_seconds, self.open_seconds),
        )
        return tuple(
            f"The {name} was {found:g}, above its limit {limit:g}."
            for name, found, limit in measured
            if not found <= limit
        )
