"""The marked flow fitted to a recording, kept in one file, and played alone."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from execution.book.layout import MAX_QUANTITY, RecordArray
from execution.errors import ExecutionError
from execution.market.calibration.lone_market import Instrument, simulate_alone
from execution.market.calibration.marked_anchors import Anchors, anchor_books, with_levels_behind
from execution.market.calibration.marked_transcript import Transcript, transcribe
from execution.market.flows.marked_tape import IntArray, MarkedParameters, MarkKind, new_state
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedMessages

FloatArray = npt.NDArray[np.float64]

MINIMUM_EVENTS = 500
ORDER_LIMIT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedFlow:
    """A recording as a tape that the flow of execution.market.flows.marked plays.

    marks, contexts: (row,) and (row, feature), see flows.marked_tape. anchor_rows, anchor_ticks,
    anchor_volume: see MarkedParameters. bid_ticks, ask_ticks: the best prices at the recording's end.
    cut_quantities: orders larger than the book can hold, cut to that. stretch_events: mean length of a
    stretch of the tape that is played in one. candidates, swap_probability, tolerance: see MarkedParameters.
    settings_tried, log_distance: how these were chosen, see marked_selection.
    """

    instrument: Instrument
    bid_ticks: int
    ask_ticks: int
    touch_only: bool
    cut_quantities: int
    marks: RecordArray
    contexts: FloatArray
    anchor_rows: IntArray
    anchor_ticks: IntArray
    anchor_volume: IntArray
    stretch_events: float = 2_000.0
    candidates: int = 32
    swap_probability: float = 0.5
    tolerance: float = 20.0
    settings_tried: int = 0
    log_distance: float = math.nan

    def parameters(self) -> MarkedParameters:
        """What the compiled flow reads."""
        deviation = self.contexts.std(axis=0)
        scale = 1.0 / np.where(deviation > 0.0, deviation, 1.0)
        return MarkedParameters(
            marks=self.marks,
            contexts=np.ascontiguousarray(self.contexts * scale, np.float32),
            scale=scale,
            anchor_rows=self.anchor_rows,
            anchor_ticks=self.anchor_ticks,
            anchor_volume=self.anchor_volume,
            candidates=self.candidates,
            turn_probability=1.0 / self.stretch_events,
            swap_probability=self.swap_probability,
            tolerance=self.tolerance,
            order_limit=ORDER_LIMIT,
            touch_only=self.touch_only,
        )

    def new_state(self, *, start_ns: int, bid_ticks: int | None = None) -> RecordArray:
        """The flow's state at the start, shape (1,), the best bid where the recording ended unless given."""
        bid = self.bid_ticks if bid_ticks is None else bid_ticks
        pace = float(np.log1p(1e-3 * self.marks["wait_ns"]).mean())
        return new_state(
            start_ns=start_ns, bid_ticks=bid, ask_ticks=bid + self.ask_ticks - self.bid_ticks, pace=pace
        )

    def simulate(
        self, duration_ns: int, seed: int | np.random.SeedSequence, *, levels: int = 10
    ) -> tuple[RecordedMessages, BookHistory]:
        """A market with nothing but this flow, from the book at the recording's end on; see simulate_alone.

        A tenth of the time runs before what is shown.
        """
        return simulate_alone(
            self.parameters(),
            self.new_state(start_ns=0),
            self.instrument,
            duration_ns=duration_ns,
            burn_in_ns=duration_ns // 10,
            levels=levels,
            seed=seed,
        )

    def describe(self) -> list[tuple[str, float, float, str]]:
        """Rows of name, value, standard error and unit for a table."""
        marks, count = self.marks, len(self.marks)
        waits = 1e-9 * marks["wait_ns"]
        rate = 1.0 / float(waits.mean())
        rows = [("events", rate, rate * float(waits.std()) / float(waits.mean() * math.sqrt(count)), "1/s")]
        for name, kind in (("limit orders", MarkKind.ADD), ("market orders", MarkKind.TAKE)):
            share = float((marks["kind"] == kind).mean())
            rows.append((f"share of {name}", share, math.sqrt(share * (1.0 - share) / count), "1"))
        rows.append(("events on the tape", float(count), math.nan, "1"))
        rows.append(("events of a stretch played in one", self.stretch_events, math.nan, "1"))
        rows.append(("tolerance of another book", self.tolerance, math.nan, "1"))
        rows.append(("settings tried", float(self.settings_tried), math.nan, "1"))
        rows.append(("mean log distance of the chosen", self.log_distance, math.nan, "1"))
        rows.append(("recorded lots in one", float(self.instrument.lots), math.nan, "1"))
        rows.append(("orders cut to the largest", float(self.cut_quantities), math.nan, "1"))
        return rows

    def save(self, path: Path | str) -> None:
        """Write everything to one .npz file, as it is named, without pickle."""
        header = {name: getattr(self, name) for name in _HEADER} | {"instrument": asdict(self.instrument)}
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
            raise ExecutionError(
                f"{path}: {error}; expected a file that `save` of a marked flow wrote"
            ) from error
        header["instrument"] = Instrument(**header["instrument"])
        return cls(**header, **arrays)


_ARRAYS = ("marks", "contexts", "anchor_rows", "anchor_ticks", "anchor_volume")
_HEADER = tuple(name for name in MarkedFlow.__dataclass_fields__ if name not in _ARRAYS)


def transcribed_flow(messages: RecordedMessages, history: BookHistory) -> MarkedFlow:
    """The marked flow of a recording and the levels after each of its messages, its settings not chosen.

    Raises ExecutionError when fewer than MINIMUM_EVENTS of its events can be used.
    """
    tape = transcribe(messages, history)
    if len(tape.marks) < MINIMUM_EVENTS:
        raise ExecutionError(
            f"{len(tape.marks)} of {len(messages)} recorded messages can be used, "
            f"expected at least {MINIMUM_EVENTS}: both sides of the book must be known before and after them"
        )
    marks = tape.marks
    both = (history.bid_volume[:, 0] > 0) & (history.ask_volume[:, 0] > 0) & ~history.crossed
    last = int(np.flatnonzero(both)[-1])
    anchors = _anchors(tape, messages, history)
    return MarkedFlow(
        instrument=Instrument(
            symbol=messages.symbol,
            tick_size=messages.tick_size,
            lot_size=messages.lot_size,
            lots=tape.lots,
        ),
        bid_ticks=int(history.bid_ticks[last, 0]),
        ask_ticks=int(history.ask_ticks[last, 0]),
        touch_only=history.levels == 1,
        cut_quantities=int(np.count_nonzero(messages.quantity > tape.lots * MAX_QUANTITY)),
        marks=marks,
        contexts=tape.contexts,
        anchor_rows=anchors.rows,
        anchor_ticks=anchors.ticks,
        anchor_volume=anchors.volume,
    )


def _anchors(tape: Transcript, messages: RecordedMessages, history: BookHistory) -> Anchors:
    """Where a stretch may begin; behind an only level what is usually revealed when it is used up."""
    marks = tape.marks
    anchors = anchor_books(messages, history, tape.message, np.flatnonzero(marks["breaks"]), tape.lots)
    uncovered = marks[marks["gap"] > 0]
    if history.levels > 1 or len(uncovered) == 0:
        return anchors
    gap, volume = float(uncovered["gap"].mean()), float(np.median(uncovered["revealed"]))
    return with_levels_behind(anchors, max(1, round(gap)), max(1, round(volume)))
