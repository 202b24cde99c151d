"""The marked flow fitted to a recording, kept in one file, and played alone."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from execution.book.layout import RecordArray
from execution.errors import ExecutionError
from execution.market.calibration.lone_market import Instrument, simulate_alone
from execution.market.calibration.marked_opening import opening_orders
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

    marks, contexts: (row,) and (row, feature), see flows.marked_tape. opening: OPENING, the orders at the
    recording's end, when the best prices were bid_ticks and ask_ticks. candidates, jump_probability,
    swap_probability, tolerance: see MarkedParameters.
    """

    instrument: Instrument
    bid_ticks: int
    ask_ticks: int
    touch_only: bool
    marks: RecordArray
    contexts: FloatArray
    opening: RecordArray
    candidates: int = 16
    jump_probability: float = 0.002
    swap_probability: float = 0.5
    tolerance: float = 5.0
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
            opening=self.opening,
            candidates=self.candidates,
            jump_probability=self.jump_probability,
            swap_probability=self.swap_probability,
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
        rows.append(("orders at the start", float(len(self.opening)), math.nan, "1"))
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
        header["weights"] = tuple(header["weights"])
        return cls(**header, **arrays)


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
        instrument=Instrument(
            symbol=messages.symbol,
            tick_size=messages.tick_size,
            lot_size=messages.lot_size,
            lots=tape.lots,
        ),
        bid_ticks=int(history.bid_ticks[last, 0]),
        ask_ticks=int(history.ask_ticks[last, 0]),
        touch_only=not behind.any(),
        marks=marks,
        contexts=tape.contexts,
        opening=opening,
    )
