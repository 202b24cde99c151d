"""Workers by the names typed on the command line: classical schedules, and agents from their files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from execution.agents.actions import default_actions
from execution.agents.child_orders import ChildOrderWorker
from execution.agents.classical import ScheduleWorker
from execution.agents.network_policy import NetworkPolicy
from execution.agents.observation import FEATURES
from execution.agents.pace.actions import pace_actions
from execution.agents.pace.observation import FEATURES as PACE_FEATURES
from execution.agents.pace.worker import PaceWorker
from execution.agents.study_order import StudyOrder
from execution.agents.venue_workers import DARK_WORKERS, LIT_WORKERS, venue_worker
from execution.agents.worker import Worker, agent_worker
from execution.schedules.almgren_chriss import AlmgrenChriss, almgren_chriss_for
from execution.schedules.pov import Pov
from execution.schedules.schedule import AdaptiveSchedule, Schedule
from execution.schedules.twap import Twap
from execution.schedules.volume import VolumeCurve, VolumeForecast
from execution.schedules.vwap import Vwap, VwapRealised
from execution.tca.default_curve import default_cost_curve

AGENTS = ("dqn", "ppo")
AGENT_SUFFIX = ".safetensors"
RISK_AVERSION = 1e-6  # absolute, per unit of currency: Almgren-Chriss's
SLICE_SECONDS, LOOK_SECONDS = 60.0, 5.0
CHILD_SECONDS = 300.0  # of the orders that the shipped agents are trained on
LONG_SECONDS = 1200.0  # of an order beyond which its pace matters more than where its lots are placed
PACE = "pace_"  # begins the file's name of a shipped agent of the pace
_MOST_SHARE = 0.9  # of the volume: the ceiling of a participation that must finish in time


def worker_named(name: str, order: StudyOrder) -> Worker:
    """A schedule of SCHEDULES, a worker of all venues, a shipped agent, or the path of an agent's file.

    KeyError for a name that is none, AgentError for a file that is no agent of our desk's and for a worker of
    dark pools where there are none.
    """
    if name in SCHEDULES:
        schedule = SCHEDULES[name](order)
        slices = max(1, round(60.0 * order.stated.minutes / SLICE_SECONDS))
        return ScheduleWorker(
            name=name, schedule_for=_Always(schedule), slices=slices, look_seconds=LOOK_SECONDS
        )
    if name in (*LIT_WORKERS, *DARK_WORKERS):
        return venue_worker(name, order, _almgren_chriss(order))
    return agent_named(name, horizon_seconds=60.0 * order.stated.minutes, curve=order.usual_curve())


def agent_named(name: str, *, horizon_seconds: float, curve: VolumeCurve | None = None) -> Worker:
    """A shipped agent by its name or an agent by its file's path, for orders of so many seconds.

    A long order's shipped agent is one of the pace, a short one's places its orders itself. curve: the usual
    volume in the order's time [lots], None for an even one. KeyError for a name that is neither, AgentError
    for a file that is no agent of either desk's.
    """
    long = agent_file(PACE + name) if name in AGENTS and horizon_seconds > LONG_SECONDS else None
    path = long or agent_file(name)
    if path is None:
        raise KeyError(name)
    paces = pace_actions().names
    if NetworkPolicy.load(path).card.action_names == paces:
        return PaceWorker(policy=NetworkPolicy.load(path, features=PACE_FEATURES, actions=paces), curve=curve)
    policy = NetworkPolicy.load(path, features=FEATURES, actions=default_actions().names)
    return ChildOrderWorker(agent=agent_worker(policy), child_seconds=CHILD_SECONDS)


def agent_file(name: str) -> Path | None:
    """Where an agent's weights are; None where there are none."""
    path = Path(name)
    if path.suffix != AGENT_SUFFIX:
        path = Path(str(resources.files("execution.agents") / "shipped")) / f"{name}{AGENT_SUFFIX}"
    return path if path.is_file() else None


def known_workers() -> tuple[str, ...]:
    """The names that work: schedules, workers of all venues, and the agents whose weights are shipped."""
    return (*SCHEDULES, *LIT_WORKERS, *DARK_WORKERS, *known_agents())


def known_agents() -> tuple[str, ...]:
    """The agents whose weights are shipped."""
    return tuple(name for name in AGENTS if agent_file(name) is not None)


def default_workers(order: StudyOrder) -> tuple[str, ...]:
    """The workers compared when nobody names any, the one they are compared with first."""
    if order.scenario.pools:
        return (*LIT_WORKERS, "twap", *DARK_WORKERS)
    return tuple(name for name in ("twap", "vwap", "almgren-chriss", *AGENTS) if name in known_workers())


@dataclass(frozen=True, slots=True)
class _Always:
    """The schedule of one order, whatever is asked; unlike a lambda it can be sent to another process."""

    schedule: Schedule | AdaptiveSchedule

    def __call__(self, *_: object) -> Schedule | AdaptiveSchedule:
        return self.schedule


def _almgren_chriss(order: StudyOrder) -> AlmgrenChriss:
    conditions = order.conditions()
    curve = default_cost_curve(
        tick_size=conditions.tick_size,
        price=conditions.mid_price,
        half_spread_ticks=conditions.half_spread_ticks,
        fee_per_contract=0.0,
        multiplier=1.0,
    )
    return almgren_chriss_for(order.parent(), conditions=conditions, curve=curve, risk_aversion=RISK_AVERSION)


def _pov(order: StudyOrder) -> AdaptiveSchedule:
    forecast = VolumeForecast(curve=order.usual_curve(), expected=order.usual_volume())
    return Pov(minimum=0.0, maximum=_MOST_SHARE, forecast=forecast)


def _vwap_realised(order: StudyOrder) -> AdaptiveSchedule:
    return VwapRealised(forecast=VolumeForecast(curve=order.usual_curve(), expected=order.usual_volume()))


SCHEDULES: Mapping[str, Callable[[StudyOrder], Schedule | AdaptiveSchedule]] = {
    "twap": lambda _: Twap(),
    "vwap": lambda order: Vwap(curve=order.usual_curve()),
    "vwap-realised": _vwap_realised,
    "pov": _pov,
    "almgren-chriss": _almgren_chriss,
}
