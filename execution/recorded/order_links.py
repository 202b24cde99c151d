"""Which recorded order every message speaks of, and how much of it was there: one pass over the ids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.recorded.messages import IntArray, KindArray, RecordedKind

NO_ORDER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLinks:
    """Shape (message,) each. A message whose order was not added in the recording has NO_ORDER in both.

    added_at: row of the ADD that brought the order; its own row for an ADD, NO_ORDER for what has no visible
    order.
    leaves_before: lots that the order had before the message [lots]; for an ADD 0, or those of the order that
    lives under the same id already.
    """

    added_at: IntArray
    leaves_before: IntArray


def link_orders(kind: npt.NDArray[np.integer], order_id: IntArray, quantity: IntArray) -> OrderLinks:
    """Follow every order id through messages (message,); an order of which nothing is left frees its id."""
    added_at = np.full(len(kind), NO_ORDER)
    leaves_before = np.full(len(kind), NO_ORDER)
    distinct, number = np.unique(order_id, return_inverse=True)
    _follow(kind.astype(np.uint8), number, quantity, len(distinct), added_at, leaves_before)
    return OrderLinks(added_at=added_at, leaves_before=leaves_before)


@njit(cache=True)
def _follow(
    kind: KindArray,
    number: npt.NDArray[np.intp],
    quantity: IntArray,
    distinct: int,
    added_at: IntArray,
    leaves_before: IntArray,
) -> None:
    leaves = np.zeros(distinct, np.int64)
    newest = np.full(distinct, NO_ORDER, np.int64)
    for row in range(len(kind)):
        order = number[row]
        if kind[row] == RecordedKind.ADD:
            leaves_before[row] = leaves[order]
            leaves[order] = quantity[row]
            newest[order] = added_at[row] = row
        elif kind[row] <= RecordedKind.TRADE and leaves[order] > 0:
            added_at[row] = newest[order]
            leaves_before[row] = leaves[order]
            gone = kind[row] == RecordedKind.DELETE
            leaves[order] = 0 if gone else max(leaves[order] - quantity[row], 0)
