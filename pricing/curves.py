"""Discount and forward curves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from pricing.dividends import DividendSchedule

FloatArray = npt.NDArray[np.float64]

_LEAST_SHARE = 1e-8
"""What dividends larger than the forward leave of spot: enough for a logarithm, nothing to a price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountCurve:
    """Continuously compounded zero rates [per year] at `expiry_years`; rate x time linear, flat outside."""

    expiry_years: FloatArray
    zero_rate: FloatArray

    def rate_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """Continuously compounded zero rate to `expiry_years` (any shape)."""
        return _interpolated_rate(self.expiry_years, self.zero_rate, expiry_years)

    def discount_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """Discount factor to `expiry_years` (any shape)."""
        return np.exp(-self.rate_at(expiry_years) * np.asarray(expiry_years, dtype=np.float64))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardCurve:
    """Forward prices: spot [currency], carry_rate [per year] at `expiry_years`, and discrete dividends.

    carry_rate: rate less continuous dividend yield less borrow; carry x time is linear between the knots and
    the carry flat outside. Dividends come on top: at each ex date the forward falls from F to
    F (1 - proportional) - cash, on the day and not before, at least to a hundred-millionth of spot. Without
    dividends the carry is log(F / S) / T.
    """

    spot: float
    expiry_years: FloatArray
    carry_rate: FloatArray
    dividends: DividendSchedule = field(default_factory=DividendSchedule)

    def carry_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """Net carry log(F/S)/T [per year], discrete dividends included, to `expiry_years` (any shape)."""
        carry = self.residual_carry_at(expiry_years)
        if not len(self.dividends):
            return carry
        years = np.asarray(expiry_years, dtype=np.float64)
        shares = np.log(self._forward_shares()[self.gone_ex(years)] / self.spot)
        return np.asarray(carry + np.where(years > 0.0, shares / np.where(years > 0.0, years, 1.0), 0.0))

    def residual_carry_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """Carry besides discrete dividends (rate less yield less borrow) [per year] to `expiry_years`."""
        return _interpolated_rate(self.expiry_years, self.carry_rate, expiry_years)

    def forward_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """Forward price [currency] for `expiry_years` (any shape); at an ex date the price after it."""
        years = np.asarray(expiry_years, dtype=np.float64)
        shares = self._forward_shares()[self.gone_ex(years)]
        return np.asarray(shares * self._growth_at(years), dtype=np.float64)

    def slope_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """d forward / d spot for `expiry_years` (any shape), cash dividends staying as they are."""
        years = np.asarray(expiry_years, dtype=np.float64)
        kept = np.cumprod(np.append(1.0, 1.0 - self.dividends.proportional))
        return np.asarray(kept[self.gone_ex(years)] * self._growth_at(years), dtype=np.float64)

    def with_dividends(self, dividends: DividendSchedule) -> ForwardCurve:
        """The same forwards at the knots, and `dividends` in place of the carry that stood for them.

        The rule where both a chain and dividends are known: parity's forwards stay as they are, the schedule
        says when they fall, and what is left of the carry between two knots is spread evenly, as a borrow
        rate is. Raises ValueError where dividends and forward differ by more than a factor e, and than 50% a
        year.
        """
        carry = np.zeros_like(self.carry_rate)
        forwards = self.forward_at(self.expiry_years)
        for knot, (years, forward) in enumerate(zip(self.expiry_years, forwards, strict=True)):
            if years > 0.0:
                carry[knot] = self._carry_to(knot, carry, float(forward), dividends)
        if len(carry) > 1 and self.expiry_years[0] <= 0.0:
            carry[0] = carry[1]
        return replace(self, carry_rate=carry, dividends=dividends)

    def _carry_to(self, knot: int, known: FloatArray, forward: float, dividends: DividendSchedule) -> float:
        """The carry at a knot, those before it known, at which the forward there is `forward`."""
        # Only a market with dividends needs it, and the optimisers take a while to import.
        from scipy.optimize import brentq

        years = self.expiry_years[: knot + 1]

        def gap(rate: float) -> float:
            carry = np.append(known[:knot], rate)
            curve = ForwardCurve(spot=self.spot, expiry_years=years, carry_rate=carry, dividends=dividends)
            return float(np.log(curve.forward_at(years[-1]) / forward))

        width = max(1.0 / float(years[-1]), 0.5)
        if not gap(-width) < 0.0 < gap(width):
            raise ValueError(f"dividends {dividends.cash} do not fit a forward of {forward}")
        return float(brentq(gap, -width, width, xtol=1e-15, rtol=1e-14))

    def _forward_shares(self) -> FloatArray:
        """Forward over growth [currency] before the first dividend, and after each."""
        shares = [self.spot]
        growth = self._growth_at(self.dividends.ex_years)
        for cash, proportional, grown in zip(
            self.dividends.cash, self.dividends.proportional, growth, strict=True
        ):
            shares.append(max(shares[-1] * (1.0 - proportional) - cash / grown, _LEAST_SHARE * self.spot))
        return np.array(shares)

    def gone_ex(self, years: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """How many dividends go ex up to each time, that instant included (any shape)."""
        return np.searchsorted(self.dividends.ex_years, years, side="right")

    def _growth_at(self, years: FloatArray) -> FloatArray:
        return np.asarray(np.exp(self.residual_carry_at(years) * years), dtype=np.float64)


def _interpolated_rate(knots: FloatArray, rates: FloatArray, at: npt.ArrayLike) -> FloatArray:
    """Interpolate rate x time linearly between knots, the rate flat outside."""
    years = np.asarray(at, dtype=np.float64)
    inside = np.clip(years, knots[0], knots[-1])
    total = np.interp(inside, knots, rates * knots)
    return np.where(inside > 0, total / np.where(inside > 0, inside, 1.0), rates[0])
