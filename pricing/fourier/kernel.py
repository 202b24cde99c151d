"""The numba kernel of Heston prices: Fourier inversion along a contour through the saddle point.

Kernels that call each other stay in one file: numba's cache looks at the caller's file only.
"""

from __future__ import annotations

import cmath
import math

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

# Columns of `invert_chain`'s output; the first four after LOG_PRICE are ratios to the price.
LOG_PRICE, SLOPE, DENSITY, GROWTH, FIRST_PARAMETER = range(5)
PARAMETERS = 5
VARIANCE, REVERSION, LEVEL, VOL_OF_VARIANCE, CORRELATION, GAUSSIAN = range(6)

_MOST_NODES = 4096
_STRIP = 0.75  # half width of the strip in y, below pi / 4 where a Gaussian starts to grow
_GROWTH = 2.5  # how much the logarithm of the integrand may grow within the strip
_FIRST_STEP = 0.32
_STEEPEST_TILT, _STEEPEST_TILT_OF_GAUSSIAN = 0.5, 0.1
_TAIL = 1e-18
_UNDERFLOW = -300.0
# Halving the step squares the relative error of a trapezoidal sum on an analytic integrand.
_AGREEMENT = 1e-8
_SHARED_GROWTH, _SHARED_ANGLE = 0.5, 1.2
_REUSE = 0.25  # Newton decrement up to which a neighbouring strike shares a contour


@njit(cache=True)
def _one_minus_exp(z: complex) -> complex:
    """1 - exp(-z) without cancellation."""
    decay = math.exp(-z.real)
    half = math.sin(0.5 * z.imag)
    return complex(-math.expm1(-z.real) * math.cos(z.imag) + 2.0 * half * half, decay * math.sin(z.imag))


@njit(cache=True)
def _log_one_plus(z: complex) -> complex:
    """log(1 + z), principal branch, without cancellation."""
    near = z.real * (2.0 + z.real) + z.imag * z.imag
    modulus = 0.5 * math.log1p(near) if near > -0.5 else math.log(math.hypot(1.0 + z.real, z.imag))
    return complex(modulus, math.atan2(z.imag, 1.0 + z.real))


@njit(cache=True)
def _riccati(
    s: complex, years: float, model: FloatArray
) -> tuple[complex, complex, complex, complex, complex]:
    """B and the integral of B over time, with beta, d and exp(-d T); E[exp(s X)] = exp(k theta I + v B).

    In the form without branch crossings (Albrecher et al. 2007; Lord and Kahl 2010), beta - d written as
    sigma^2 mu / (beta + d) where that does not cancel, so that sigma = 0 has its limit.
    """
    sigma = max(model[VOL_OF_VARIANCE], 1e-12)
    mu = s * (s - 1.0)
    beta = model[REVERSION] - model[CORRELATION] * sigma * s
    d = cmath.sqrt(beta * beta - sigma * sigma * mu)
    if d == 0.0:
        d = complex(1e-150, 0.0)
    fraction = _one_minus_exp(d * years)
    ratio = mu / (beta + d) if beta.real >= 0.0 else (beta - d) / (sigma * sigma)
    remainder = sigma * sigma * ratio * fraction / (2.0 * d)
    value = 0.5 * mu * fraction / (d * (1.0 + remainder))
    integral = ratio * years - 2.0 / (sigma * sigma) * _log_one_plus(remainder)
    return value, integral, beta, d, 1.0 - fraction


@njit(cache=True)
def cumulant(s: complex, years: float, model: FloatArray) -> complex:
    """log E[exp(s X)] of X = log(S_T / F) and, added to it, an independent normal with mean one in price."""
    value, integral, _, _, _ = _riccati(s, years, model)
    diffusion = model[REVERSION] * model[LEVEL] * integral + model[VARIANCE] * value
    return complex(diffusion + 0.5 * model[GAUSSIAN] * s * (s - 1.0))


@njit(cache=True)
def explosion_years(s: float, model: FloatArray) -> float:
    """When the moment of real order s becomes infinite (Andersen and Piterbarg 2007, prop. 3.1)."""
    sigma = max(model[VOL_OF_VARIANCE], 1e-12)
    beta = model[REVERSION] - model[CORRELATION] * sigma * s
    square = beta * beta - sigma * sigma * s * (s - 1.0)
    if square >= 0.0:
        if beta >= 0.0 or s * (s - 1.0) <= 0.0:
            return math.inf
        d = math.sqrt(square)
        return 2.0 / -beta if d == 0.0 else math.log((beta - d) / (beta + d)) / d
    d = math.sqrt(-square)
    angle = math.atan2(d, -beta)
    return 2.0 * angle / d


@njit(cache=True)
def _exponent(z: float, side: float, moneyness: float, years: float, model: FloatArray) -> float:
    """Logarithm of the integrand at s = 1 + z (calls, side 1) or -z (puts, -1); infinite past explosion."""
    s = side * z + 0.5 * (side + 1.0)
    if z <= 0.0 or explosion_years(s, model) <= years:
        return math.inf
    return cumulant(complex(s, 0.0), years, model).real - (s - 1.0) * moneyness - math.log(z * (1.0 + z))


@njit(cache=True)
def _slopes(
    z: float, side: float, moneyness: float, years: float, model: FloatArray
) -> tuple[float, float, float]:
    """The exponent with its first two derivatives by z, from one step off the real axis (errors 1e-6)."""
    value = _exponent(z, side, moneyness, years, model)
    if not value < math.inf:
        return value, math.inf, math.inf
    s, step = side * z + 0.5 * (side + 1.0), 1e-3 * z
    at = cumulant(complex(s, 0.0), years, model).real
    off = cumulant(complex(s, step), years, model)
    slope = side * (off.imag / step - moneyness) - 1.0 / z - 1.0 / (1.0 + z)
    curvature = 2.0 * (at - off.real) / step**2 + 1.0 / z**2 + 1.0 / (1.0 + z) ** 2
    return value, slope, curvature


@njit(cache=True)
def _mean_variance(years: float, model: FloatArray) -> float:
    """Expected total variance to expiry."""
    weight = -math.expm1(-model[REVERSION] * years) / model[REVERSION] if model[REVERSION] > 0.0 else years
    return float(model[LEVEL] * years + (model[VARIANCE] - model[LEVEL]) * weight + model[GAUSSIAN])


@njit(cache=True)
def _saddle(
    side: float, moneyness: float, years: float, model: FloatArray
) -> tuple[float, float, float, float]:
    """Where the integrand is least on the real axis, its exponent, slope and curvature there.

    The exponent is convex (the integrand is a Laplace transform of positive prices), so Newton inside a
    bracket finds its only minimum; a Newton decrement of 0.02 is near enough for the contour.
    """
    variance = max(_mean_variance(years, model), 1e-300)
    z = (abs(moneyness) + math.sqrt(moneyness**2 + 8.0 * variance)) / (2.0 * variance)
    low, high = 0.0, math.inf
    value, slope, curvature = math.inf, 0.0, 1.0
    for _ in range(200):
        value, slope, curvature = _slopes(z, side, moneyness, years, model)
        # Beside an explosion the curvature hides how far the exponent still falls, at most by slope z.
        if value < math.inf and slope * slope <= 0.04 * abs(curvature) and slope * z <= 3.0:
            break
        if not value < math.inf or slope > 0.0:
            high = z
        else:
            low = z
        following = z - slope / curvature if value < math.inf and curvature > 0.0 else math.nan
        if not low < following < high:
            following = 0.5 * (low + high) if high < math.inf else 2.0 * low
        if high < math.inf:
            following = min(max(following, low + 0.02 * (high - low)), high - 0.02 * (high - low))
        z = following
    return z, value, slope, curvature


@njit(cache=True)
def _reach(
    z: float, value: float, curvature: float, side: float, moneyness: float, years: float, model: FloatArray
) -> float:
    """How far to both sides of z the integrand grows by at most exp(_GROWTH)."""
    reach = math.sqrt(2.0 * _GROWTH / curvature)
    for _ in range(100):
        up = _exponent(z + reach, side, moneyness, years, model)
        down = _exponent(z - reach, side, moneyness, years, model)
        if max(up, down) <= value + _GROWTH:
            break
        reach *= 0.8
    return reach


@njit(cache=True)
def _tilt(moneyness: float, years: float, model: FloatArray) -> float:
    """Angle by which the contour bends so that the integrand decays more and oscillates less far out."""
    sigma = max(model[VOL_OF_VARIANCE], 1e-12)
    scale = (model[VARIANCE] + model[REVERSION] * model[LEVEL] * years) / sigma
    phase = moneyness + model[CORRELATION] * scale
    decay = math.sqrt(max(1.0 - model[CORRELATION] ** 2, 0.0)) * scale
    # The factor exp(s^2 / 2) of a Gaussian grows beyond pi / 4.
    steepest = _STEEPEST_TILT if model[GAUSSIAN] == 0.0 else _STEEPEST_TILT_OF_GAUSSIAN
    return max(min(-math.atan2(phase, decay), steepest), -steepest)


@njit(cache=True)
def _node(
    y: float,
    z: float,
    side: float,
    width: float,
    tilt: float,
    value: float,
    moneyness: float,
    years: float,
    model: FloatArray,
) -> tuple[complex, complex]:
    """Point of the contour at y and the integrand there times ds/dy / pi, relative to exp(value)."""
    start = side * z + 0.5 * (side + 1.0)
    bend = math.sin(tilt)
    s = complex(start + width * bend * (1.0 - math.cosh(y)), width * math.cos(tilt) * math.sinh(y))
    speed = width * complex(-bend * math.sinh(y), math.cos(tilt) * math.cosh(y))
    exponent = cumulant(s, years, model) - (s - 1.0) * moneyness - value
    return s, cmath.exp(exponent) / (s * (s - 1.0)) * speed / math.pi


@njit(cache=True)
def _contour(
    nodes: ComplexArray,
    weights: ComplexArray,
    side: float,
    moneyness: float,
    years: float,
    model: FloatArray,
) -> tuple[int, float, float, float, float]:
    """Fill the contour's nodes and weights; count, saddle z, exponent, slope and curvature there.

    s(y) = z + b (sin w (1 - cosh y) + i cos w sinh y): a trapezoidal sum in y converges geometrically
    (Boyarchenko and Levendorskii 2019, sinh-acceleration). The step is halved until two sums agree.
    """
    z, value, slope, curvature = _saddle(side, moneyness, years, model)
    width = _reach(z, value, curvature, side, moneyness, years, model) / math.sin(_STRIP)
    tilt = _tilt(moneyness, years, model)
    count = 0
    for share in (1.0, 0.3, 0.1, 0.03, 0.0):
        # Bent past an explosion of the moments the logarithm may cross its branch: then a straighter line.
        count, agree = _sampled(nodes, weights, z, side, width, share * tilt, value, moneyness, years, model)
        if agree:
            break
    return count, z, value, slope, curvature


@njit(cache=True)
def _sampled(
    nodes: ComplexArray,
    weights: ComplexArray,
    z: float,
    side: float,
    width: float,
    tilt: float,
    value: float,
    moneyness: float,
    years: float,
    model: FloatArray,
) -> tuple[int, bool]:
    """Fill nodes and weights of a trapezoidal sum, its step halved; their count, whether it converged."""
    step, count, largest = _FIRST_STEP, 0, 0.0
    price, density = 0.0, 0.0
    while count < _MOST_NODES // 2:
        s, weight = _node(count * step, z, side, width, tilt, value, moneyness, years, model)
        weight *= 0.5 if count == 0 else 1.0
        nodes[count], weights[count] = s, weight
        price += step * weight.imag
        density += step * (weight * s * (s - 1.0)).imag
        count += 1
        size = abs(weight)
        largest = max(largest, size)
        if size < _TAIL * largest:
            break
    agree = False
    while not agree and 2 * count <= _MOST_NODES:
        coarse, coarse_density = price, density
        price, density, step = 0.5 * price, 0.5 * density, 0.5 * step
        for i in range(count):
            s, weight = _node((2 * i + 1) * step, z, side, width, tilt, value, moneyness, years, model)
            nodes[count + i], weights[count + i] = s, weight
            price += step * weight.imag
            density += step * (weight * s * (s - 1.0)).imag
        count *= 2
        agree = abs(price - coarse) <= _AGREEMENT * abs(price)
        agree = agree and abs(density - coarse_density) <= _AGREEMENT * abs(density)
    for i in range(count):
        weights[i] *= step
    return count, agree and price > 0.0


@njit(cache=True)
def _spread(nodes: ComplexArray, weights: ComplexArray, count: int) -> float:
    """How far in log-moneyness a strike may be to share the contour: exp(-away s) must not outgrow the decay.

    Within an angle of the contour, since a trapezoidal sum needs the integrand bounded in a strip.
    """
    largest = 0.0
    for i in range(count):
        largest = max(largest, abs(weights[i]))
    spread = math.inf
    for i in range(1, count):
        size, away = abs(weights[i]), abs(nodes[i] - nodes[0])
        if size > 0.0 and away > 0.0:
            spread = min(spread, (_SHARED_GROWTH - math.log(size / largest)) / (_SHARED_ANGLE * away))
    return spread


@njit(cache=True)
def _multipliers(s: complex, years: float, model: FloatArray, wanted: int, out: ComplexArray) -> None:
    """What the integrand is multiplied by at s: derivatives of its logarithm, in the order of the columns.

    The gradient of B and I by beta, sigma^2 and time follows Cui, del Bano Rollin and Germano (2017), section
    3, written in x = d T / 2 and coth x, which neither overflow nor cross a branch.
    """
    out[SLOPE - 1] = 1.0 - s
    out[DENSITY - 1] = s * (s - 1.0)
    if wanted < GROWTH:
        return
    sigma, mu = max(model[VOL_OF_VARIANCE], 1e-12), s * (s - 1.0)
    value, integral, beta, d, decay = _riccati(s, years, model)
    variance, reversion, level = model[VARIANCE], model[REVERSION], model[LEVEL]
    growth = reversion * level * value
    growth += variance * (0.5 * mu - beta * value + 0.5 * sigma * sigma * value * value)
    out[GROWTH - 1] = growth
    if wanted < FIRST_PARAMETER:
        return
    coth = (1.0 + decay) / (1.0 - decay)
    half, share = 0.5 * years, beta / d
    turn = coth - half * d * (coth * coth - 1.0)
    value_by_beta = -value * value / mu * (1.0 + turn * share)
    value_by_square = 0.5 * value * value * turn / d
    root = coth + share
    log_by_beta = (half * share * (1.0 + share * coth) + (1.0 - share * share) / d) / root
    log_by_square = -0.5 * mu / d * (half * (1.0 + share * coth) - share / d) / root
    square = sigma * sigma
    by_beta = reversion * level * (years - 2.0 * log_by_beta) / square + variance * value_by_beta
    by_square = -reversion * level * (integral + 2.0 * log_by_square) / square + variance * value_by_square
    first = FIRST_PARAMETER - 1
    out[first + VARIANCE] = value
    out[first + REVERSION] = level * integral + by_beta
    out[first + LEVEL] = reversion * integral
    out[first + VOL_OF_VARIANCE] = 2.0 * sigma * by_square - model[CORRELATION] * s * by_beta
    out[first + CORRELATION] = -sigma * s * by_beta


@njit(cache=True)
def invert_chain(moneyness: FloatArray, years: FloatArray, model: FloatArray, out: FloatArray) -> None:
    """Out-of-the-money prices over the forward, of options sorted by expiry, then by log-moneyness.

    out: an option a row; the logarithm of the undiscounted price, then as many ratios to the price as it has
    columns: slope and density (c' and c'' - c' by log-moneyness), growth (by time), and the gradient by the
    first five numbers of `model`. Calls from log-moneyness zero up, puts below. Log-moneyness is finite, and
    years above zero. A contour is shared by neighbouring strikes while their own saddle points are near.
    """
    wanted = out.shape[1] - 1
    nodes, weights = np.empty(_MOST_NODES, dtype=np.complex128), np.empty(_MOST_NODES, dtype=np.complex128)
    factors = np.empty((_MOST_NODES, max(wanted, 2)), dtype=np.complex128)
    sums = np.empty(max(wanted, 2))
    count, z, value, slope, curvature = 0, 0.0, 0.0, 0.0, 1.0
    side, anchor, expiry, spread = 0.0, 0.0, -1.0, 0.0
    for option in range(moneyness.size):
        own_side = 1.0 if moneyness[option] >= 0.0 else -1.0
        away = moneyness[option] - anchor
        own_slope = slope - side * away
        shared = own_side == side and years[option] == expiry
        shared = shared and own_slope * own_slope <= 2.0 * _REUSE * curvature and abs(away) <= spread
        if not shared:
            side, anchor, expiry, away = own_side, moneyness[option], years[option], 0.0
            count, z, value, slope, curvature = _contour(nodes, weights, side, anchor, expiry, model)
            spread = _spread(nodes, weights, count)
            for i in range(count):
                _multipliers(nodes[i], expiry, model, wanted, factors[i])
        start, total = side * z + 0.5 * (side + 1.0), 0.0
        sums[:] = 0.0
        for i in range(count):
            angle = -away * nodes[i].imag
            size = math.exp(-away * (nodes[i].real - start))
            wave = weights[i] * complex(size * math.cos(angle), size * math.sin(angle))
            total += wave.imag
            for j in range(wanted):
                sums[j] += wave.real * factors[i, j].imag + wave.imag * factors[i, j].real
        level = value - (start - 1.0) * away
        known = total > 0.0 and value < math.inf
        out[option, LOG_PRICE] = level + math.log(total) if known else math.nan
        for j in range(wanted):
            out[option, 1 + j] = sums[j] / total if known else math.nan
        if not known and level < _UNDERFLOW:
            # Hundreds of deviations out the sum may lose all digits; the saddle point alone says enough.
            out[option, LOG_PRICE] = level - 0.5 * math.log(2.0 * math.pi * curvature)
            for j in range(wanted):
                out[option, 1 + j] = factors[0, j].real
