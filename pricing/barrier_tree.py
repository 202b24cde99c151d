"""American barrier options on a binomial tree whose nodes lie on the barrier."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np

from pricing.black import FloatArray

_ON_THE_BARRIER = 1e-12
_MOST_STEPS = 20_000


def american_barrier_price(
    spot: float,
    forward: float,
    strike: float,
    expiry_years: float,
    volatility: float,
    discount: float,
    is_call: bool,
    *,
    barrier: float,
    is_in: bool,
    rebate: float = 0.0,
    steps: int = 400,
) -> float:
    """Present value [currency] of one American option that `barrier` knocks in or out.

    The tree of Cox, Ross and Rubinstein (1979) with the smallest number of steps, `steps` at least, that puts
    a layer of nodes just beyond the barrier (Boyle and Lau 1994, equation 6); a barrier so near that this
    takes more than 20,000 steps is met as it comes. A knock-out pays `rebate` when hit; a knock-in pays it at
    expiry if it was never hit. Exercise is possible while alive. spot on its side of the barrier; volatility
    and expiry_years > 0.
    """
    count = _steps_on_barrier(abs(log(spot / barrier)), volatility * sqrt(expiry_years), steps)
    rate, carry = -log(discount) / count, log(forward / spot) / count
    up = exp(volatility * sqrt(expiry_years / count))
    probability = (exp(carry) - 1.0 / up) / (up - 1.0 / up)
    if not 0.0 <= probability <= 1.0:
        raise ValueError(
            f"{count} steps are too few for a carry this large against the volatility: ask for more"
        )
    side = 1.0 if barrier >= spot else -1.0
    sign = 1.0 if is_call else -1.0
    return _rolled_back(
        spot=spot,
        up=up,
        count=count,
        weights=(exp(-rate) * probability, exp(-rate) * (1.0 - probability)),
        strike=sign * strike,
        sign=sign,
        barrier=side * barrier * (1.0 - side * _ON_THE_BARRIER),
        side=side,
        is_in=is_in,
        rebate=rebate,
    )


def _steps_on_barrier(distance: float, deviation: float, steps: int) -> int:
    """Boyle and Lau's number of steps: the largest for which `layer` moves still reach the barrier."""
    if distance == 0.0:
        return steps
    layer = 1
    while (count := int((layer * deviation / distance) ** 2)) < steps:
        layer += 1
    return count if count <= _MOST_STEPS else steps


def _rolled_back(
    *,
    spot: float,
    up: float,
    count: int,
    weights: tuple[float, float],
    strike: float,
    sign: float,
    barrier: float,
    side: float,
    is_in: bool,
    rebate: float,
) -> float:
    """Backward induction of the option beyond the barrier, `plain`, and before it, `value`."""
    plain = value = np.empty(0)
    for step in range(count, -1, -1):
        price = spot * up ** (2.0 * np.arange(step + 1) - step)
        hit = side * price >= barrier
        exercised = sign * price - strike
        if step == count:
            plain = np.maximum(exercised, 0.0)
            held = np.full(step + 1, rebate) if is_in else plain
        else:
            plain = np.maximum(_expected(plain, weights), exercised)
            held = _expected(value, weights)
        value = np.where(hit, plain, held) if is_in else np.where(hit, rebate, np.maximum(held, exercised))
    return float(value[0])


def _expected(values: FloatArray, weights: tuple[float, float]) -> FloatArray:
    return weights[0] * values[1:] + weights[1] * values[:-1]
