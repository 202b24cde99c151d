"""European options under rough Heston: the fractional Riccati equation and a Fourier integral."""

from __future__ import annotations

from dataclasses import dataclass
from math import gamma

import numpy as np
import numpy.typing as npt

from pricing.errors import InputError, InputProblem
from pricing.fourier.model import HestonModel

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_STEPS = 400
_NODE_STEP = 0.05  # in y of u = 2 sinh y: the poles at s = 0 and 1 are 0.25 away
_FURTHEST_DEVIATIONS = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoughHestonModel:
    """v_t = v0 + K * (kappa (theta - v) dt + sigma sqrt(v) dW), kernel K(t) = t^(H - 1/2) / Gamma(H + 1/2).

    hurst H in (0, 1/2]; at 1/2 it is Heston's model (El Euch and Rosenbaum 2019). kappa and sigma are of
    the Volterra equation. Raises InputError for a Hurst index outside.
    """

    heston: HestonModel
    hurst: float

    def __post_init__(self) -> None:
        if not 0.0 < self.hurst <= 0.5:
            problem = InputProblem(
                file="RoughHestonModel",
                column="hurst",
                value=f"{self.hurst:g}",
                expected="above 0, at most 0.5",
            )
            raise InputError(problem)


def rough_heston_prices(
    model: RoughHestonModel,
    log_moneyness: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    is_call: npt.ArrayLike,
    *,
    steps: int = _STEPS,
) -> FloatArray:
    """Prices over the discounted forward, V / (D F); inputs broadcast, an Adams scheme for each expiry.

    c = 1 - (1/pi) int Re[e^((1/2 - i u) k) M(1/2 + i u)] / (u^2 + 1/4) du over u > 0 for calls (Lewis 2000),
    as a trapezoidal sum in y of u = 2 sinh y. NaN where log-moneyness is not finite or the expiry no positive
    number. steps: of the Adams scheme, whose error rules; `benchmarks/heston.py` prints how it falls. A
    price far from the money is right to an absolute, not a relative error.
    """
    k, years, calls = np.broadcast_arrays(
        np.asarray(log_moneyness, dtype=np.float64),
        np.asarray(expiry_years, dtype=np.float64),
        np.asarray(is_call, dtype=np.bool_),
    )
    covered = np.full(k.shape, np.nan)
    usable = np.isfinite(k) & np.isfinite(years) & (years > 0.0)
    for expiry in np.unique(years[usable]):
        rows = usable & (years == expiry)
        covered[rows] = _covered_calls(model, k[rows], float(expiry), steps)
    return np.asarray(np.where(calls, 1.0, np.exp(np.where(usable, k, 0.0))) - covered)


def rough_heston_cumulant(
    model: RoughHestonModel, s: ComplexArray, expiry_years: float, *, steps: int = _STEPS
) -> ComplexArray:
    """log E[exp(s log(S_T / F))] for every s (El Euch and Rosenbaum 2019, theorem 4.1).

    D^alpha h = F(h) = (s^2 - s) / 2 + (rho sigma s - kappa) h + sigma^2 h^2 / 2 with alpha = H + 1/2, by the
    implicit Adams scheme (product trapezoidal rule) of Diethelm, Ford and Freed (2004) on a uniform grid, the
    quadratic of each step solved in closed form: stable however large s is. The exponent is the integral over
    time of kappa theta h + v0 F(h).
    """
    heston = model.heston
    sigma, alpha, step = heston.volatility_of_variance, model.hurst + 0.5, expiry_years / steps
    constant, linear = (s * s - s) / 2, heston.correlation * sigma * s - heston.mean_reversion
    scale = step**alpha / gamma(alpha + 2)
    h = np.zeros((steps + 1, s.size), dtype=np.complex128)
    drift = np.empty_like(h)
    drift[0] = constant
    middle, first = _adams_weights(alpha, steps)
    for n in range(1, steps + 1):
        history = first[n] * drift[0] + middle[n - 1 : 0 : -1] @ drift[1:n]
        h[n] = _root(scale * sigma**2 / 2, scale * linear - 1, scale * (history + constant))
        drift[n] = constant + (linear + sigma**2 / 2 * h[n]) * h[n]
    weights = np.full(steps + 1, step)
    weights[[0, -1]] *= 0.5
    level = heston.mean_reversion * heston.long_run_variance
    return np.asarray(level * (weights @ h) + heston.initial_variance * (weights @ drift))


def _adams_weights(alpha: float, steps: int) -> tuple[FloatArray, FloatArray]:
    """Weights by distance to the present, and of the start; times step^alpha / Gamma(alpha + 2)."""
    n = np.arange(steps + 1, dtype=np.float64)
    power = alpha + 1
    middle = (n + 1) ** power - 2 * n**power + np.abs(n - 1) ** power
    first = np.abs(n - 1) ** power - (n - 1 - alpha) * n**alpha
    return middle, first


def _root(square: float, linear: ComplexArray, constant: ComplexArray) -> ComplexArray:
    """The root of square h^2 + linear h + constant that goes to -constant / linear with `square`."""
    return np.asarray(2 * constant / (-linear + np.sqrt(linear**2 - 4 * square * constant)))


def _covered_calls(
    model: RoughHestonModel, log_moneyness: FloatArray, expiry_years: float, steps: int
) -> FloatArray:
    """E[min(S, K)] over the forward: what calls and puts lack to forward and strike."""
    heston = model.heston
    variance = max(heston.initial_variance, heston.long_run_variance) * expiry_years
    furthest = np.arcsinh(0.5 * _FURTHEST_DEVIATIONS / np.sqrt(variance))
    y = np.arange(0.0, furthest + _NODE_STEP, _NODE_STEP)
    u, weight = 2 * np.sinh(y), _NODE_STEP * 2 * np.cosh(y) / np.pi
    weight[0] *= 0.5
    s = 0.5 + 1j * u
    transform = np.exp(rough_heston_cumulant(model, s, expiry_years, steps=steps)) * weight / (u**2 + 0.25)
    wave = np.exp((1 - s) * log_moneyness[:, None])
    return np.asarray((wave @ transform).real)
