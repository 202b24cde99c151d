"""Workers at every venue of a scenario, lit and dark, by the names typed on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets
from execution.agents.routers import EveryVenue, RouterWorker, Sweep
from execution.agents.study_order import StudyOrder
from execution.agents.task import ExecutionTask
from execution.agents.terms import MarketTerms
from execution.agents.worker import Outcome, Session, Worker
from execution.errors import AgentError
from execution.market.scenario import MarketScenario
from execution.schedules.almgren_chriss import AlmgrenChriss
from execution.venues.even_dark import EvenDark, LitDarkPace
from execution.venues.lit_dark_fills import KnownIntensity
from execution.venues.lit_dark_schedule import LitDarkSchedule
from execution.venues.router import LitOnly, SmartWorker

IntArray = npt.NDArray[np.int64]
DECISION_SECONDS = 5.0  # between two decisions; what rests follows the touch each second
LIT_WORKERS = ("lit-rest", "lit-cross")
DARK_WORKERS = ("even-split", "lit-dark", "router")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VenueWorker:
    """A worker that is shown every venue, and decides every few seconds."""

    worker: Worker

    @property
    def name(self) -> str:
        """The worker's."""
        return self.worker.name

    def session(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> VenueSession:
        """Sit down when the order begins."""
        return VenueSession(self, markets, terms, task)


class VenueSession:
    """One order in each market: the desk is taken when the task's pause is over."""

    def __init__(
        self, worker: VenueWorker, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask
    ) -> None:
        self._worker, self._markets, self._terms, self._task = worker, markets, terms, task

    def work(self, side: IntArray, quantity: IntArray) -> Outcome:
        """Watch for the task's pause, then work an order in each market, shape (market,)."""
        task, markets = self._task, self._markets
        markets.step_until(markets.now_ns + task.pause * task.interval_ns)
        decisions = max(1, round(task.horizon_seconds / DECISION_SECONDS))
        own = replace(task, decisions=decisions, repeats=1, pause=0)
        session: Session = self._worker.worker.session(markets, self._terms, own)
        return session.work(side, quantity)


def venue_worker(name: str, order: StudyOrder, reference: AlmgrenChriss) -> VenueWorker:
    """One of LIT_WORKERS, or of DARK_WORKERS in a scenario with pools.

    reference: the same order's optimum with no pool, whose impact and risk the lit-dark schedule shares.
    KeyError for another name, AgentError for a scenario without a pool to rest in.
    """
    make = _WORKERS[name]
    if name in DARK_WORKERS and not order.scenario.pools:
        raise AgentError(
            f"'{name}' rests in dark pools, of which {order.scenario.name} has none; expected a market "
            f"with a [[pool]], such as --scenario dark"
        )
    return VenueWorker(worker=make(name, order, reference))


def lit_dark_schedule(order: StudyOrder, reference: AlmgrenChriss) -> LitDarkSchedule:
    """Kratz and Schoneborn's for the order, told the laws by which uninformed counterparties come.

    Pools fill a part of what rests rather than all of it: theta is the part of the order that they fill on
    average in a day while it rests there in equal parts. Who is informed is left out, as the closed form
    does.
    """
    pools, lots = order.scenario.pools, order.stated.quantity
    each = sum(pool.lots_per_second(lots // len(pools)) for pool in pools)
    return LitDarkSchedule(
        horizon=reference.horizon,
        temporary_impact=reference.temporary_impact,
        risk=reference.risk_aversion * reference.volatility**2,
        law=KnownIntensity(intensity=each / lots * 60.0 * order.stated.minutes / reference.horizon),
    )


def _lit_rest(name: str, order: StudyOrder, _: AlmgrenChriss) -> Worker:
    return RouterWorker(name=name, router=LitOnly(lit=EveryVenue(), venues=_lit(order.scenario)))


def _lit_cross(name: str, order: StudyOrder, _: AlmgrenChriss) -> Worker:
    return RouterWorker(name=name, router=LitOnly(lit=Sweep(), venues=_lit(order.scenario)))


def _even_split(name: str, order: StudyOrder, _: AlmgrenChriss) -> Worker:
    return RouterWorker(name=name, router=EvenDark(lit=EveryVenue(), venues=_lit(order.scenario)))


def _lit_dark(name: str, order: StudyOrder, reference: AlmgrenChriss) -> Worker:
    pace = LitDarkPace(schedule=lit_dark_schedule(order, reference))
    return RouterWorker(name=name, router=EvenDark(lit=pace, venues=_lit(order.scenario)))


def _router(name: str, _: StudyOrder, __: AlmgrenChriss) -> Worker:
    return SmartWorker(name=name, lit=EveryVenue())


def _lit(scenario: MarketScenario) -> int:
    return len(scenario.lit_venues)


_WORKERS: Mapping[str, Callable[[str, StudyOrder, AlmgrenChriss], Worker]] = {
    "lit-rest": _lit_rest,
    "lit-cross": _lit_cross,
    "even-split": _even_split,
    "lit-dark": _lit_dark,
    "router": _router,
}
