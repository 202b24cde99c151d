"""One number for each of some messages: what a distribution is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from execution.realism.ruler import Ruler
from execution.realism.tape import Floats, Integers, Tape


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """value: shape (n,), finite. at: index of the message that each belongs to, shape (n,)."""

    value: Floats
    at: Integers

    def __len__(self) -> int:
        return len(self.value)


Statistic = Callable[[Tape, Ruler], Observed]


def observed(value: Floats, at: Integers) -> Observed:
    """Pair values with their messages and leave out those that are not finite."""
    value = np.asarray(value, np.float64)
    known = np.isfinite(value)
    return Observed(value=value[known], at=at[known])


def log10_seconds(duration_ns: Integers) -> Floats:
    """Durations on a log scale, those below a nanosecond as one (as LOB-Bench counts them)."""
    return np.log10(1e-9 * np.maximum(duration_ns, 1))
