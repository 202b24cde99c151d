"""The marked flow fitted to a recording, kept in one file, and played alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from execution.book.layout import RecordArray
from execution.errors import ExecutionError
from execution.market.calibration.marked_opening import opening_orders
from execution.market.calibration.marked_simulation import LoneMarket, as_recording
from execution.market.calibration.marked_transcript import transcribe
from execution.market.flows.marked_context import CATEGORIES
from execution.market.flows.marked_tape import FEATURES, MarkedParameters, MarkKind, new_state
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedMessages

FloatArray = npt.NDArray[np.float64]

MINIMUM_EVENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedFlow:
    """A recording as a tape that the flow of execution.market.flows.marked plays.

    marks, contexts: (row,) and (row, feature), see flows.marked_tape. opening: LIMIT messages, prices from the
    recording's last best bid, which was bid_ticks (the ask: ask_ticks). tick_size, lot_size: the recording's; the
    flow's orders come in multiples of `lots` of its lots. candidates, jump_probability, tolerance: see MarkedParameters.
    """

    symbol: str
    tick_size: float
    lot_size: float
    lots: int
    bid_ticks: int
    ask_ticks: int
    touch_only: bool
    marks: RecordArray
    contexts: FloatArray
    opening: RecordArray
    candidates: int = 16
    jump_probability: float = 0.01
    tolerance: float = 2.0
    weights: tuple[float, ...] = field(default=(1.0,) * FEATURES)

    def parameters(self) -> MarkedParameters:
        """What the compiled flow reads."""
        deviation = self.contexts.std(axis=0)
        scale = np.array(self.weights) / np.where(deviation > 0.0, deviation, 1.0)
        log2_spread = self.contexts[:, 0]
        edges = np.unique(np.quantile(log2_spread, (0.2, 0.4, 0.6, 0.8)))
        edges = edges[edges > log2_spread.min()]
        bucket = np.searchsorted(edges, log2_spread, side="right") * CATEGORIES + self.marks["category"]
        members = np.argsort(bucket, kind="stable")
        starts = np.searchsorted(bucket[members], np.arange((len(edges) + 1) * CATEGORIES + 1))
        return MarkedParameters(
            marks=self.marks,
            contexts=np.ascontiguousarray(self.contexts * scale, np.float32),
            scale=scale,
            spread_edges=edges,
            starts=starts.astype(np.int64),
            members=members.astype(np.int64),
            candidates=self.candidates,
            jump_probability=self.jump_probability,
            tolerance=self.tolerance,
            order_limit=2 * len(self.opening) + 2_000,
            touch_only=self.touch_only,
        )

    def new_state(self, *, start_ns: int, bid_ticks: int | None = None) -> RecordArray:
        """The flow's state at the start, shape (1,), the best bid where the recording ended unless given."""
        bid = self.bid_ticks if bid_ticks is None else bid_ticks
        pace = float(np.log1p(1e-3 * self.marks["wait_ns"]).mean())
        return new_state(
            start_ns=start_ns, bid_ticks=bid, ask_ticks=bid + self.ask_ticks - self.bid_ticks, pace=pace
        )

    def opening_messages(self, bid_ticks: int | None = None) -> RecordArray:
        """LIMIT messages that set up the book of the recording's end, moved to a best bid of `bid_ticks`."""
        messages = self.opening.copy()
        messages["price_ticks"] += np.int32(self.bid_ticks if bid_ticks is None else bid_ticks)
        messages["order_id"] = np.arange(len(messages))
        return messages

    def market(self, seed: int | np.random.SeedSequence, *, start_ns: int = 0) -> LoneMarket:
        """A market in which the flow is alone, from the book at the recording's end on."""
        sequence = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
        state = self.new_state(start_ns=start_ns)
        return LoneMarket(self.opening_messages(), state, self.parameters(), sequence)

    def simulate(
        self, duration_ns: int, seed: int | np.random.SeedSequence, *, levels: int = 10
    ) -> tuple[RecordedMessages, BookHistory]:
        """Messages and best levels of a market in which the flow is alone, in the recording's units.

        From the book at the recording's end it first runs a tenth of the time that is not shown.
        """
        market = self.market(seed, start_ns=-(duration_ns // 10))
        market.advance_to(0)
        before = market.history_now(self.lots)
        return as_recording(
            market.advance_to(duration_ns),
            before,
            levels=levels,
            lots=self.lots,
            symbol=self.symbol,
            tick_size=self.tick_size,
            lot_size=self.lot_size,
        )

    def save(self, path: Path | str) -> None:
        """Write everything to one .npz file, as it is named, without pickle."""
        header = {name: getattr(self, name) for name in _HEADER}
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        with Path(path).open("wb") as file:
            np.savez_compressed(file, header=np.array(json.dumps(header)), **arrays)

    @classmethod
    def load(cls, path: Path | str) -> MarkedFlow:
        """Read what `save` wrote; ExecutionError when the file is something else."""
        try:
            with np.load(Path(path), allow_pickle=False) as file:
                header = json.loads(str(file["header"]))
                arrays = {name: file[name] for name in _ARRAYS}
        except (ValueError, KeyError, OSError) as error:
            raise ExecutionError(f"{path}: {error}; expected a file that `save` of a marked flow wrote") from error
        return cls(**{**header, "weights": tuple(header["weights"])}, **arrays)


_ARRAYS = ("marks", "contexts", "opening")
_HEADER = tuple(name for name in MarkedFlow.__dataclass_fields__ if name not in _ARRAYS)


def calibrate_marked(messages: RecordedMessages, history: BookHistory) -> MarkedFlow:
    """The marked flow of a recording and the levels after each of its messages.

    Raises ExecutionError when fewer than MINIMUM_EVENTS of its events can be used.
    """
    tape = transcribe(messages, history)
    if len(tape.marks) < MINIMUM_EVENTS:
        raise ExecutionError(
            f"{len(tape.marks)} of {len(messages)} recorded messages can be used, "
            f"expected at least {MINIMUM_EVENTS}: both sides of the book must be known before and after them"
        )
    marks = tape.marks
    behind = (marks["kind"] == MarkKind.ADD) & (marks["distance"] > 0)
    uncovered = marks["gap"] > 0
    opening = opening_orders(
        messages, history, lots=tape.lots, gaps=marks["gap"][uncovered], revealed=marks["revealed"][uncovered]
    )
    both = (history.bid_volume[:, 0] > 0) & (history.ask_volume[:, 0] > 0) & ~history.crossed
    last = int(np.flatnonzero(both)[-1])
    return MarkedFlow(
        symbol=messages.symbol,
        tick_size=messages.tick_size,
        lot_size=messages.lot_size,
        lots=tape.lots,
        bid_ticks=int(history.bid_ticks[last, 0]),
        ask_ticks=int(history.ask_ticks[last, 0]),
        touch_only=not behind.any(),
        marks=marks,
        contexts=tape.contexts,
        opening=opening,
    )
