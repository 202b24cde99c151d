"""Order-flow imbalance as Cont, Kukanov and Stoikov (2014) write it, one indicator a term."""

from __future__ import annotations

import math
from collections.abc import Sequence

Level = tuple[int, int]  # price [ticks], volume [lots]; volume 0 where there is none


def imbalance(before: tuple[Level, Level], after: tuple[Level, Level]) -> int:
    """Equation 2: I{Pb' >= Pb} qb' - I{Pb' <= Pb} qb - I{Pa' <= Pa} qa' + I{Pa' >= Pa} qa, of one level."""
    (bid, ask), (new_bid, new_ask) = _priced(before), _priced(after)
    return (
        (new_bid[0] >= bid[0]) * new_bid[1]
        - (new_bid[0] <= bid[0]) * bid[1]
        - (new_ask[0] <= ask[0]) * new_ask[1]
        + (new_ask[0] >= ask[0]) * ask[1]
    )


def _priced(sides: Sequence[Level]) -> tuple[tuple[float, int], tuple[float, int]]:
    """A level that is not there is worse than any price."""
    bid, ask = sides
    return (
        (bid[0] if bid[1] else -math.inf, bid[1]),
        (ask[0] if ask[1] else math.inf, ask[1]),
    )
