"""How the mid moves after a market order, by lag and by size (Bouchaud, Gefen, Potters and Wyart 2004)."""

from __future__ import annotations

import numpy as np

from execution.realism.blocks import BlockSums, sums_by_block
from execution.realism.ruler import BLOCKS, RESPONSE_LAGS, Ruler
from execution.realism.tape import Floats, Integers, Tape

SIZE_LAG = 1


def response(tape: Tape, ruler: Ruler) -> BlockSums:
    """Signed moves of the mid from before a market order to before the one `lag` orders later.

    In spreads of the ruler; components: sum of the moves, number of them; points: RESPONSE_LAGS.
    """
    columns = []
    for lag in RESPONSE_LAGS.tolist():
        move, block, _ = _moves(tape, ruler, lag)
        columns.append(sums_by_block(np.stack((move, np.ones(len(move))), axis=1), block))
    return np.stack(columns, axis=2)


def impact_by_size(tape: Tape, ruler: Ruler) -> BlockSums:
    """The response at lag 1 by class of size, the classes that ruler.size_edges_lots divides.

    A class without orders has no impact: its ratio is not a number.
    """
    move, block, quantity = _moves(tape, ruler, SIZE_LAG)
    size_class = np.searchsorted(ruler.size_edges_lots, quantity, side="right")
    classes = len(ruler.size_edges_lots) + 1
    key = block * classes + size_class
    total = np.bincount(key, move, BLOCKS * classes).reshape(BLOCKS, classes)
    number = np.bincount(key, minlength=BLOCKS * classes).reshape(BLOCKS, classes)
    return np.stack((total, number.astype(np.float64)), axis=1)


def _moves(tape: Tape, ruler: Ruler, lag: int) -> tuple[Floats, Integers, Integers]:
    """Signed move [spreads], block and quantity of each market order that has another `lag` orders later."""
    orders = tape.market_orders()
    before = tape.mid_ticks()[np.maximum(orders.at - 1, 0)]
    later = max(len(orders) - lag, 0)
    move = orders.sign[:later] * (before[lag:] - before[:later]) / ruler.spread_ticks
    known = np.isfinite(move) & (orders.at[:later] > 0)
    block = ruler.block_of(tape, orders.at[:later][known])
    return move[known], block, orders.quantity[:later][known]
