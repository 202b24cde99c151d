"""Classical bands of a hedging problem: their published gaps to the optimum, and their limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from hedger.optimum.classical import leland, practitioner_delta, whalley_wilmott, zakamouline
from hedger.optimum.problem import FloatArray, HedgingProblem, short_call
from hedger.optimum.score import score_bands
from hedger.optimum.solve import solve

Policy = Callable[[HedgingProblem, int, FloatArray], FloatArray]

SPOT = np.array([0.9, 0.98, 1.0, 1.02, 1.1])
LINES = ("strike", "is_call", "units", "expiry_step")
POLICIES: tuple[Policy, ...] = (practitioner_delta, leland, whalley_wilmott, zakamouline)


@pytest.mark.parametrize(
    ("cost", "gaps"),
    [(1e-4, (0.38, 0.34, 1.97, 0.53)), (1e-3, (4.05, 3.2, 4.2, 0.65)), (1e-2, (99.0, 56.0, 20.0, 6.1))],
)
def test_gaps_to_the_optimum_are_those_known_for_the_reference_set_up(
    cost: float, gaps: tuple[float, ...]
) -> None:
    # Known to two figures, from a recursion and an implementation that are not ours.
    problem = short_call(proportional_cost=cost, risk_aversion=100.0)
    optimum = solve(problem).risk()
    found = [1e4 * (score_bands(problem, partial(policy, problem)) - optimum) for policy in POLICIES]
    assert found == pytest.approx(gaps, rel=0.02)


SPREAD = HedgingProblem(
    strike=np.array([0.97, 1.0, 1.05]),
    is_call=np.array([False, True, True]),
    units=np.array([1.0, -2.0, 1.5]),
    expiry_step=np.array([10, 20, 5]),
    spot=1.0,
    step_variance=0.04 / 250.0,
    proportional_cost=1e-3,
    risk_aversion=50.0,
)


@pytest.mark.parametrize("policy", POLICIES)
def test_without_cost_every_policy_holds_minus_the_delta_of_what_is_alive(policy: Policy) -> None:
    free = replace(SPREAD, proportional_cost=0.0)
    for step in (0, 5, 19):
        edges = policy(free, step, SPOT)
        np.testing.assert_allclose(edges, practitioner_delta(free, step, SPOT), rtol=0.0, atol=1e-15)
    only = replace(free, **{name: getattr(free, name)[1:2] for name in LINES})
    np.testing.assert_array_equal(policy(free, 15, SPOT), policy(only, 15, SPOT))


@pytest.mark.parametrize("policy", POLICIES)
def test_a_put_is_a_call_less_the_underlying(policy: Policy) -> None:
    call = short_call(proportional_cost=1e-3, risk_aversion=100.0)
    put = replace(call, is_call=np.array([False]))
    np.testing.assert_allclose(policy(put, 3, SPOT), policy(call, 3, SPOT) - 1.0, rtol=0.0, atol=1e-14)


@pytest.mark.parametrize("policy", POLICIES)
def test_bands_keep_the_scaling_law(policy: Policy) -> None:
    other = replace(SPREAD, strike=7.0 * SPREAD.strike, spot=7.0, risk_aversion=SPREAD.risk_aversion / 7.0)
    np.testing.assert_allclose(policy(other, 2, 7.0 * SPOT), policy(SPREAD, 2, SPOT), rtol=1e-11)


@pytest.mark.parametrize("policy", [whalley_wilmott, zakamouline])
def test_a_short_option_s_band_is_flatter_in_spot_and_a_long_one_s_steeper(policy: Policy) -> None:
    short = short_call(proportional_cost=1e-3, risk_aversion=100.0)
    long = replace(short, units=-short.units)
    rise = [np.diff(policy(case, 0, SPOT[1:4]).mean(axis=1))[0] for case in (short, long)]
    plain = np.diff(practitioner_delta(short, 0, SPOT[1:4])[:, 0])[0]
    expected = [plain, plain] if policy is whalley_wilmott else [plain * 0.99, plain * 1.01]
    assert rise[0] <= expected[0] * (1 + 1e-12)
    assert -rise[1] >= expected[1] * (1 - 1e-12)


def test_zakamouline_knows_years_from_dates() -> None:
    daily = short_call(proportional_cost=1e-3, risk_aversion=100.0)
    half_daily = replace(daily, expiry_step=2 * daily.expiry_step, step_variance=daily.step_variance / 2.0)
    np.testing.assert_allclose(
        zakamouline(half_daily, 8, SPOT, dates_per_year=500.0), zakamouline(daily, 4, SPOT), rtol=1e-12
    )
