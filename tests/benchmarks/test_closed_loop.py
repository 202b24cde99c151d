from __future__ import annotations

import numpy as np
import pytest

from benchmarks.closed_loop import (
    BOOKS,
    GROUPS,
    Costs,
    delta_gamma,
    judged,
    price_paths,
    profit,
    value,
    whalley_wilmott,
)
from benchmarks.closed_loop_market import HORIZON_DAYS, VENUES
from execution.tca.cost_curve import CostCurve
from hedger.optimum.band_formulas import whalley_wilmott_half_width

CURVE = CostCurve(half_spread_bps=0.7, fee_bps=0.0, impact_coefficient=0.9, impact_exponent=0.6)
FREE = CostCurve(half_spread_bps=0.0, fee_bps=0.0, impact_coefficient=0.0)


@pytest.mark.parametrize("contracts", [1.0, 40.0, 5_000.0, 1e6])
def test_costs_of_many_paths_are_the_curve_s(contracts: float) -> None:
    venue = VENUES[1]
    costs = Costs.of([CURVE] * GROUPS, venue, GROUPS)
    expected = CURVE.expected_bps(
        participation=min(1.0, contracts / venue.volume),
        horizon_days=HORIZON_DAYS,
        volatility=venue.conditions.volatility,
    )
    np.testing.assert_allclose(costs.bps(np.full(GROUPS, contracts)), expected, rtol=1e-12)


def test_without_costs_every_book_is_hedged_to_nearly_nothing() -> None:
    venue, paths = VENUES[0], 20 * GROUPS
    free = Costs.of([FREE] * GROUPS, venue, paths)
    prices = price_paths(venue.conditions.volatility, paths, np.random.default_rng(1))
    for book in BOOKS:
        found = profit(book, "whalley-wilmott", prices, venue, free, free)
        worth = abs(value(book, venue.conditions.volatility))
        assert abs(found.mean()) < 4.0 * found.std() / np.sqrt(paths)
        assert found.std() < 0.3 * worth


def test_the_band_is_a_fixed_point_of_its_cost() -> None:
    venue, book = VENUES[0], BOOKS[1]
    costs = Costs.of([CURVE] * GROUPS, venue, GROUPS)
    spot, volatility = np.full(GROUPS, 100.0), np.full((1, 2), 0.2)
    band = whalley_wilmott(book, spot, 0.05, volatility, costs, 1e-4)
    again = whalley_wilmott_half_width(
        gamma=delta_gamma(book, spot, 0.05, volatility)[1].sum(axis=1),
        spot=spot,
        proportional_cost=costs.expected(band.half_width),
        risk_aversion=1e-4,
    )
    np.testing.assert_allclose(band.half_width, again, rtol=1e-4)


def test_a_sure_profit_is_its_own_certainty_equivalent() -> None:
    assert judged(np.full(GROUPS, 3.0), notional=1_000.0).value == pytest.approx(30.0)


def test_risk_costs_what_exponential_utility_says() -> None:
    rng = np.random.default_rng(2)
    found = judged(100.0 * rng.standard_normal(2_000 * GROUPS), notional=1e5)
    # 10 bp of risk at aversion 50 times notional: 50 / 2 * (1e-3)^2, in bp.
    assert found.value == pytest.approx(-0.25, abs=0.15)
