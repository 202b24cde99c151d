"""How long one decision takes: every policy on books of 1, 10 and 50 options, and the network by itself.

Run: python benchmarks/decision_speed.py
CPU time of one core; the exposure, which is measured once for all policies, is given.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import partial

import numpy as np

from execution.tca.cost_curve import CostCurve
from hedger.exposure import measure
from hedger.network.inference import BandNetwork
from hedger.network.ladder import FEATURES, OUTPUTS
from hedger.policy import POLICIES, DeepPolicy, HedgePolicy, HedgeSituation
from hedger.policy.book_states import hedged_book
from pricing.option import Right
from tests.markets import book, flat_underlying, market_of, option_position

EXPIRIES = (date(2018, 2, 16), date(2018, 3, 16), date(2018, 4, 20), date(2018, 6, 15), date(2018, 9, 21))
COSTS = CostCurve(half_spread_bps=0.5, fee_bps=0.1, impact_coefficient=0.5)
RUNS = 300


def situation(options: int) -> HedgeSituation:
    """A random book."""
    rng = np.random.default_rng(options)
    lines = [
        option_position(
            int(2 * rng.integers(-50, 50) + 1),
            strike=float(10 * rng.integers(240, 290)),
            right=Right.CALL if place % 2 else Right.PUT,
            expiry=EXPIRIES[place % len(EXPIRIES)],
        )
        for place in range(options)
    ]
    market = flat_underlying()
    exposure = measure(book(*lines), market_of(market)).by_underlying["SPX"]
    return HedgeSituation(exposure=exposure, market=market, cost_curve=COSTS, risk_aversion=1e-6)


def network_like_the_shipped() -> BandNetwork:
    """Of the shipped one's size, where none is shipped: the time is the same."""
    rng, width = np.random.default_rng(0), 128

    def draw(*shape: int) -> np.ndarray:
        return (0.1 * rng.normal(size=shape)).astype(np.float32)

    return BandNetwork(
        mean=draw(FEATURES),
        deviation=np.ones(FEATURES, np.float32),
        lowest=np.full(FEATURES, -50.0, np.float32),
        highest=np.full(FEATURES, 50.0, np.float32),
        first=draw(FEATURES, width),
        first_bias=draw(width),
        hidden=draw(2, width, width),
        hidden_bias=draw(2, width),
        last=0.0 * draw(width, OUTPUTS),
        last_bias=0.0 * draw(OUTPUTS),
    )


def microseconds(call: Callable[[], object]) -> tuple[float, float, float]:
    """Best, median and 99th percentile of CPU time."""
    call()
    taken = np.empty(RUNS)
    for run in range(RUNS):
        started = time.process_time()
        call()
        taken[run] = 1e6 * (time.process_time() - started)
    return float(taken.min()), float(np.median(taken)), float(np.quantile(taken, 0.99))


def policies() -> tuple[HedgePolicy, ...]:
    """All, the deep one with weights of the shipped size where there are none."""
    if any(policy.name == "deep" for policy in POLICIES):
        return POLICIES
    return (*POLICIES, DeepPolicy(network=network_like_the_shipped()))


def main() -> None:
    """Print the table."""
    print(f"{'':<24}{'options':>8}{'best':>10}{'median':>10}{'99%':>10}   microseconds of CPU")
    network = next(policy for policy in policies() if isinstance(policy, DeepPolicy)).weights()
    for options in (1, 10, 50):
        case = situation(options)
        state = hedged_book(case, np.array([15])).scaled(risk_aversion=1e-6, cost=1e-4, fixed_cost=0.0)
        rows: list[tuple[str, Callable[[], object]]] = [("network, one state", partial(network.bands, state))]
        rows += [(policy.name, partial(policy.decide, case)) for policy in policies()]
        for name, call in rows:
            best, median, high = microseconds(call)
            print(f"{name:<24}{options:>8}{best:>10.0f}{median:>10.0f}{high:>10.0f}", flush=True)


if __name__ == "__main__":
    main()
