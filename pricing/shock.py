"""A market after a stated shock to spot and volatility, or after time has passed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import log

import numpy as np
import numpy.typing as npt

from pricing.book import Stickiness
from pricing.market import Source, UnderlyingMarket
from pricing.surface.clocked import ClockedSurface
from pricing.surface.surface import VolSurface
from pricing.time import year_fraction

FloatArray = npt.NDArray[np.float64]

SHIFT_YEARS = 30 / 365
"""Expiry up to which a volatility shift acts in full; beyond it decays as sqrt(SHIFT_YEARS / T)."""

SMALLEST_REMAINING_SHARE = 0.1
"""A fall of volatility leaves at least this share of every volatility."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftedSurface:
    """A surface moved along strikes and then up or down; the same at every expiry up to 30 days.

    log_moneyness_shift: added to log(K / F) before `base` is asked. volatility_shift: absolute, per
    sqrt(year), of the 30-day volatility at the money of `base`. Up, every strike rises by the same points,
    so that sqrt(w) rises by shift x sqrt(min(T, 30 days)). Down, every volatility falls by the same share,
    so that no variance is negative. Both keep total variance increasing in expiry where it was in `base`.
    """

    base: VolSurface
    log_moneyness_shift: float
    volatility_shift: float
    description: str

    def total_variance(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Total variance w(k, T) after the shift."""
        years = np.maximum(np.asarray(expiry_years, dtype=np.float64), 0.0)
        return self.implied_volatility(log_moneyness, years) ** 2 * years

    def implied_volatility(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Implied volatility after the shift."""
        years = np.asarray(expiry_years, dtype=np.float64)
        moved = np.asarray(log_moneyness, dtype=np.float64) + self.log_moneyness_shift
        volatility = self.base.implied_volatility(moved, years)
        decay = np.sqrt(SHIFT_YEARS / np.maximum(years, SHIFT_YEARS))
        if self.volatility_shift >= 0.0:
            return volatility + self.volatility_shift * decay
        return volatility * (1.0 - self._fallen_share() * decay)

    def derivatives(
        self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Total variance after the shift and its derivatives by log-moneyness; all zero at T = 0.

        Up by c at every strike, w becomes w + 2 c sqrt(w T) + c^2 T; down, it is scaled.
        """
        years = np.maximum(np.asarray(expiry_years, dtype=np.float64), 0.0)
        moved = np.asarray(log_moneyness, dtype=np.float64) + self.log_moneyness_shift
        variance, first, second = self.base.derivatives(moved, years)
        decay = np.sqrt(SHIFT_YEARS / np.maximum(years, SHIFT_YEARS))
        if self.volatility_shift < 0.0:
            scale = (1.0 - self._fallen_share() * decay) ** 2
            return variance * scale, first * scale, second * scale
        ratio = self.volatility_shift * decay / self.base.implied_volatility(moved, years)
        bend = ratio * first**2 / (2.0 * np.where(variance > 0.0, variance, 1.0))
        return variance * (1.0 + ratio) ** 2, first * (1.0 + ratio), second * (1.0 + ratio) - bend

    def _fallen_share(self) -> float:
        at_the_money = float(self.base.implied_volatility(0.0, SHIFT_YEARS))
        return min(-self.volatility_shift / at_the_money, 1.0 - SMALLEST_REMAINING_SHARE)


def shocked_market(
    market: UnderlyingMarket, *, spot_return: float, volatility_shift: float, stickiness: Stickiness
) -> UnderlyingMarket:
    """The market an instant later: spot moved by `spot_return` (simple), volatility by `volatility_shift`.

    The forward curve keeps its carry. Sticky-moneyness keeps the smile over log(K / F); sticky-strike keeps
    each strike's volatility. `volatility_shift` (0.05 is five points at 30 days) comes on top as
    `ShiftedSurface` says. Quotes are dropped, since nobody quoted this market; the forecast and history are
    those of before. A surface without butterfly arbitrage keeps that for certain only if it is sticky in
    moneyness and not shifted up. Raises ValueError for a return of -1 or below.
    """
    if spot_return <= -1.0:
        raise ValueError(f"a spot return of {spot_return} leaves no price")
    spot = market.spot * (1.0 + spot_return)
    sticky_strike = stickiness is Stickiness.STRIKE
    sentence = f"spot {spot_return:+.1%}, volatility {100 * volatility_shift:+.1f} points, {stickiness.value}"
    surface = ShiftedSurface(
        base=market.surface,
        # k after is log(K / F'), and log(K / F) = k + log(F' / F).
        log_moneyness_shift=log(1.0 + spot_return) if sticky_strike else 0.0,
        volatility_shift=volatility_shift,
        description=f"{market.surface.description}; then {sentence}",
    )
    return replace(
        market,
        spot=spot,
        forward=replace(market.forward, spot=spot),
        surface=surface,
        quotes=None,
        sources=(*market.sources, Source(part="shock", origin="stated shock", detail=sentence)),
    )


def aged_market(
    market: UnderlyingMarket,
    *,
    as_of: datetime,
    spot_return: float = 0.0,
    volatility_shift: float = 0.0,
    stickiness: Stickiness = Stickiness.MONEYNESS,
) -> UnderlyingMarket:
    """The shocked market at a later instant `as_of` (aware).

    Curves and surface stay as functions of time to expiry, in business time where the surface runs in it.
    Dividends keep their dates, and those that go ex by then are gone; `spot_return` has their fall in it. A
    hedging future keeps its date: rolling it is the caller's business. Raises ValueError for an instant
    before the market's.
    """
    if as_of < market.as_of:
        raise ValueError(f"cannot age a market of {market.as_of} back to {as_of}")
    shocked = shocked_market(
        market, spot_return=spot_return, volatility_shift=volatility_shift, stickiness=stickiness
    )
    dividends = shocked.dividends.after(year_fraction(market.as_of, as_of))
    return replace(
        shocked,
        as_of=as_of,
        forward=replace(shocked.forward, dividends=dividends),
        surface=_seen_from(shocked.surface, as_of),
    )


def _seen_from(surface: VolSurface, as_of: datetime) -> VolSurface:
    """The surface with its business clock, where it has one, set to `as_of`."""
    match surface:
        case ClockedSurface():
            return surface.at(as_of)
        case ShiftedSurface(base=base):
            return replace(surface, base=_seen_from(base, as_of))
        case _:
            return surface
