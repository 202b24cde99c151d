"""Published formulas of no-transaction bands and modified volatilities, for one option or a book of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# Where costs take more than this from a long book's variance, its formula is beyond what it was fitted to.
_LEAST_VARIANCE_FACTOR = 0.1
# -zeta(1/2) / sqrt(2 pi): how far a random walk steps over an edge on average, in its own deviations.
_OVERSHOOT = 0.5825971579390106


@dataclass(frozen=True, slots=True, kw_only=True)
class BookGamma:
    """What the formulas for one option need to know of a book, at each spot level; shape (level,).

    net, gross: sum of the lines' gammas, and of their absolute values [units per currency]. years,
    volatility: expiry and volatility of the variance mean that the lines' absolute gammas weight; of a book
    without gamma the longest expiry, and zero where all have expired.
    """

    net: FloatArray
    gross: FloatArray
    years: FloatArray
    volatility: FloatArray

    @classmethod
    def of_lines(cls, *, gamma: FloatArray, expiry_years: FloatArray, volatility: FloatArray) -> BookGamma:
        """From the lines: gamma, units included, and volatility (level, line); expiry_years (line,)."""
        gross = np.abs(gamma).sum(axis=1)
        longest = (expiry_years == expiry_years.max(initial=0.0)).astype(np.float64)
        weights = np.where(gross[:, None] > 0.0, np.abs(gamma), longest)
        total = weights.sum(axis=1)
        weights = weights / np.where(total > 0.0, total, 1.0)[:, None]
        return cls(
            net=gamma.sum(axis=1),
            gross=gross,
            years=weights @ np.maximum(expiry_years, 0.0),
            volatility=np.sqrt((weights * volatility**2).sum(axis=1)),
        )

    @property
    def longness(self) -> FloatArray:
        """Net over gross gamma: 1 of a long book, -1 of a short one, between them of a spread, 0 of none."""
        return self.net / np.where(self.gross > 0.0, self.gross, 1.0)


def whalley_wilmott_half_width(
    *,
    gamma: FloatArray,
    spot: FloatArray,
    proportional_cost: float | FloatArray,
    risk_aversion: float,
    discount: float | FloatArray = 1.0,
    step_variance: float | FloatArray = 0.0,
) -> FloatArray:
    """Half width w = (3/2 exp(-r tau) c S Gamma^2 / lambda)^(1/3) of the band [units of underlying].

    Shapes broadcast; proportional_cost c as a fraction of the value traded, a rebate counting as none;
    risk_aversion lambda per currency. Infinite without risk aversion: who is averse to no risk pays for no
    hedge, of a book without gamma either; trades that cost nothing are the one exception. Raises ValueError
    where the aversion is negative or not finite; a NaN elsewhere stays in its own element.

    The paper's band is watched without pause. step_variance v: of the log return from one date to the next,
    where the book is seen at dates only and has often left a band by as much as its width: the half width is
    then the fourth-power mean (a^-4 + b^-4)^(-1/4) of two limits. Of frequent dates, a = (w^3 + o^3)^(1/3) -
    o with o = 0.5826 |Gamma| S v^(1/2), by which a random walk steps over an edge on average; of rare ones,
    b = exp(-r tau) c / (lambda S v), which weighs the cost against the risk until the next date alone.

    References: Whalley and Wilmott (1997), An asymptotic analysis of an optimal hedging model for option
    pricing with transaction costs, Mathematical Finance 7(3); Broadie, Glasserman and Kou (1997), A
    continuity correction for discrete barrier options, Mathematical Finance 7(4), for the constant.
    """
    _require_aversion(risk_aversion)
    cost = np.maximum(proportional_cost, 0.0)
    numerator = np.asarray(1.5 * discount * cost * spot * gamma**2, dtype=np.float64)
    if risk_aversion == 0.0:
        return _careless(cost, numerator)
    overshoot = _OVERSHOOT * np.abs(gamma) * spot * np.sqrt(step_variance)
    with np.errstate(over="ignore", invalid="ignore"):  # next to no aversion, next to no limit
        frequent = np.maximum(np.cbrt(numerator / risk_aversion + overshoot**3) - overshoot, 0.0)
        rare = np.maximum(discount * cost / (risk_aversion * spot), np.finfo(np.float64).tiny)
        # At most 1.5, but infinity over infinity where there is next to no aversion.
        ratio = np.where(np.isfinite(frequent), frequent * step_variance / rare, 0.0)
        return np.asarray(frequent * (1.0 + ratio**4) ** -0.25, dtype=np.float64)


def zakamouline_half_width(
    gamma: BookGamma,
    *,
    spot: FloatArray,
    proportional_cost: float | FloatArray,
    risk_aversion: float,
    discount: float | FloatArray = 1.0,
) -> FloatArray:
    """Half width H0 + H1 of the band [units of underlying]; units, errors, limits as Whalley and Wilmott's.

    H0 = c / (lambda S sigma^2 tau); H1 = 1.12 c^0.31 tau^0.05 (exp(-r tau) / sigma)^0.25 (|Gamma| /
    lambda)^0.5, tau in years and sigma per sqrt(year). A book enters by its net gamma.

    Reference: Zakamouline (2006), Efficient analytic approximation of the optimal hedging strategy for a
    European call option with transaction costs, Quantitative Finance 6(5).
    """
    _require_aversion(risk_aversion)
    cost = np.maximum(proportional_cost, 0.0)
    years, volatility, alive = _alive(gamma)
    if risk_aversion == 0.0:
        return _careless(cost, spot * gamma.net)
    scale = 1.12 * cost**0.31 * years**0.05 * (discount / volatility) ** 0.25
    with np.errstate(over="ignore"):
        least = np.where(alive, cost / (spot * volatility**2 * years) / risk_aversion, 0.0)
        width = least + scale * np.sqrt(np.abs(gamma.net)) / np.sqrt(risk_aversion)
    return np.asarray(width, dtype=np.float64)


def zakamouline_variance_factor(
    gamma: BookGamma,
    *,
    spot: FloatArray,
    proportional_cost: float | FloatArray,
    risk_aversion: float,
    discount: float | FloatArray = 1.0,
) -> FloatArray:
    """What multiplies the variance at which Zakamouline takes the delta; shape (level,), at least a tenth.

    1 - K for a short option and 1 + K for a long one, K = -4.76 c^0.78 tau^-0.02 (exp(-r tau) / sigma)^0.25
    (lambda S^2 |Gamma|)^0.15. A book has its net gamma in K, and `longness` in place of the sign.
    """
    _require_aversion(risk_aversion)
    cost = np.maximum(proportional_cost, 0.0)
    years, volatility, alive = _alive(gamma)
    size = 4.76 * cost**0.78 * years**-0.02 * (discount / volatility) ** 0.25
    strength = size * risk_aversion**0.15 * spot**0.3 * np.abs(gamma.net) ** 0.15
    return _factor(gamma, np.where(alive, strength, 0.0))


def leland_variance_factor(
    gamma: BookGamma, *, step_variance: float | FloatArray, proportional_cost: float | FloatArray
) -> FloatArray:
    """What multiplies the variance at which Leland takes the delta; shape (level,), at least a tenth.

    1 + sqrt(2 / pi) k / (sigma sqrt(dt)) for a short option, the minus sign for a long one, k = 2 c the cost
    of a round trip and dt the time from one rehedging to the next: step_variance = sigma^2 dt. A book has its
    `longness` in place of the sign.

    Reference: Leland (1985), Option pricing and replication with transactions costs, Journal of Finance
    40(5); the long side: Hoggard, Whalley and Wilmott (1994), Advances in Futures and Options Research 7.
    """
    cost = np.maximum(proportional_cost, 0.0)
    variance = np.maximum(step_variance, np.finfo(np.float64).tiny)
    strength = np.asarray(np.sqrt(8.0 / (np.pi * variance)) * cost, dtype=np.float64)
    return _factor(gamma, strength)


def _factor(gamma: BookGamma, strength: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(1.0 - gamma.longness * strength, _LEAST_VARIANCE_FACTOR), dtype=np.float64)


def _alive(gamma: BookGamma) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Years and volatility, and where there is variance ahead; 1 in their place where there is none."""
    alive = ~(gamma.volatility**2 * gamma.years < np.finfo(np.float64).tiny)  # NaN stays
    return np.where(alive, gamma.years, 1.0), np.where(alive, gamma.volatility, 1.0), alive


def _careless(cost: float | FloatArray, like: FloatArray) -> FloatArray:
    """The half width of who is averse to no risk."""
    return np.where(cost > 0.0, np.inf, np.zeros_like(like))


def _require_aversion(risk_aversion: float) -> None:
    if not 0.0 <= risk_aversion < np.inf:
        raise ValueError(f"risk_aversion must be finite and at least 0; found {risk_aversion}")
