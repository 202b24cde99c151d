"""Fit a market model to a recording."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import numpy as np

from execution.errors import ExecutionError
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedMessages


class MarketModel(StrEnum):
    """Which background flow is fitted."""

    MARKED = "marked"
    SANTA_FE = "santa_fe"
    HAWKES = "hawkes"
    QUEUE_REACTIVE = "queue_reactive"


class FittedFlow(Protocol):
    """What every fit can do."""

    def describe(self) -> list[tuple[str, float, float, str]]:
        """Rows of name, value, standard error (NaN where there is none) and unit, for a table."""
        ...

    def simulate(
        self, duration_ns: int, seed: int | np.random.SeedSequence, *, levels: int = 10
    ) -> tuple[RecordedMessages, BookHistory]:
        """A market with nothing but the fitted flow: its messages and the best levels after each."""
        ...


def calibrate(
    messages: RecordedMessages, history: BookHistory, *, model: MarketModel | str = MarketModel.MARKED
) -> FittedFlow:
    """Fit a model to recorded messages and the book after each of them: history[i] follows messages[i].

    Raises ValueError for a model that is not known, ExecutionError when the recording is too poor for it.
    """
    if len(messages) == 0 or messages.ts_ns[-1] <= messages.ts_ns[0]:
        raise ExecutionError(f"{len(messages)} messages that take no time, expected a stretch of market")
    match MarketModel(model):
        case MarketModel.MARKED:
            from execution.market.calibration.marked_selection import calibrate_marked

            return calibrate_marked(messages, history)
        case MarketModel.SANTA_FE:
            from execution.market.calibration.santa_fe import calibrate_santa_fe

            return calibrate_santa_fe(messages, history)
        case MarketModel.HAWKES:
            from execution.market.calibration.hawkes import calibrate_hawkes

            return calibrate_hawkes(messages, history)
        case MarketModel.QUEUE_REACTIVE:
            from execution.market.calibration.queue_reactive import calibrate_queue_reactive

            return calibrate_queue_reactive(messages, history)
