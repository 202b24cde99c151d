"""One flow alone in a book, for the tests of flows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from execution.book.growth import with_ladder
from execution.book.layout import EVENT, MESSAGE, BookArrays, RecordArray, empty_book
from execution.market.flows.any_flow import FlowParameters
from execution.market.flows.lone_flow import FINISHED, LOG, REFUSED, play
from execution.random_stream import new_stream

ORDERS = 1024
FOREVER_NS = 2**61


@dataclass
class LoneBook:
    """A flow's parameters and state, shape (1,), with a book around tick 0."""

    parameters: FlowParameters
    state: RecordArray
    seed: int = 0
    levels: int = 1024

    def __post_init__(self) -> None:
        self.book: BookArrays = empty_book(
            origin_ticks=-self.levels // 2, levels=self.levels, orders=ORDERS, hashed=False
        )
        self.stream = new_stream(np.random.SeedSequence(self.seed))
        self.control, self.message = np.zeros(3, np.int64), np.zeros(1, MESSAGE)
        self.events = np.zeros(3 * ORDERS + 64, EVENT)

    def run(self, until_s: float = FOREVER_NS / 1e9, events: int = 2**62, log_rows: int = 0) -> RecordArray:
        """Run on to a time or a number of events; return the log, of which `log_rows` rows are kept."""
        log = np.zeros(log_rows + len(self.events) if log_rows else 0, LOG)
        until_ns = round(1e9 * until_s)
        while True:
            status, _, rows, refusal = play(
                self.book,
                self.state,
                self.parameters,
                self.stream,
                until_ns,
                events,
                self.control,
                self.message,
                self.events,
                log,
            )
            if status == REFUSED:
                raise AssertionError(f"the book refused {self.message}: {refusal}")
            assert status == FINISHED, "log_rows is too small"
            return log[:rows]

    def recentre(self) -> None:
        """Move the ladder to where the prices are."""
        middle = int(self.state["last_bid"][0])
        self.book = with_ladder(self.book, origin_ticks=middle - self.levels // 2, levels=self.levels)

    def volume(self, price_ticks: int) -> int:
        """Lots at a price."""
        return int(self.book.levels["volume"][price_ticks - int(self.book.state["origin_ticks"][0])])

    @property
    def seconds(self) -> float:
        """The time reached."""
        return float(self.state["clock_ns"][0]) * 1e-9
