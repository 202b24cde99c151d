"""Where to rest an order, learned from recorded flow, against an optimised submit-and-leave and TWAP.

`python benchmarks/execution_backward_q.py [folder of the recordings] [part of a recording's name]`: the
method of Nevmyvaka, Feng and Kearns (2006), who publish costs 27 to 36% below submit-and-leave for time and
inventory alone, and 13% more for market variables. Each stretch of the later 60% of a recording is worked by
tables, and by a submit-and-leave price, learned from all that came before its fifth of the recording; one buy
and one sell in each, in the replayed market itself. A replayed market does not react.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.execution_replay import SCHEDULES
from benchmarks.recorded import RECORDINGS, SHARED
from execution.agents.backward_q import SIDES, QuotingTask, SliceOutcomes, learn, slice_outcomes
from execution.agents.classical import ScheduleWorker
from execution.agents.comparison import compare
from execution.agents.comparison_checks import DIFFERENCE_TITLES, as_text, difference_rows
from execution.agents.quoting import VARIABLES, Quoter, SubmitAndLeave, work_quotes
from execution.agents.recorded_terms import terms_of_recording
from execution.agents.single_market import SingleMarket, signed_flow
from execution.agents.task import ExecutionTask
from execution.agents.terms import MarketTerms
from execution.recorded.read import read_recording
from execution.recorded.recording import Recording
from execution.recorded.replay import ReplayMarket

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FOLDS = (0.4, 0.6, 0.8, 1.0)
SPREADS = (-4.0, -2.0, -1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 2.0, 6.0)
UNITS, PARTS = 8, 2
SETTINGS = (  # name, horizon [s], decisions, participation
    ("LOBSTER AMZN", 120.0, 8, (0.1, 0.5, 1.0)),
    ("Bitstamp", 600.0, 8, (0.1, 0.5)),
    ("Binance", 10.0, 5, (0.1, 0.5)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A recording, the orders in it, and the edges of the slices, shape (slice + 1,)."""

    recording: Recording
    task: QuotingTask
    terms: MarketTerms
    edges_ns: IntArray

    @property
    def stretches(self) -> IntArray:
        """First slice of each order, stretches that do not overlap."""
        return np.arange(0, len(self.edges_ns) - self.task.decisions, self.task.decisions)

    def fold(self, share: float) -> int:
        """The first slice that is after a share of the slices, where a stretch begins."""
        return round(share * len(self.stretches)) * self.task.decisions

    def work(self, quoter: Quoter, first: int, last: int) -> FloatArray:
        """Costs [bps] of the stretches that begin from slice `first` to before `last`, (stretch, side)."""
        market, flow = ReplayMarket(self.recording), signed_flow(self.recording.messages)
        quantity, costs = int(self.task.lots[-1]), []
        for start in self.stretches[(self.stretches >= first) & (self.stretches < last)].tolist():
            edges = self.edges_ns[start : start + self.task.decisions + 1]
            market.advance_to(int(edges[0]))
            for side in SIDES:
                one = market.copy()
                found = work_quotes(
                    quoter, one, side=side, quantity=quantity, edges_ns=edges, signed_lots=flow
                )
                costs.append(found.bps(quantity))
        return np.array(costs).reshape(-1, 2)

    def work_twap(self, first: int) -> FloatArray:
        """Costs [bps] of TWAP with a slice for each decision, as `work`."""
        seconds = 1e-9 * float(self.edges_ns[self.task.decisions] - self.edges_ns[0])
        task = ExecutionTask(horizon_seconds=seconds, decisions=self.task.decisions, pause=0)
        worker = ScheduleWorker(
            name="twap",
            schedule_for=SCHEDULES["twap"],
            slices=self.task.decisions,
            look_seconds=seconds / 100,
        )
        market, lots = ReplayMarket(self.recording), self.task.lots[-1:].astype(np.int64)
        costs = []
        for start in self.stretches[self.stretches >= first].tolist():
            market.advance_to(int(self.edges_ns[start]))
            for side in SIDES:
                session = worker.session(SingleMarket(market.copy()), [self.terms], task)
                found = session.work(np.array([int(side)]), lots)
                costs.append(1e4 * float(found.shortfall[0] / (lots[0] * found.arrival_ticks[0])))
        return np.array(costs).reshape(-1, 2)


def prepared(recording: Recording, horizon_seconds: float, decisions: int, participation: float) -> Study:
    """Sizes and prices from the first 40% of a recording."""
    terms = terms_of_recording(recording.split(FOLDS[0])[0], sample_seconds=horizon_seconds / 10)
    lots = max(1, round(participation * terms.lots_per_second * horizon_seconds / UNITS))
    offsets = {round(each * terms.spread_ticks) for each in SPREADS} | {-1, 1}
    ts_ns, step_ns = recording.messages.ts_ns, round(1e9 * horizon_seconds / decisions)
    return Study(
        recording=recording,
        task=QuotingTask(
            decisions=decisions, units=UNITS, unit_lots=lots, offsets_ticks=tuple(sorted(offsets))
        ),
        terms=terms,
        edges_ns=np.arange(int(ts_ns[0]) + step_ns, int(ts_ns[-1]), step_ns),
    )


def submit_and_leave(study: Study) -> dict[int, FloatArray]:
    """Costs [bps] of each price left where it is, over every stretch, shape (stretch, side)."""
    everything = len(study.edges_ns)
    return {
        offset: study.work(SubmitAndLeave(offset=offset), 0, everything)
        for offset in study.task.offsets_ticks
    }


def out_of_sample(
    study: Study, outcomes: SliceOutcomes, leaves: dict[int, FloatArray]
) -> tuple[dict[str, FloatArray], list[int]]:
    """Costs [bps] by method of the stretches after the first fold, and each fold's submit-and-leave price."""
    costs: dict[str, list[FloatArray]] = {"submit and leave": [], "time, inventory": [], "with market": []}
    prices = []
    for begin, end in pairwise(FOLDS):
        first, last = study.fold(begin), study.fold(end)
        known = first // study.task.decisions
        best = min(leaves, key=lambda offset: float(leaves[offset][:known].mean()))
        prices.append(best)
        costs["submit and leave"].append(leaves[best][known : last // study.task.decisions])
        past = outcomes.first(first)
        for name, variables in (("time, inventory", ()), ("with market", VARIABLES)):
            table = learn(past, study.task, variables=variables, parts=PARTS)
            costs[name].append(study.work(table, first, last))
    return {name: np.concatenate(each) for name, each in costs.items()}, prices


def report(name: str, recording: Recording, horizon: float, decisions: int, participation: float) -> None:
    """Print one setting's comparison."""
    begun = time.process_time()
    study = prepared(recording, horizon, decisions, participation)
    outcomes = slice_outcomes(recording, study.task, study.edges_ns)
    tried = time.process_time() - begun
    costs, prices = out_of_sample(study, outcomes, submit_and_leave(study))
    costs["twap"] = study.work_twap(study.fold(FOLDS[0]))
    stretch = np.repeat(np.arange(len(costs["twap"])), 2)
    print(
        f"\n{name}: {int(study.task.lots[-1])} lots in {horizon:g} s, {participation:.0%} of the usual "
        f"volume; spread {study.terms.spread_ticks:g} ticks; {decisions} decisions; every price tried in "
        f"{tried:.0f} s of CPU time, all in {time.process_time() - begun:.0f} s"
    )
    left = ", ".join(f"{price:+d}" for price in prices)
    print(f"  submit and leave costs {costs['submit and leave'].mean():.3f} bps, at {left} ticks by fold")
    found = compare(
        {method: each.ravel() for method, each in costs.items()}, baseline="submit and leave", cluster=stretch
    )
    print(as_text(DIFFERENCE_TITLES, difference_rows(found)))


def main() -> None:
    """Print every setting's comparison."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    wanted = sys.argv[2].lower() if len(sys.argv) > 2 else ""
    print(__doc__)
    for name, horizon, decisions, shares in SETTINGS:
        if wanted in name.lower():
            recording = read_recording([folder / part for part in RECORDINGS[name]])
            for share in shares:
                report(name, recording, horizon, decisions, share)


if __name__ == "__main__":
    main()
