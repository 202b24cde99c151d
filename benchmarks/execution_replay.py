"""Parent orders worked in replayed recordings, each worker on the same orders, against TWAP.

`python benchmarks/execution_replay.py [folder of the recordings [agent's file ...]]`: every stretch of one
horizon of the last 80% of a recording, one buy and one sell in each; what is known of the market beforehand
is of the first 20%. Agents are the shipped ones, taught in simulated markets, and those of the files. An
order rests with its honest place in the queue and pays for what it takes.

A replayed market does not react: nobody sees the order, nothing refills or flees because of it. Costs of
small orders are right, those of large ones too low, and patience looks better than it is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.recorded import RECORDINGS, SHARED
from execution.agents.actions import default_actions
from execution.agents.classical import ScheduleWorker
from execution.agents.comparison import compare
from execution.agents.comparison_checks import DIFFERENCE_TITLES, as_text, difference_rows
from execution.agents.network_policy import NetworkPolicy
from execution.agents.observation import FEATURES
from execution.agents.recorded_terms import terms_of_recording
from execution.agents.single_market import SingleMarket, signed_flow
from execution.agents.study_workers import AGENTS, agent_file
from execution.agents.task import ExecutionTask
from execution.agents.terms import MarketTerms
from execution.agents.worker import Worker, agent_worker
from execution.recorded.read import read_recording
from execution.recorded.recording import Recording
from execution.recorded.replay import ReplayMarket
from execution.schedules.almgren_chriss import AlmgrenChriss
from execution.schedules.obizhaeva_wang import ObizhaevaWang
from execution.schedules.pov import Pov
from execution.schedules.schedule import AdaptiveSchedule, Schedule
from execution.schedules.twap import Twap
from execution.schedules.volume import VolumeForecast
from execution.schedules.vwap import VwapRealised

FloatArray = npt.NDArray[np.float64]

KNOWN = 0.2  # part of a recording from which the market's terms come
PARTICIPATION = (0.05, 0.2)
URGENCY, RESILIENCE = 2.0, 5.0  # kappa and rho times the horizon
SLICES, LOOKS, PAUSE = 10, 60, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A recording by its name and the length of an order in it."""

    name: str
    horizon_seconds: float

    @property
    def task(self) -> ExecutionTask:
        """As many decisions of an agent as a schedule has looks."""
        return ExecutionTask(horizon_seconds=self.horizon_seconds, decisions=LOOKS, pause=PAUSE)


SETTINGS = (
    Setting(name="LOBSTER AMZN", horizon_seconds=300.0),
    Setting(name="Bitstamp", horizon_seconds=600.0),
    Setting(name="Binance", horizon_seconds=10.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Orders of one worker, shape (order,): cost [bps of arrival notional]; shares of what was asked."""

    cost_bps: FloatArray
    completion: FloatArray
    taken: FloatArray


def expected(terms: MarketTerms, seconds: float) -> VolumeForecast:
    """The volume of a horizon at the earlier part's pace."""
    return VolumeForecast(expected=terms.lots_per_second * seconds)


def pov(terms: MarketTerms, quantity: int, seconds: float) -> Pov:
    """Half to twice the participation that the usual volume asks for."""
    share = quantity / (quantity + terms.lots_per_second * seconds)
    return Pov(minimum=0.5 * share, maximum=min(2.0 * share, 0.9), forecast=expected(terms, seconds))


SCHEDULES: dict[str, Callable[[MarketTerms, int, float], Schedule | AdaptiveSchedule]] = {
    "twap": lambda terms, quantity, seconds: Twap(),
    "vwap": lambda terms, quantity, seconds: VwapRealised(forecast=expected(terms, seconds)),
    "pov": pov,
    "almgren-chriss": lambda terms, quantity, seconds: AlmgrenChriss(
        horizon=1.0, volatility=1.0, temporary_impact=1.0, risk_aversion=URGENCY**2
    ),
    "obizhaeva-wang": lambda terms, quantity, seconds: ObizhaevaWang(horizon=1.0, resilience=RESILIENCE),
}


def schedule_workers(seconds: float) -> list[Worker]:
    """The schedules, as the executor works them."""
    return [
        ScheduleWorker(name=name, schedule_for=schedule, slices=SLICES, look_seconds=seconds / LOOKS)
        for name, schedule in SCHEDULES.items()
    ]


def agent_workers(files: Sequence[str]) -> list[Worker]:
    """The shipped agents and those of the files, which take the place of shipped ones of their name."""
    found = [path for name in (*AGENTS, *files) if (path := agent_file(name)) is not None]
    names = default_actions().names
    crew = [agent_worker(NetworkPolicy.load(path, features=FEATURES, actions=names)) for path in found]
    return list({worker.name: worker for worker in crew}.values())


def starts(recording: Recording, task: ExecutionTask) -> list[int]:
    """When the pause before each order begins: stretches of one horizon that do not overlap."""
    ts_ns = recording.messages.ts_ns
    first, last = int(ts_ns[0]), int(ts_ns[-1])
    horizon_ns, pause_ns = round(1e9 * task.horizon_seconds), task.pause * task.interval_ns
    begin = first + round(KNOWN * (last - first))
    return [start - pause_ns for start in range(begin, last - horizon_ns, horizon_ns)]


def work_all(
    recording: Recording, crew: Sequence[Worker], task: ExecutionTask, terms: MarketTerms, quantity: int
) -> dict[str, Worked]:
    """Let each worker buy and sell in each stretch, rows in the order of starts, then sides."""
    market, flow = ReplayMarket(recording), signed_flow(recording.messages)
    rows: dict[str, list[tuple[float, float, float]]] = {worker.name: [] for worker in crew}
    lots = np.array([quantity])
    for start_ns in starts(recording, task):
        market.advance_to(start_ns)
        for side in (1, -1):
            for worker in crew:
                one = SingleMarket(market.copy(), signed_lots=flow)
                found = worker.session(one, [terms], task).work(np.array([side]), lots)
                cost_bps = 1e4 * float(found.shortfall[0]) / (quantity * float(found.arrival_ticks[0]))
                shares = 1.0 - found.left[0] / quantity, found.taken[0] / quantity
                rows[worker.name].append((cost_bps, float(shares[0]), float(shares[1])))
    return {name: Worked(**_columns(row)) for name, row in rows.items()}


def _columns(rows: list[tuple[float, float, float]]) -> dict[str, FloatArray]:
    columns = np.array(rows).T
    return dict(zip(("cost_bps", "completion", "taken"), columns, strict=True))


def study(recording: Recording, setting: Setting, agents: Sequence[Worker] = ()) -> None:
    """Print one recording's table for each size."""
    task, terms = setting.task, terms_of_recording(recording.split(KNOWN)[0], sample_seconds=1.0)
    for share in PARTICIPATION:
        quantity = max(1, round(share * terms.lots_per_second * task.horizon_seconds))
        begun = time.process_time()
        crew = [*schedule_workers(task.horizon_seconds), *agents]
        worked = work_all(recording, crew, task, terms, quantity)
        seconds = time.process_time() - begun
        stretch = np.repeat(np.arange(len(starts(recording, task))), 2)
        print(
            f"\n{setting.name}: {quantity} lots in {task.horizon_seconds:g} s, {share:.0%} of the usual "
            f"volume; spread {terms.spread_ticks:g} ticks; {seconds:.0f} s of CPU time"
        )
        for name, one in worked.items():
            print(
                f"  {name:16} cost {one.cost_bps.mean():8.3f} bps   deviation {one.cost_bps.std():7.3f}   "
                f"completed {one.completion.mean():7.2%}   crossed {one.taken.mean():6.1%}"
            )
        costs = {name: one.cost_bps for name, one in worked.items()}
        found = compare(costs, baseline="twap", cluster=stretch)
        print(as_text(DIFFERENCE_TITLES, difference_rows(found)))


def main() -> None:
    """Print every recording's tables."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    agents = agent_workers(sys.argv[2:])
    print(__doc__)
    for setting in SETTINGS:
        study(read_recording([folder / part for part in RECORDINGS[setting.name]]), setting, agents)


if __name__ == "__main__":
    main()
