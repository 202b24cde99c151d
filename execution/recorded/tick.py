"""The tick of a recording, found from its prices."""

from __future__ import annotations

import numpy as np

from execution.recorded.messages import IntArray

_DISTINCT_FOR_COARSER = 30
_SHARE_ON_TICK = 0.99
_STEPS: list[int] = sorted(m * 10**k for m in (1, 2, 5) for k in range(10))


def infer_tick(prices: IntArray, usual: int) -> int:
    """The tick, in the units of `prices`, that at least 99% of the prices are multiples of.

    A tick is 1, 2 or 5 times a power of ten. A coarser one than `usual` is believed only of thirty distinct
    prices or more, since a few prices may be round by chance.
    """
    distinct = len(np.unique(prices))
    for step in reversed(_STEPS):
        if step > usual and distinct < _DISTINCT_FOR_COARSER:
            continue
        if len(prices) == 0 or np.mean(prices % step == 0) >= _SHARE_ON_TICK:
            return int(step)
    return 1


def decimal_unit(numbers: IntArray) -> int:
    """The largest power of ten that divides all of `numbers`; 1 where there are none but zeros."""
    unit, common = 1, int(np.gcd.reduce(numbers)) if len(numbers) else 0
    while common and common % (10 * unit) == 0:
        unit *= 10
    return unit
