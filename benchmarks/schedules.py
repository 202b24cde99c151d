"""How exact the schedules and placements are, what they save over trading evenly, and what they take.

`python benchmarks/schedules.py`: each closed form beside an independent solver, TWAP's excess cost over the
optimum, and the processor time of one plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from execution.placement.cont_kukanov import PlacementProblem, place_at_one_venue
from execution.placement.outflow import EmpiricalOutflow, ExponentialOutflow
from execution.placement.programme import place_by_programme
from execution.placement.stochastic import place_by_gradient
from execution.schedules.almgren_chriss import AlmgrenChriss
from execution.schedules.drift import AlmgrenChrissWithDrift
from execution.schedules.implementation_shortfall import ImplementationShortfall
from execution.schedules.obizhaeva_wang import ObizhaevaWang
from execution.schedules.power_law import PowerLawImpact

FloatArray = npt.NDArray[np.float64]

SHARES = 1_000_000
# Almgren and Chriss (2000), table 1.
PAPER = AlmgrenChriss(
    horizon=5.0,
    volatility=0.95,
    temporary_impact=2.5e-6,
    permanent_impact=2.5e-7,
    half_spread=0.0625,
    risk_aversion=2e-6,
)
ROOT = PowerLawImpact(horizon=5.0, volatility=0.95, temporary_impact=1e-3, risk_aversion=2e-6)


def best_of_quadratic(quadratic: FloatArray, linear: FloatArray) -> FloatArray:
    """Trades that minimise n'Qn / 2 + c'n among those that sum to 1: the conditions solved as one system."""
    count = len(linear)
    system = np.ones((count + 1, count + 1))
    system[:count, :count] = quadratic
    system[count, count] = 0.0
    return np.linalg.solve(system, np.append(-linear, 1.0))[:count]


def almgren_chriss(slices: int, drift: float = 0.0) -> FloatArray:
    """The paper's problem for one share of the million, from its definition."""
    tau = PAPER.horizon / slices
    eta = PAPER.temporary_impact - 0.5 * PAPER.permanent_impact * tau
    left = 1.0 - np.tri(slices)
    risk = PAPER.risk_aversion * PAPER.volatility**2 * tau * left.T @ left
    quadratic = 2.0 * SHARES * (eta / tau * np.eye(slices) + risk)
    return best_of_quadratic(quadratic, drift * tau * left.sum(axis=0))


def obizhaeva_wang(times: FloatArray, resilience: float) -> FloatArray:
    """The displacement left by each trade at each later one."""
    apart = np.abs(np.subtract.outer(times, times))
    return best_of_quadratic(np.exp(-resilience * apart), np.zeros(len(times)))


def seconds(work: Callable[[], object]) -> float:
    """Best processor time of five."""
    taken = []
    for _ in range(5):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def print_schedules() -> None:
    """Largest difference of a trade, as part of the order, and what trading evenly pays more."""
    print("schedule                 slices   largest difference   TWAP pays more")
    for slices in (5, 50, 390):
        even = np.full(slices, SHARES / slices)
        ours = -np.diff(PAPER.remaining(slices)) * SHARES
        excess = PAPER.utility(even) / PAPER.utility(ours) - 1.0
        gap = np.abs(ours / SHARES - almgren_chriss(slices)).max()
        print(f"almgren-chriss           {slices:6}   {gap:18.1e}   {excess:13.1%}")
        drifting = AlmgrenChrissWithDrift(model=PAPER, drift=0.005)
        gap = np.abs(
            -np.diff(drifting.holdings(SHARES, slices)) / SHARES - almgren_chriss(slices, 0.005)
        ).max()
        print(f"  with drift             {slices:6}   {gap:18.1e}")
        spread = ROOT.utility(even) / ROOT.utility(-np.diff(ROOT.remaining(SHARES, slices)) * SHARES) - 1.0
        print(f"  square-root impact     {slices:6}   {'':18}   {spread:13.1%}")
    for gaps, resilience in ((20, 5.0), (390, 1.0), (390, 5.0), (390, 20.0), (390, 50.0)):
        schedule = ObizhaevaWang(horizon=1.0, resilience=resilience)
        times = np.linspace(0.0, 1.0, gaps + 1)
        ours = schedule.shares(times)
        even = np.full(gaps + 1, 1.0 / (gaps + 1))
        excess = schedule.expected_cost(even, times) / schedule.expected_cost(ours, times) - 1.0
        gap = np.abs(ours - obizhaeva_wang(times, resilience)).max()
        print(f"obizhaeva-wang rho {resilience:4.0f}  {gaps + 1:6}   {gap:18.1e}   {excess:13.1%}")


def print_urgency() -> None:
    """How early an order trades by what the book stays away from its ideal, in parts of the order."""
    print("\nstanding / order   urgency (0 evenly, 1 at once), square-root impact, 30 slices")
    for part in (0.0, 0.5, 1.0, 2.0, 5.0):
        schedule = ImplementationShortfall(market=ROOT, standing=part * SHARES)
        print(f"{part:16.1f}   {schedule.urgency(SHARES, 30):7.3f}")


def print_placements() -> None:
    """Cost of a placement on fresh outflows: closed form, programme and gradient."""
    rng = np.random.default_rng(1)
    means, queues, rebates = (2200.0, 1700.0, 500.0), (2000.0, 1500.0, 300.0), (0.002, 0.0025, -0.001)
    print("\nplacement of 1,000           market   limits                  cost on fresh outflows   seconds")
    for venues in (1, 3):
        problem = PlacementProblem(
            quantity=1000.0,
            half_spread=0.02,
            taker_fee=0.003,
            underfill=0.05,
            overfill=0.05,
            rebates=rebates[:venues],
            queues=queues[:venues],
        )
        sample, fresh = (rng.exponential(means[:venues], (count, venues)) for count in (20_000, 200_000))
        ways = {
            "programme, 500 outflows": lambda p=problem, s=sample: place_by_programme(p, s[:500]),
            "gradient, 20,000 outflows": lambda p=problem, s=sample: place_by_gradient(p, s),
        }
        if venues == 1:
            ways["closed form, its law"] = lambda p=problem: place_at_one_venue(
                p, ExponentialOutflow(mean=means[0])
            )
            seen = EmpiricalOutflow(amounts=tuple(sample[:500, 0].tolist()))
            ways["closed form, 500 outflows"] = lambda p=problem, law=seen: place_at_one_venue(p, law)
        for name, way in ways.items():
            started = time.process_time()
            found = way()
            taken = time.process_time() - started
            cost = problem.costs(found.market, np.array(found.limits), fresh).mean()
            limits = " ".join(f"{limit:7.1f}" for limit in found.limits)
            print(f"{venues} {name:26} {found.market:7.1f}   {limits:23} {cost:22.3f}   {taken:7.4f}")


def print_speed() -> None:
    """Processor time of one plan."""
    print("\nplan of 390 slices         milliseconds")
    ow = ObizhaevaWang(horizon=1.0, resilience=5.0)
    risky = ObizhaevaWang(horizon=1.0, resilience=5.0, volatility=1.0, risk_aversion=1.0)
    for name, schedule in (
        ("almgren-chriss", PAPER),
        ("square-root impact", ROOT),
        ("obizhaeva-wang", ow),
        ("obizhaeva-wang with risk", risky),
    ):
        taken = seconds(lambda s=schedule: s.plan(SHARES, 390))
        print(f"{name:26} {1e3 * taken:12.3f}")


if __name__ == "__main__":
    print_schedules()
    print_urgency()
    print_placements()
    print_speed()
