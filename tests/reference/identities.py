"""Relations that hold between prices whatever the market: the worst breach over random markets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pricing.greeks import GreekColumns, black_greeks
from tests.reference.checking import Check, FloatArray, Row, refused
from tests.reference.model_relations import MODEL_BREACHES, Columns
from tests.reference.numbers import tolerance

_MARKETS = 2_000
_SEED = 5


class RandomMarkets:
    """Columns of spot, strike, rate, yield, expiry and volatility, drawn once."""

    def __init__(self) -> None:
        rng = np.random.default_rng(_SEED)
        self.spot = rng.uniform(10.0, 5_000.0, _MARKETS)
        self.strike = self.spot * np.exp(rng.normal(0.0, 0.3, _MARKETS))
        self.rate = rng.uniform(-0.03, 0.12, _MARKETS)
        self.dividend = rng.uniform(0.0, 0.08, _MARKETS)
        self.years = rng.uniform(0.01, 5.0, _MARKETS)
        self.volatility = rng.uniform(0.05, 0.9, _MARKETS)

    @property
    def carried_spot(self) -> FloatArray:
        """S exp(-q T)."""
        return self.spot * np.exp(-self.dividend * self.years)

    @property
    def discount(self) -> FloatArray:
        """exp(-r T)."""
        return np.exp(-self.rate * self.years)

    def greeks(self, is_call: bool, strike: FloatArray | None = None, scale: float = 1.0) -> GreekColumns:
        """European options on these markets, spot and strike scaled alike."""
        forward = scale * self.carried_spot / self.discount
        at = scale * (self.strike if strike is None else strike)
        spot = scale * self.spot
        return black_greeks(spot, forward, at, self.years, self.volatility, self.discount, is_call)


def _parity(m: RandomMarkets) -> FloatArray:
    gap = m.greeks(True).value - m.greeks(False).value - (m.carried_spot - m.strike * m.discount)
    return np.abs(gap) / np.maximum(m.spot, m.strike)


def _box(m: RandomMarkets) -> FloatArray:
    other = 1.1 * m.strike
    lower = m.greeks(True).value - m.greeks(False).value
    upper = m.greeks(True, other).value - m.greeks(False, other).value
    return np.abs(lower - upper - (other - m.strike) * m.discount) / np.maximum(m.spot, other)


def _synthetic(m: RandomMarkets) -> FloatArray:
    call, put = m.greeks(True), m.greeks(False)
    scale = np.maximum(m.spot, m.strike)
    parts = (
        (call.value - put.value + m.strike * m.discount - m.carried_spot) / scale,
        call.delta - put.delta - np.exp(-m.dividend * m.years),
        (call.gamma - put.gamma) * m.spot,
        (call.vega - put.vega) / scale,
    )
    return np.max(np.abs(parts), axis=0)


def _conversion(m: RandomMarkets) -> FloatArray:
    paid = [
        spot - max(spot - strike, 0.0) + max(strike - spot, 0.0) - strike
        for spot, strike in zip(m.spot, m.strike, strict=True)
    ]
    return np.abs(paid) / m.strike


def _butterfly(m: RandomMarkets) -> FloatArray:
    prices = [m.greeks(True, shift * m.strike).value for shift in (0.95, 1.0, 1.05)]
    return np.maximum(2 * prices[1] - prices[0] - prices[2], 0.0) / m.spot


def _vertical(m: RandomMarkets) -> FloatArray:
    spread = m.greeks(True).value - m.greeks(True, 1.05 * m.strike).value
    widest = 0.05 * m.strike * m.discount
    return np.maximum(np.maximum(-spread, spread - widest), 0.0) / m.spot


def _gamma_vega(m: RandomMarkets) -> FloatArray:
    call = m.greeks(True)
    implied = m.spot**2 * call.gamma * m.volatility * m.years
    return np.abs(call.vega - implied) / np.maximum(call.vega, np.finfo(float).tiny)


def _pde(m: RandomMarkets) -> FloatArray:
    call = m.greeks(True)
    parts = (
        call.theta,
        (m.rate - m.dividend) * m.spot * call.delta,
        0.5 * (m.volatility * m.spot) ** 2 * call.gamma,
        -m.rate * call.value,
    )
    return np.abs(sum(parts)) / np.max(np.abs(parts), axis=0)


def _homogeneity(m: RandomMarkets) -> FloatArray:
    call, scaled = m.greeks(True), m.greeks(True, scale=3.0)
    scaling = np.abs(scaled.value - 3.0 * call.value) / m.spot
    euler = np.abs(call.delta * m.spot + call.dual_delta * m.strike - call.value) / m.spot
    return np.maximum(scaling, euler)


BREACHES: dict[str, Callable[[RandomMarkets], FloatArray]] = {
    "european parity": _parity,
    "box spread": _box,
    "synthetic long stock": _synthetic,
    "conversion/reversal": _conversion,
    "butterfly": _butterfly,
    "vertical": _vertical,
    "gamma-vega": _gamma_vega,
    "theta PDE": _pde,
    "homogeneity": _homogeneity,
}


def checks(rows: Sequence[Row]) -> list[Check]:
    """The worst breach of each relation; a relation that is not known here is missed, not skipped."""
    return [_check(row, at + 2) for at, row in enumerate(rows)]


def _check(row: Row, line: int) -> Check:
    name = row["name"]
    breaches = _worst_breaches(name)
    if not breaches:
        return refused(line, name, "no relation of this name is known")
    return Check(
        line=line,
        quantity=name,
        found=max(breaches),
        expected=0.0,
        tolerance=_allowed(row["tolerance"]),
    )


def _worst_breaches(name: str) -> list[float]:
    """Of the relation between European options, and of the one that other models have under its name."""
    breaches = [float(BREACHES[name](RandomMarkets()).max())] if name in BREACHES else []
    if name in MODEL_BREACHES:
        breaches.append(float(MODEL_BREACHES[name](Columns()).max()))
    return breaches


def _allowed(text: str) -> float:
    """'1e-12 * max(S,K)' and 'rel 1e-12' are relative here, as breaches are counted; rounding is granted."""
    if text == "0 at expiry":
        return 4.0 * float(np.finfo(float).eps)
    return tolerance(text.replace("-", "", 1) if text.startswith("-") else text, 1.0)
