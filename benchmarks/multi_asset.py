"""How exact the schedules of several legs are, what they take, what they save, and how near a learner comes.

python -m benchmarks.multi_asset [--seeds 8] [--only exact speed worth adaptive fit critical learned]

Exactness is against one dense linear system, an interior-point quadratic programme (Clarabel) and the Riccati
equation by Runge and Kutta; time is processor time of one core, of the whole solve from plain matrices to
holdings or rules, best and median of 2,000. The learner is PPO, judged by the cost of the schedule that it
then follows; its settings were chosen on seeds 0 and 1.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import replace

import clarabel
import numpy as np
from scipy.sparse import csc_array

from execution.errors import NotIdentifiedError
from execution.schedules.almgren_chriss import AlmgrenChriss
from execution.schedules.cointegrated import CointegratedExecution
from execution.schedules.cointegrated_fit import fit_cointegration
from execution.schedules.cointegrated_prices import CointegratedPrices, unrelated_prices
from execution.schedules.cointegrated_rank import TRACE_5_PERCENT, reversion_rank
from execution.schedules.cointegrated_slices import CointegratedSlices
from execution.schedules.multi_asset import MultiAssetAlmgrenChriss
from execution.schedules.multi_asset_one_way import OneWayAlmgrenChriss
from execution.schedules.schedule import FloatArray
from tests.twins.legs_schedule import dense_expected_holdings, dense_holdings, riccati_value
from tests.twins.trace_statistic import extrapolated_quantile

START, SLICES = np.array([1e6, -1e6]), 10
COVARIANCE = np.array([[0.95**2, 0.9 * 0.95 * 0.8], [0.9 * 0.95 * 0.8, 0.8**2]])
IMPACT = np.array([[2.5e-6, 4e-7], [4e-7, 4e-6]])
REVERSION = np.array([[3.0, -2.0], [-1.0, 2.0]])
PUBLISHED = 9_361_309.021942955
# The value's entries (0, 0), (0, 2) and (2, 3) by the Hamiltonian's exponential in 1,200 digits of mpmath.
EXACT = {
    False: (1.416669600759747e-05, -0.1871082173864557, 2104.0774588580393),
    True: (1.0344784321622883e-05, -0.24286495103272004, 2448.338540499353),
}


def pair(risk_aversion: float = 1e-4) -> MultiAssetAlmgrenChriss:
    """The published pair of legs, from plain matrices."""
    return MultiAssetAlmgrenChriss(
        horizon=1.0, covariance=COVARIANCE, temporary_impact=IMPACT, risk_aversion=risk_aversion
    )


def reverting(*, exponential: bool = False, speed: float = 1.0) -> CointegratedExecution:
    """The pair, reverting to each other, in continuous time."""
    prices = CointegratedPrices(reversion=speed * REVERSION, mean=np.zeros(2), covariance=COVARIANCE)
    return CointegratedExecution(
        prices=prices, temporary_impact=IMPACT, risk_aversion=1e-4, exponential=exponential
    )


def reverting_slices() -> CointegratedSlices:
    """The same slice by slice."""
    return CointegratedSlices(
        prices=reverting().prices, horizon=1.0, temporary_impact=IMPACT, risk_aversion=1e-4
    )


def programme(model: MultiAssetAlmgrenChriss, quantities: FloatArray, slices: int) -> FloatArray:
    """Holdings by Clarabel from the cost of all trades, which sum to the quantities."""
    legs, tau = len(quantities), model.horizon / slices
    left = np.kron(1.0 - np.tri(slices), np.eye(legs))
    risk = model.risk_aversion * tau * left.T @ np.kron(np.eye(slices), model.covariance) @ left
    cost = 2.0 * (np.kron(np.eye(slices), model.net_temporary_impact(tau) / tau) + risk)
    unit, size = np.abs(cost).max(), np.abs(quantities).max()
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-14
    all_traded = csc_array(np.tile(np.eye(legs), slices))
    solved = clarabel.DefaultSolver(
        csc_array(np.triu(cost / unit)),
        np.zeros(slices * legs),
        all_traded,
        quantities / size,
        [clarabel.ZeroConeT(legs)],
        settings,
    ).solve()
    trades = size * np.array(solved.x).reshape(slices, legs)
    return np.vstack([quantities, quantities - np.cumsum(trades, axis=0)])


def random_problem(generator: np.random.Generator) -> tuple[MultiAssetAlmgrenChriss, FloatArray, int]:
    """Two to six legs, any correlation, permanent impact, mild to fierce risk aversion."""
    legs, slices = int(generator.integers(2, 7)), int(generator.integers(2, 31))
    root, impact = generator.standard_normal((2, legs, legs))
    model = MultiAssetAlmgrenChriss(
        horizon=1.0,
        covariance=root @ root.T,
        temporary_impact=1e-6 * (impact @ impact.T + np.eye(legs)),
        permanent_impact=1e-7 * np.eye(legs),
        risk_aversion=10.0 ** generator.uniform(-8.0, -2.0),
    )
    return model, 1e6 * generator.standard_normal(legs), slices


def print_exactness() -> None:
    """Largest relative differences from independent solvers."""
    model, holdings = pair(), pair().holdings(START, SLICES)
    found = model.utility(-np.diff(holdings, axis=0))
    print("exactness, relative to the largest quantity or value      floor 1e-9, aim 1e-12")
    print(f"  published pair, cost {found:.9f}            {abs(found / PUBLISHED - 1.0):9.1e}")
    gap = np.abs(holdings - dense_holdings(model, START, SLICES)).max() / 1e6
    print(f"  published pair, dense linear system                 {gap:9.1e}")
    gap = _gap_of_programme(model, START, SLICES)
    print(f"  published pair, cost of Clarabel                    {gap:9.1e}")
    generator, dense, interior = np.random.default_rng(1), 0.0, 0.0
    for _ in range(200):
        model, start, slices = random_problem(generator)
        holdings, size = model.holdings(start, slices), np.abs(start).max()
        dense = max(dense, np.abs(holdings - dense_holdings(model, start, slices)).max() / size)
        interior = max(interior, _gap_of_programme(model, start, slices))
    print(f"  200 random of 2 to 6 legs, dense linear system      {dense:9.1e}")
    print(f"  200 random of 2 to 6 legs, cost of Clarabel         {interior:9.1e}")
    sliced = reverting_slices()
    away = np.array([2.0, -1.5])
    gap = np.abs(
        sliced.expected_holdings(START, away, SLICES) - dense_expected_holdings(sliced, START, away, SLICES)
    ).max()
    print(f"  co-integrated slices, dense linear system           {gap / 1e6:9.1e}")
    still = replace(sliced, prices=unrelated_prices(COVARIANCE))
    gap = np.abs(still.expected_holdings(START, away, SLICES) - pair().holdings(START, SLICES)).max() / 1e6
    print(f"  co-integrated slices without reversion, case above  {gap:9.1e}")
    for exponential in (False, True):
        problem = reverting(exponential=exponential)
        value, slow = problem.rule(1.0).value, riccati_value(problem, 1.0)
        gap = max(_gap(value[:2], slow[:2]), _gap(value[2:, 2:], slow[2:, 2:]))
        name = "exponential utility" if exponential else "running risk"
        print(f"  co-integrated rule, {name + ', Runge-Kutta':31} {gap:9.1e}")
        gap = np.abs(value[[0, 0, 2], [0, 2, 3]] / EXACT[exponential] - 1.0).max()
        print(f"  co-integrated rule, {name + ', 1,200 digits':31} {gap:9.1e}")


def _gap_of_programme(model: MultiAssetAlmgrenChriss, start: FloatArray, slices: int) -> float:
    """How much more cost the closed form has than the programme finds, relative; not below 0 is right."""
    costs = [
        model.utility(-np.diff(holdings, axis=0))
        for holdings in (model.holdings(start, slices), programme(model, start, slices))
    ]
    return max(0.0, costs[0] / costs[1] - 1.0)


def _gap(found: FloatArray, expected: FloatArray) -> float:
    blocks = np.hsplit(found, found.shape[1] // 2), np.hsplit(expected, expected.shape[1] // 2)
    gaps = [np.abs(one - other).max() / np.abs(other).max() for one, other in zip(*blocks, strict=True)]
    return float(max(gaps))


def taken(work: Callable[[], object], repeats: int = 2_000) -> tuple[float, float]:
    """Best and median processor time of one run [ms], by parts of a twentieth of the runs."""
    work()
    times = []
    for _ in range(20):
        begin = time.process_time()
        for _ in range(repeats // 20):
            work()
        times.append(1e3 * (time.process_time() - begin) / (repeats // 20))
    return min(times), float(np.median(times))


def print_speed() -> None:
    """Processor time of whole solves."""
    print("\nwhole solve, two legs, ten slices [ms], floor 1, aim 0.1      best   median")
    generator = np.random.default_rng(2)
    five = generator.standard_normal((5, 5))
    works: dict[str, Callable[[], object]] = {
        "multi-asset Almgren-Chriss": lambda: pair().holdings(START, SLICES),
        "  by one dense linear system": lambda: dense_holdings(pair(), START, SLICES),
        "  by Clarabel": lambda: programme(pair(), START, SLICES),
        "  five legs, fifty slices": lambda: MultiAssetAlmgrenChriss(
            horizon=1.0, covariance=five @ five.T, temporary_impact=1e-6 * np.eye(5), risk_aversion=1e-5
        ).holdings(np.ones(5), 50),
        "co-integrated rule": lambda: reverting().rule(1.0),
        "co-integrated rule, exponential utility": lambda: reverting(exponential=True).rule(1.0),
        "co-integrated rules of ten instants": lambda: reverting().rules(1.0, SLICES),
        "co-integrated slices": lambda: reverting_slices().rules(SLICES),
        "one way, where it binds": lambda: OneWayAlmgrenChriss(model=pair()).holdings([1e6, -1e5], SLICES),
    }
    for name, work in works.items():
        best, median = taken(work)
        print(f"  {name:56} {best:7.3f}  {median:7.3f}")


def print_worth() -> None:
    """What other ways cost, in the least cost."""
    print("\ncost of other ways for the published pair, in the least cost      published")
    model = pair()
    apart = np.column_stack(
        [
            START[leg]
            * AlmgrenChriss(
                horizon=1.0,
                volatility=math.sqrt(COVARIANCE[leg, leg]),
                temporary_impact=IMPACT[leg, leg],
                risk_aversion=1e-4,
            ).remaining(SLICES)
            for leg in range(2)
        ]
    )
    falls, waits = np.linspace(1.0, 0.0, 6), np.ones(5)
    in_turn = np.column_stack([np.append(falls, np.zeros(5)), np.append(waits, falls)]) * START
    even = np.linspace(1.0, 0.0, SLICES + 1)[:, np.newaxis] * START
    rounded = np.vstack([START, START - model.plan((10**6, -(10**6)), SLICES).cumsum(axis=0)])
    ways = (
        ("each leg alone", apart, "1.533"),
        ("evenly", even, "1.140"),
        ("one after the other", in_turn, "3.86"),
    )
    for name, holdings, published in (*ways, ("whole contracts", rounded, "")):
        ratio = model.utility(-np.diff(holdings, axis=0)) / PUBLISHED
        print(f"  {name:32} {ratio:.9f}   {published}")


def print_adaptive(paths: int = 20_000) -> None:
    """What knowing the reversion saves against the static schedule, on the same paths.

    Most of it is that mids which revert are less at risk; little is earned by following them.
    """
    print("\ncost less that of the static schedule, same paths, in the static mean cost (95% interval)")
    for speed in (0.0, 1.0, 3.0, 10.0):
        prices = CointegratedPrices(reversion=speed * REVERSION, mean=np.zeros(2), covariance=COVARIANCE)
        problem = CointegratedSlices(prices=prices, horizon=1.0, temporary_impact=IMPACT, risk_aversion=1e-4)
        rules, static = problem.rules(SLICES), pair().holdings(START, SLICES)
        kept, noise = prices.after(1.0 / SLICES)
        generator = np.random.default_rng(11)
        away, left = np.zeros((paths, 2)), np.tile(START, (paths, 1))
        followed, planned = np.zeros((2, paths))
        for k in range(SLICES):
            after = left @ rules.on_left[k].T + away @ rules.on_deviation[k].T
            shocks = generator.standard_normal((paths, 2)) @ np.linalg.cholesky(noise).T
            moved = away @ kept.T + shocks
            followed += _cost(left - after, after, moved - away, noise)
            planned += _cost(static[k] - static[k + 1], static[k + 1], moved - away, noise)
            away, left = moved, after
        gain = (followed - planned) / planned.mean()
        error = 1.96 * gain.std() / math.sqrt(paths)
        print(f"  reversion x {speed:4.0f}   {gain.mean():+.5f} +- {error:.5f}")


def _cost(trades: FloatArray, after: FloatArray, moves: FloatArray, noise: FloatArray) -> FloatArray:
    """Impact, what waiting costs as mids move, and the price of its risk; by path."""
    trades, after = np.atleast_2d(trades), np.atleast_2d(after)
    impact = np.einsum("pi,ij,pj->p", trades, IMPACT * SLICES, trades)
    risk = 1e-4 * np.einsum("pi,ij,pj->p", after, noise, after)
    cost: FloatArray = impact + risk + (after * moves).sum(axis=1)
    return cost


def print_fit(histories: int = 100, count: int = 2_000) -> None:
    """How fits of known processes turn out: deviation of (found - true) / standard error, and refusals."""
    print(
        f"\nfits of {count} daily mids, {histories} histories: errors' deviation in their estimate (1: right)"
    )
    step = 1.0 / 252.0
    for name, reversion, rank in (
        ("both revert", 10.0 * REVERSION, 2),
        ("one relation reverts", np.multiply.outer([15.0, -5.0], [1.0, -1.2]), 1),
    ):
        prices = CointegratedPrices(reversion=reversion, mean=np.zeros(2), covariance=COVARIANCE)
        fits = [
            fit_cointegration(_history(prices, count, step, seed), step, rank=rank)
            for seed in range(histories)
        ]
        scores = [(fit.prices.reversion - reversion) / fit.reversion_error for fit in fits]
        right = np.mean([fit.test.rank == rank for fit in fits])
        deviation, bias = np.std(scores, axis=0).ravel(), np.mean(scores, axis=0).ravel()
        print(f"  {name:24} K {deviation.round(2)}, bias {bias.round(2)}, rank found {right:.0%}")
    still, refused = unrelated_prices(COVARIANCE), 0
    for seed in range(histories):
        try:
            fit_cointegration(_history(still, count, step, seed), step)
        except NotIdentifiedError:
            refused += 1
    print(f"  random walks refused {refused / histories:.0%} (95% is right)")
    found = reversion_rank(_history(still, count, step, 0))
    print(f"  trace statistics of one of them {found.trace.round(2)} against {found.critical.round(2)}")


def _history(prices: CointegratedPrices, count: int, step: float, seed: int) -> FloatArray:
    kept, noise = prices.after(step)
    shocks = np.random.default_rng(seed).standard_normal((count, 2)) @ np.linalg.cholesky(noise).T
    mids = np.zeros((count + 1, 2))
    for k, shock in enumerate(shocks):
        mids[k + 1] = kept @ mids[k] + shock
    return mids


def print_critical(count: int = 20_000) -> None:
    """The trace test's 5% values against long simulations of random walks."""
    print("\ncritical values of the trace test: stated, simulated")
    for walks, stated in enumerate(TRACE_5_PERCENT, start=1):
        found = extrapolated_quantile(walks, 0.95, count, 1_000, np.random.default_rng(walks))
        print(f"  {walks:2d} walks   {stated:8.4f}   {found:7.2f}   {found / stated - 1.0:+.2%}", flush=True)


def print_learned(seeds: int, first_seed: int, steps: int) -> None:
    """PPO's cost in the least cost, by seeds that chose nothing."""
    import torch

    from execution.agents.learn.ppo import train_ppo
    from execution.agents.learn.settings import PpoSettings
    from execution.agents.learn.vector_markets import StableBaselinesEnv
    from execution.agents.optimum_tasks.liquidation_env import LiquidationEnv, parts_of
    from execution.agents.optimum_tasks.liquidation_task import LiquidationTask

    torch.set_num_threads(1)
    how = PpoSettings(
        hidden=(32, 32),
        learning_rate=3e-3,
        final_rate_share=0.05,
        rollout_steps=10,
        batch_size=320,
        epochs=5,
        clip=0.3,
        advantage_decay=0.99,
        first_deviation=0.5,
        final_deviation=0.04,
        standard_steps=500,
        averaged_share=0.15,
    )
    task = LiquidationTask()
    best = task.cost(task.best_parts())
    print(
        f"\nlearned liquidation of the pair, cost in the least (even {1.0 / best:.4f}); floor 1.02, aim 1.005"
    )
    ratios = []
    for seed in range(first_seed, first_seed + seeds):
        begin = time.process_time()
        env = StableBaselinesEnv(LiquidationEnv(task, count=64))
        agent = train_ppo(env, how, steps=steps, seed=seed, rounds=1)
        ratios.append(task.cost(parts_of(agent.policy(), LiquidationEnv(task, count=1))) / best)
        print(f"  seed {seed}   {ratios[-1]:.5f}   {time.process_time() - begin:5.1f} CPU s", flush=True)
    print(f"  median {np.median(ratios):.5f}, worst {max(ratios):.5f} of {seeds} seeds, {steps} steps each")


def main() -> None:
    """Print what was asked for, by default all."""
    arguments = argparse.ArgumentParser(description="schedules of several legs")
    arguments.add_argument("--seeds", type=int, default=8)
    arguments.add_argument("--first-seed", type=int, default=100)
    arguments.add_argument("--steps", type=int, default=40_000)
    arguments.add_argument("--only", nargs="*", default=[])
    asked = arguments.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "exact": print_exactness,
        "speed": print_speed,
        "worth": print_worth,
        "adaptive": print_adaptive,
        "fit": print_fit,
        "critical": print_critical,
        "learned": lambda: print_learned(asked.seeds, asked.first_seed, asked.steps),
    }
    for name in asked.only or parts:
        parts[name]()


if __name__ == "__main__":
    main()
