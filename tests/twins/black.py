"""Black's formula, its Greeks and its inverse one option at a time: slow, obvious, from the textbook."""

from __future__ import annotations

from math import erfc, exp, log, pi, sqrt


def normal_distribution(z: float) -> float:
    return 0.5 * erfc(-z / sqrt(2.0))


def normal_density(z: float) -> float:
    return exp(-0.5 * z * z) / sqrt(2.0 * pi)


def price(
    forward: float, strike: float, expiry_years: float, volatility: float, discount: float, is_call: bool
) -> float:
    """Black (1976): the call's formula, and the put by parity."""
    d1 = _d1(forward, strike, expiry_years, volatility)
    d2 = d1 - volatility * sqrt(expiry_years)
    call = discount * (forward * normal_distribution(d1) - strike * normal_distribution(d2))
    return call if is_call else call - discount * (forward - strike)


def greeks(
    spot: float,
    forward: float,
    strike: float,
    expiry_years: float,
    volatility: float,
    discount: float,
    is_call: bool,
) -> dict[str, float]:
    """Merton's textbook formulas in spot, rate and yield (Haug 2007, chapter 2)."""
    rate = -log(discount) / expiry_years
    dividend = rate - log(forward / spot) / expiry_years
    root, sign = sqrt(expiry_years), 1.0 if is_call else -1.0
    d1 = _d1(forward, strike, expiry_years, volatility)
    d2 = d1 - volatility * root
    grown = exp(-dividend * expiry_years)
    strike_leg = strike * discount * normal_distribution(sign * d2)
    spot_leg = spot * grown * normal_distribution(sign * d1)
    theta = -spot * grown * normal_density(d1) * volatility / (2.0 * root)
    return {
        "value": sign * (spot_leg - strike_leg),
        "delta": sign * grown * normal_distribution(sign * d1),
        "gamma": grown * normal_density(d1) / (spot * volatility * root),
        "vega": spot * grown * normal_density(d1) * root,
        "theta": theta + sign * (dividend * spot_leg - rate * strike_leg),
        "rho": sign * expiry_years * strike_leg,
    }


def implied_volatility(
    target: float, forward: float, strike: float, expiry_years: float, discount: float, is_call: bool
) -> float:
    """Bisection on the out-of-the-money price until no double lies between the brackets."""
    out_is_call = strike >= forward
    if is_call != out_is_call:
        target += discount * (strike - forward) * (1.0 if is_call else -1.0)
    low, high = 0.0, 1.0
    while price(forward, strike, expiry_years, high, discount, out_is_call) < target:
        high *= 2.0
    while low < (middle := 0.5 * (low + high)) < high:
        if price(forward, strike, expiry_years, middle, discount, out_is_call) < target:
            low = middle
        else:
            high = middle
    return middle


def _d1(forward: float, strike: float, expiry_years: float, volatility: float) -> float:
    deviation = volatility * sqrt(expiry_years)
    return log(forward / strike) / deviation + 0.5 * deviation
