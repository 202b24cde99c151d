"""Identities between the Greeks of European options, on random markets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings

from pricing.greeks import GreekColumns, black_greeks, black_third_order
from tests.properties.option_axioms import Terms, terms

SPOT_OVER_FORWARD = 0.97


def both_rights(t: Terms, scale: float = 1.0) -> tuple[float, GreekColumns, GreekColumns]:
    """Spot, the call's Greeks and the put's."""
    spot, forward, strike = (scale * each for each in (SPOT_OVER_FORWARD * t.forward, t.forward, t.strike))
    call, put = (black_greeks(spot, forward, strike, *t.rest(), is_call) for is_call in (True, False))
    return spot, call, put


def assert_homogeneous_of_degree_one(t: Terms) -> None:
    """delta S + dual_delta K = V (Euler), gamma S^2 = dual_gamma K^2."""
    spot, *rights = both_rights(t)
    for each in rights:
        assert abs(spot * each.delta + t.strike * each.dual_delta - each.value) <= t.rounding()
        assert spot**2 * each.gamma == pytest.approx(t.strike**2 * each.dual_gamma, rel=1e-13)


def assert_scaled_with_spot_and_strike(t: Terms) -> None:
    """Doubling every price doubles the value and halves gamma, to the last bit of what is not subnormal."""
    for once, twice in zip(both_rights(t)[1:], both_rights(t, 2.0)[1:], strict=True):
        for name, power in {"value": 1, "delta": 0, "gamma": -1, "vega": 1, "dual_delta": 0}.items():
            expected = 2.0**power * getattr(once, name)
            least = np.finfo(np.float64).tiny
            assert abs(getattr(twice, name) - expected) <= (least if abs(expected) < least else 0.0)


def assert_black_scholes_equation(t: Terms) -> None:
    """theta + b S delta + sigma^2 S^2 gamma / 2 = r V."""
    spot, *rights = both_rights(t)
    rate, carry = -np.log(t.discount) / t.expiry_years, -np.log(SPOT_OVER_FORWARD) / t.expiry_years
    for each in rights:
        diffusion = 0.5 * (t.volatility * spot) ** 2 * each.gamma
        residual = each.theta + carry * spot * each.delta + diffusion - rate * each.value
        size = abs(each.theta) + abs(carry * spot * each.delta) + diffusion + abs(rate * each.value)
        assert abs(residual) <= 1e-12 * size


def assert_gamma_vega_relation(t: Terms) -> None:
    """vega = S^2 gamma sigma T."""
    spot, call, _ = both_rights(t)
    assert call.vega == pytest.approx(
        spot**2 * call.gamma * t.volatility * t.expiry_years, rel=1e-13, abs=1e-290
    )


def assert_parity_of_every_greek(t: Terms) -> None:
    """A synthetic forward has no gamma, vega, vanna or volga, and the forward's own rhos, theta and charm."""
    spot, call, put = both_rights(t)
    years, rate = t.expiry_years, -np.log(t.discount) / t.expiry_years
    dividend = rate + np.log(SPOT_OVER_FORWARD) / years
    spot_leg, strike_leg = t.discount * t.forward, t.discount * t.strike
    expected = {
        "delta": (spot_leg / spot, 1.0),
        "rho": (years * strike_leg, years * t.strike),
        "dividend_rho": (-years * spot_leg, years * t.forward),
        "theta": (dividend * spot_leg - rate * strike_leg, (t.forward + t.strike) / years),
        "charm": (dividend * spot_leg / spot, 1.0 / years),
        "dual_delta": (-t.discount, 1.0),
    }
    for name, (gap, scale) in expected.items():
        assert abs(getattr(call, name) - getattr(put, name) - gap) <= 1e-14 * scale, name
    for name in ("gamma", "vega", "vanna", "volga", "dual_gamma"):
        assert getattr(call, name) == getattr(put, name)


def assert_put_call_symmetry(t: Terms) -> None:
    """A call on F struck at K is a put on K struck at F."""
    call = black_greeks(t.forward, t.forward, t.strike, *t.rest(), True)
    put = black_greeks(t.strike, t.strike, t.forward, *t.rest(), False)
    assert call.value == put.value
    assert call.delta == pytest.approx(put.dual_delta, rel=1e-14, abs=1e-300)


def assert_third_order_is_the_same_for_both_rights(t: Terms) -> None:
    """And speed is -gamma (1 + d1 / s) / S."""
    spot = SPOT_OVER_FORWARD * t.forward
    call, put = (black_third_order(spot, t.forward, t.strike, *t.rest(), right) for right in (True, False))
    for name in ("speed", "colour", "zomma", "ultima"):
        assert getattr(call, name) == getattr(put, name)
    deviation = t.volatility * t.expiry_years**0.5
    d1 = np.log(t.forward / t.strike) / deviation + 0.5 * deviation
    gamma = both_rights(t)[1].gamma
    assert abs(call.speed + gamma / spot * (1.0 + d1 / deviation)) <= 1e-10 * gamma / spot * (
        1.0 + 1.0 / deviation**2
    )


IDENTITIES = (
    assert_homogeneous_of_degree_one,
    assert_scaled_with_spot_and_strike,
    assert_black_scholes_equation,
    assert_gamma_vega_relation,
    assert_parity_of_every_greek,
    assert_put_call_symmetry,
    assert_third_order_is_the_same_for_both_rights,
)


@pytest.mark.parametrize("identity", IDENTITIES)
@given(t=terms(least_deviation=1e-3))
@settings(deadline=None)
def test_the_greeks_obey(identity: Callable[[Terms], None], t: Terms) -> None:
    identity(t)


@given(t=terms())
@settings(deadline=None)
def test_a_box_of_european_options_is_a_bond(t: Terms) -> None:
    """C(K1) - P(K1) - C(K2) + P(K2) = D (K2 - K1)."""
    strikes = t.strike * np.array([1.0, 1.3])
    call, put = (
        black_greeks(t.forward, t.forward, strikes, *t.rest(), right).value for right in (True, False)
    )
    box = (call - put)[0] - (call - put)[1]
    assert abs(box - t.discount * (strikes[1] - strikes[0])) <= 2.0 * t.rounding()
