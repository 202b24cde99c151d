"""What every European price obeys, as named assertions; `price` is called as `black_price` is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from pricing.black import FloatArray

Price = Callable[..., FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One option's inputs, the right left open."""

    forward: float
    strike: float
    expiry_years: float
    volatility: float
    discount: float

    def rest(self) -> tuple[float, float, float]:
        return self.expiry_years, self.volatility, self.discount

    def rounding(self, units: float = 16.0) -> float:
        """A few units in the last place of the larger of forward and strike."""
        return units * float(np.finfo(np.float64).eps) * max(self.forward, self.strike)


def terms(least_deviation: float = 0.0) -> st.SearchStrategy[Terms]:
    """Options from a minute to three years, deep in and out of the money, volatility up to 300%."""
    built = st.builds(
        lambda forward, log_moneyness, expiry_years, volatility, discount: Terms(
            forward=forward,
            strike=forward * float(np.exp(log_moneyness)),
            expiry_years=expiry_years,
            volatility=volatility,
            discount=discount,
        ),
        st.floats(0.01, 1e5),
        st.floats(-2.0, 2.0),
        st.floats(2e-6, 3.0),
        st.floats(0.01, 3.0),
        st.floats(0.8, 1.05),
    )
    return built.filter(lambda t: t.volatility * t.expiry_years**0.5 > least_deviation)


def assert_put_call_parity(price: Price, t: Terms) -> None:
    """C - P = D (F - K)."""
    call, put = (price(t.forward, t.strike, *t.rest(), right) for right in (True, False))
    assert abs(call - put - t.discount * (t.forward - t.strike)) <= t.rounding()


def assert_within_bounds(price: Price, t: Terms) -> None:
    """D max(w (F - K), 0) <= V <= D F for a call, D K for a put."""
    for is_call, sign, bound in ((True, 1.0, t.forward), (False, -1.0, t.strike)):
        value = price(t.forward, t.strike, *t.rest(), is_call)
        intrinsic = max(sign * (t.forward - t.strike), 0.0)
        assert t.discount * intrinsic - t.rounding() <= value <= t.discount * bound + t.rounding()


def assert_monotone_in_strike(price: Price, t: Terms) -> None:
    """A call falls and a put rises with strike, neither faster than the discount factor (verticals)."""
    strikes = t.strike * np.linspace(0.5, 1.5, 41)
    for is_call, sign in ((True, -1.0), (False, 1.0)):
        rise = sign * np.diff(price(t.forward, strikes, *t.rest(), is_call))
        assert np.all(rise >= -t.rounding())
        assert np.all(rise <= t.discount * np.diff(strikes) + t.rounding())


def assert_convex_in_strike(price: Price, t: Terms) -> None:
    """No butterfly costs less than nothing."""
    strikes = t.strike * np.linspace(0.5, 1.5, 41)
    for is_call in (True, False):
        assert np.all(np.diff(price(t.forward, strikes, *t.rest(), is_call), 2) >= -t.rounding(32.0))


def assert_rising_in_volatility(price: Price, t: Terms) -> None:
    """Vega is never negative."""
    volatility = t.volatility * np.linspace(0.5, 1.5, 21)
    for is_call in (True, False):
        values = price(t.forward, t.strike, t.expiry_years, volatility, t.discount, is_call)
        assert np.all(np.diff(values) >= -t.rounding())


def assert_homogeneous(price: Price, t: Terms) -> None:
    """V(a F, a K) = a V(F, K), exactly for a power of two."""
    doubled = price(2.0 * t.forward, 2.0 * t.strike, *t.rest(), True)
    assert doubled == 2.0 * price(t.forward, t.strike, *t.rest(), True)


AXIOMS = (
    assert_put_call_parity,
    assert_within_bounds,
    assert_monotone_in_strike,
    assert_convex_in_strike,
    assert_rising_in_volatility,
    assert_homogeneous,
)
