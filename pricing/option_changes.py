"""What options did from one day's chain to the next: the data of empirical hedging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pricing.errors import InputError
from pricing.greeks import black_greeks
from pricing.implied import implied_volatility
from pricing.parity import imply_curves
from pricing.quotes import Quotes
from pricing.time import SECONDS_PER_YEAR

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SHORTEST_EXPIRY_YEARS = 14 / 365
SMALLEST_DELTA = 0.05
LONGEST_GAP_DAYS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionChanges:
    """Options quoted on two consecutive days, in columns of equal length, as they were on the first.

    day: position of the first day. spot, price_change, spot_change: currency, of mid prices.
    forward_move: spot x (F'(T) / F(T) - 1), the spot change that the quotes themselves imply, free of a spot
    taken at another time. call_delta: of the call at the strike, also for a put; delta: the option's own, at
    its own implied volatility. vega: currency per 1.00 of volatility. vanna: units per 1.00 of volatility.
    expiry_years: ACT/365F. log_moneyness: log(K / F).
    """

    day: IntArray
    spot: FloatArray
    spot_change: FloatArray
    forward_move: FloatArray
    price_change: FloatArray
    is_call: BoolArray
    delta: FloatArray
    call_delta: FloatArray
    vega: FloatArray
    vanna: FloatArray
    expiry_years: FloatArray
    log_moneyness: FloatArray

    def __len__(self) -> int:
        return len(self.day)

    def taken(self, rows: BoolArray) -> OptionChanges:
        """The rows where `rows` is True."""
        return OptionChanges(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def option_changes(
    chains: Sequence[Quotes], *, by_own_delta: bool = False, longest_expiry_years: float = np.inf
) -> OptionChanges:
    """Changes between chains of one underlying, in order of time, that are at most four days apart.

    Kept as by Hull and White (2017): 14 days to expiry or more, delta between 0.05 and 0.95: of the call at
    the strike, or the absolute delta of the option itself (`by_own_delta`).
    Raises ValueError when the chains are not in order.
    """
    parts = [_between(*pair, day) for day, pair in enumerate(pairwise(chains))]
    columns = {
        each.name: np.concatenate([getattr(part, each.name) for part in parts] or [np.empty(0)])
        for each in fields(OptionChanges)
    }
    everything = OptionChanges(**columns)
    delta = np.abs(everything.delta) if by_own_delta else everything.call_delta
    # False where there was no volatility.
    kept = (delta >= SMALLEST_DELTA) & (delta <= 1.0 - SMALLEST_DELTA)
    kept &= everything.expiry_years >= SHORTEST_EXPIRY_YEARS
    return everything.taken(kept & (everything.expiry_years <= longest_expiry_years))


def _between(earlier: Quotes, later: Quotes, day: int) -> OptionChanges:
    gap = later.as_of - earlier.as_of
    if gap.total_seconds() <= 0.0:
        raise ValueError(f"chains are not in order of time: {later.as_of} follows {earlier.as_of}")
    _, before, after = np.intersect1d(_contract(earlier), _contract(later), return_indices=True)
    if gap.days > LONGEST_GAP_DAYS:
        before, after = before[:0], after[:0]
    return _as_of_the_first(earlier, later, before, after, day)


def _as_of_the_first(
    earlier: Quotes, later: Quotes, before: IntArray, after: IntArray, day: int
) -> OptionChanges:
    discounts, forwards, _ = imply_curves(earlier)
    years, strike, is_call = earlier.expiry_years[before], earlier.strike[before], earlier.is_call[before]
    mid = 0.5 * (earlier.bid + earlier.ask)[before]
    forward, discount = forwards.forward_at(years), discounts.discount_at(years)
    volatility, _ = implied_volatility(mid, forward, strike, years, discount, is_call)
    greeks = black_greeks(earlier.spot, forward, strike, years, volatility, discount, is_call)
    return OptionChanges(
        day=np.full(len(before), day),
        spot=np.full(len(before), earlier.spot),
        spot_change=np.full(len(before), later.spot - earlier.spot),
        forward_move=earlier.spot * (_forward(later, later.expiry_years[after]) / forward - 1.0),
        price_change=0.5 * (later.bid + later.ask)[after] - mid,
        is_call=is_call,
        delta=greeks.delta,
        call_delta=greeks.delta + np.where(is_call, 0.0, discount * forward / earlier.spot),
        vega=greeks.vega,
        vanna=greeks.vanna,
        expiry_years=years,
        log_moneyness=np.log(strike / forward),
    )


def _forward(quotes: Quotes, years: FloatArray) -> FloatArray:
    """Forwards of the quotes; NaN, with which no move is measured, where no expiry has a call and a put."""
    try:
        return imply_curves(quotes)[1].forward_at(years)
    except InputError:
        return np.full_like(years, np.nan)


def _contract(quotes: Quotes) -> IntArray:
    """One integer per contract, the same on every day: minute of expiry, strike in thousandths, right."""
    seconds = quotes.as_of.timestamp() + quotes.expiry_years * SECONDS_PER_YEAR
    minute = np.rint(seconds / 60.0).astype(np.int64)
    return (minute << 32) + (np.rint(quotes.strike * 1_000).astype(np.int64) << 1) + quotes.is_call
