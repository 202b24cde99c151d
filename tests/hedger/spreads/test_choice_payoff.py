"""A payoff replicated by options and the underlying, against every combination."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from hedger.spreads.choice import choose
from hedger.spreads.choice_market import TradableOptions, UnderlyingTiers
from hedger.spreads.choice_package import package_problem
from hedger.spreads.choice_problem import ChoiceProblem
from hedger.spreads.choice_rows import payoff_rows
from pricing.book import OptionColumns
from pricing.greeks import GreekColumns
from tests.twins.choice import brute_force

STRIKE = np.array([95.0, 100.0, 105.0, 95.0, 100.0, 105.0])
IS_CALL = np.array([True, True, True, False, False, False])
# What is in the money is quoted wider.
HALF_SPREAD = np.array([0.09, 0.05, 0.03, 0.02, 0.06, 0.08])
SPOTS = np.arange(80.0, 121.0, 5.0)
LOT = 100.0


def options() -> TradableOptions:
    mid, most = np.full(6, 5.0), np.full(6, 2)
    return TradableOptions(
        columns=OptionColumns(
            strike=STRIKE,
            expiry_years=np.full(6, 0.1),
            is_call=IS_CALL,
            is_american=np.zeros(6, dtype=np.bool_),
        ),
        bid=mid - HALF_SPREAD,
        ask=mid + HALF_SPREAD,
        most_bought=most,
        most_sold=most,
        greeks=GreekColumns(**{each.name: np.zeros(6) for each in fields(GreekColumns)}),
    )


def problem(wanted: np.ndarray, tolerance: float = 1.0) -> ChoiceProblem:
    listed = options()
    return package_problem(
        listed,
        UnderlyingTiers(most=np.array([1]), cost=np.array([3.0]), delta=LOT),
        [payoff_rows(listed, SPOTS, wanted, tolerance, underlying_units=LOT)],
        fee_per_contract=1.0,
        most_legs=None,
    )


def paid(quantity: np.ndarray) -> np.ndarray:
    """What quantities pay at each spot, one option and one spot after another."""
    return np.array(
        [
            sum(
                100.0 * number * max(spot - strike if call else strike - spot, 0.0)
                for number, strike, call in zip(quantity, STRIKE, IS_CALL, strict=False)
            )
            + quantity[6] * LOT * spot
            for spot in SPOTS
        ]
    )


@pytest.mark.parametrize(
    "wanted",
    [
        100.0 * np.maximum(5.0 - np.abs(SPOTS - 100.0), 0.0),  # a butterfly
        100.0 * np.clip(SPOTS, 95.0, 105.0),  # a collared unit
        -100.0 * np.abs(SPOTS - 100.0),  # a short straddle
    ],
)
def test_a_payoff_is_replicated_up_to_a_constant_at_the_least_cost(wanted: np.ndarray) -> None:
    found = choose(problem(wanted))
    beyond = paid(found.quantity) - wanted
    assert np.ptp(beyond) <= 1.0 + 1e-6
    assert (found.cost, found.gap) == (pytest.approx(brute_force(problem(wanted))), 0.0)


def test_the_underlying_pays_its_units_from_the_first_spot_on() -> None:
    rows = payoff_rows(options(), SPOTS, np.zeros(len(SPOTS)), 1.0, underlying_units=LOT)
    np.testing.assert_allclose(rows.underlying, LOT * (SPOTS[1:] - SPOTS[0]))


def test_a_forward_alone_is_had_by_the_underlying_alone() -> None:
    found = choose(problem(LOT * SPOTS))
    assert found.quantity.tolist() == [0, 0, 0, 0, 0, 0, 1]


def test_a_tolerance_turns_a_straddle_into_the_cheaper_strangle() -> None:
    near = problem(-100.0 * np.abs(SPOTS - 100.0), tolerance=500.0)
    found = choose(near)
    assert found.quantity.tolist() == [0, 0, -1, -1, 0, 0, 0]
    assert found.cost == pytest.approx(brute_force(near)) == 7.0
