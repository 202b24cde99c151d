"""How busy the market is: messages a trade, and by time of day."""

from __future__ import annotations

import numpy as np

from execution.realism.blocks import BlockSums
from execution.realism.ruler import BLOCKS, Ruler
from execution.realism.tape import Floats, Tape


def message_rate(tape: Tape, ruler: Ruler) -> BlockSums:
    """Messages and seconds of each block: their ratio is the rate [1/s], one point."""
    count = np.bincount(ruler.block_of(tape, np.arange(len(tape))), minlength=BLOCKS)
    seconds = np.full(BLOCKS, tape.seconds / BLOCKS)
    return np.stack((count.astype(np.float64), seconds), axis=1)[:, :, None]


def messages_to_trades(tape: Tape, ruler: Ruler) -> BlockSums:
    """Messages and market orders of each block: their ratio is the messages a trade, one point."""
    messages = np.bincount(ruler.block_of(tape, np.arange(len(tape))), minlength=BLOCKS)
    trades = np.bincount(ruler.block_of(tape, tape.market_orders().at), minlength=BLOCKS)
    return np.stack((messages, trades), axis=1).astype(np.float64)[:, :, None]


def seasonality(tape: Tape, ruler: Ruler) -> Floats:
    """Messages by block of time over their mean, shape (block,): the day's pattern, where a day is given."""
    count = np.bincount(ruler.block_of(tape, np.arange(len(tape))), minlength=BLOCKS)
    return np.asarray(count / count.mean())
