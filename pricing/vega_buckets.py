"""Vega by expiry and strike: the ladder a volatility trader hedges on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

PILLAR_YEARS = (7 / 365, 14 / 365, 30 / 365, 60 / 365, 91 / 365, 182 / 365, 1.0, 2.0, 5.0)
PILLAR_DEVIATIONS = (-2.0, -1.0, 0.0, 1.0, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VegaBuckets:
    """Vega [currency per 1.00 of volatility] by pillar, shape [expiry, strike].

    expiry_years: ACT/365F. deviations: log(K / F) / (volatility sqrt(T)), negative below the forward. All
    buckets add up to the vega of the book.
    """

    expiry_years: FloatArray
    deviations: FloatArray
    vega: FloatArray

    @property
    def by_expiry(self) -> FloatArray:
        """Vega of each expiry pillar, over all strikes."""
        return np.asarray(self.vega.sum(axis=1), dtype=np.float64)

    @property
    def by_strike(self) -> FloatArray:
        """Vega of each strike pillar, over all expiries."""
        return np.asarray(self.vega.sum(axis=0), dtype=np.float64)


def vega_buckets(
    vega: FloatArray,
    *,
    expiry_years: FloatArray,
    log_moneyness: FloatArray,
    volatility: FloatArray,
    pillar_years: npt.ArrayLike = PILLAR_YEARS,
    pillar_deviations: npt.ArrayLike = PILLAR_DEVIATIONS,
) -> VegaBuckets:
    """Share each option's vega between the nearest two pillars of expiry and of strike.

    vega: of each position, signed, with its quantity and multiplier. Between expiry pillars the share is
    linear in sqrt(T), between strike pillars in standard deviations; outside of the pillars all goes to the
    last. What has expired carries no vega and belongs nowhere. Columns of equal length.
    """
    years, deviations = (np.asarray(each, dtype=np.float64) for each in (pillar_years, pillar_deviations))
    alive = (expiry_years > 0.0) & (volatility > 0.0)
    root = np.sqrt(np.where(alive, expiry_years, 1.0))
    strike = np.where(alive, log_moneyness / np.where(alive, volatility * root, 1.0), 0.0)
    by_expiry = _hats(np.sqrt(years), root)
    by_strike = _hats(deviations, strike)
    return VegaBuckets(
        expiry_years=years,
        deviations=deviations,
        vega=(by_expiry * np.where(alive, vega, 0.0)[:, None]).T @ by_strike,
    )


def _hats(pillars: FloatArray, at: FloatArray) -> FloatArray:
    """Weights of linear interpolation at `at` between the pillars, shape [at, pillar]; rows sum to one."""
    inside = np.clip(at, pillars[0], pillars[-1])
    return np.column_stack([np.interp(inside, pillars, unit) for unit in np.eye(len(pillars))])
