"""Relations between prices of American options, surfaces, two assets and barriers: the worst breaches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pricing.american.american import american_greeks
from pricing.engines.barrier import BarrierKind, barrier_prices
from pricing.greeks import black_greeks
from pricing.option import Exercise
from pricing.spreads.baskets import maximum_option, minimum_option
from pricing.spreads.exchange import exchange_option
from pricing.spreads.spread_option import spread_option
from pricing.spreads.two_assets import TwoAssets
from pricing.surface.atm import surface_from_atm
from tests.reference.checking import FloatArray

_MARKETS = 200
_SEED = 6


class Columns:
    """One asset or two: spots about 100, strikes about them, moderate rates."""

    def __init__(self) -> None:
        rng = np.random.default_rng(_SEED)
        self.spot, self.other = rng.uniform(80.0, 120.0, (2, _MARKETS))
        self.strike = 100.0 * np.exp(rng.normal(0.0, 0.15, _MARKETS))
        self.rate = rng.uniform(-0.01, 0.10, _MARKETS)
        self.dividend, self.other_dividend = rng.uniform(0.0, 0.06, (2, _MARKETS))
        self.years = rng.uniform(0.05, 2.0, _MARKETS)
        self.volatility, self.other_volatility = rng.uniform(0.1, 0.6, (2, _MARKETS))
        self.correlation = rng.uniform(-0.9, 0.9, _MARKETS)
        self.discount = np.exp(-self.rate * self.years)
        self.forward = self.spot * np.exp((self.rate - self.dividend) * self.years)
        self.other_forward = self.other * np.exp((self.rate - self.other_dividend) * self.years)

    @property
    def assets(self) -> TwoAssets:
        """Both assets."""
        return TwoAssets(
            first_spot=self.spot,
            second_spot=self.other,
            first_forward=self.forward,
            second_forward=self.other_forward,
            first_volatility=self.volatility,
            second_volatility=self.other_volatility,
            correlation=self.correlation,
            expiry_years=self.years,
            discount=self.discount,
        )

    def european(self, spot: FloatArray, forward: FloatArray, volatility: FloatArray) -> FloatArray:
        """Calls at the strike."""
        return black_greeks(spot, forward, self.strike, self.years, volatility, self.discount, True).value

    def american(self, is_call: bool) -> FloatArray:
        """American options on the first asset."""
        return american_greeks(
            self.spot, self.forward, self.strike, self.years, self.volatility, self.discount, is_call
        ).value


def _american_parity(c: Columns) -> FloatArray:
    gap = c.american(True) - c.american(False)
    lower = c.spot * np.exp(-c.dividend * c.years) - c.strike
    upper = c.spot - c.strike * c.discount
    asked = c.rate >= 0.0  # with a negative rate the strike is worth more later, and the bounds trade places
    return np.where(asked, np.maximum(np.maximum(lower - gap, gap - upper), 0.0), 0.0)


def _mcdonald_schroder(c: Columns) -> FloatArray:
    carry = np.exp((c.dividend - c.rate) * c.years)
    paid_yield = np.exp(-c.dividend * c.years)
    mirrored = american_greeks(c.strike, c.strike * carry, c.spot, c.years, c.volatility, paid_yield, False)
    return np.abs(c.american(True) - mirrored.value)


def _american_pde(c: Columns) -> FloatArray:
    """Where the option is held on (exercised, it is an inequality), and by more than rounding."""
    breaches = []
    for is_call, sign in ((True, 1.0), (False, -1.0)):
        option = american_greeks(c.spot, c.forward, c.strike, c.years, c.volatility, c.discount, is_call)
        parts = (
            option.theta,
            (c.rate - c.dividend) * c.spot * option.delta,
            0.5 * (c.volatility * c.spot) ** 2 * option.gamma,
            -c.rate * option.value,
        )
        scale = np.maximum(np.max(np.abs(parts), axis=0), 1e-6 * c.spot)
        residual = np.abs(np.sum(parts, axis=0)) / scale
        held = option.value > sign * (c.spot - c.strike) + 1e-9 * c.spot
        breaches.append(np.where(held, residual, 0.0))
    return np.maximum(*breaches)


def _calendar(c: Columns) -> FloatArray:
    variance = np.cumsum(c.volatility[:40] ** 2 * 0.05)
    years = 0.05 * np.arange(1, 41)
    surface = surface_from_atm(years, np.sqrt(variance / years), description="rising variance")
    dense = np.linspace(0.01, 2.5, 500)[:, None]
    total = surface.total_variance(np.linspace(-1.0, 1.0, 101), dense)
    return np.maximum(-np.diff(total, axis=0), 0.0).ravel()


def _spread_without_strike(c: Columns) -> FloatArray:
    return np.abs(spread_option(c.assets, 0.0, True).value - exchange_option(c.assets).value)


def _spread_parity(c: Columns) -> FloatArray:
    strike = c.strike - 100.0
    call, put = (spread_option(c.assets, strike, is_call).value for is_call in (True, False))
    return np.abs(call - put - c.discount * (c.forward - c.other_forward - strike))


def _best_and_worst(c: Columns) -> FloatArray:
    both = maximum_option(c.assets, c.strike, True).value + minimum_option(c.assets, c.strike, True).value
    first = c.european(c.spot, c.forward, c.volatility)
    second = c.european(c.other, c.other_forward, c.other_volatility)
    return np.abs(both - first - second)


def _in_and_out(c: Columns) -> FloatArray:
    inputs = (c.spot, c.forward, c.strike, c.years, c.volatility, c.discount, np.ones(_MARKETS, dtype=bool))
    knocked = sum(
        barrier_prices(
            *inputs, barrier=0.8 * c.spot, kind=kind, rebate=np.zeros(_MARKETS), exercise=Exercise.EUROPEAN
        )
        for kind in (BarrierKind.DOWN_IN, BarrierKind.DOWN_OUT)
    )
    return np.abs(knocked - c.european(c.spot, c.forward, c.volatility))


MODEL_BREACHES: dict[str, Callable[[Columns], FloatArray]] = {
    "american parity bounds": _american_parity,
    "mcdonald-schroder": _mcdonald_schroder,
    "theta PDE": _american_pde,
    "calendar": _calendar,
    "spread K=0": _spread_without_strike,
    "spread parity": _spread_parity,
    "min-max": _best_and_worst,
    "in-out": _in_and_out,
}
