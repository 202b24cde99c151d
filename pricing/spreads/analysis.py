"""All that is known of one structure from its legs' markets, in some microseconds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import repeat

import numpy as np
import numpy.typing as npt

from pricing.black import FloatArray
from pricing.greeks import GreekColumns
from pricing.market import UnderlyingMarket
from pricing.option import Exercise, Option, Right
from pricing.spreads.analysis_kernel import GREEKS, PREMIUM, PROFILE, fill_analysis
from pricing.spreads.outlook import Lognormal, Outlook, probability_of_gain
from pricing.spreads.profile_kernel import (
    COUNT,
    GAIN,
    LOSS,
    PROBABILITY,
    PROFILE_ROWS,
    profile_size,
)
from pricing.spreads.structure import Structure
from pricing.time import year_fraction

_GREEKS = tuple(each.name for each in fields(GreekColumns))
_UNKNOWN = (math.nan, math.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginRule:
    """Shares of the margin proxy: see `pricing.spreads.margin_kernel`.

    uncovered, floor: of spot (a put's floor of its strike) for what no other leg covers; outright: of spot
    for a lot of the underlying.
    """

    uncovered: float
    floor: float
    outright: float = 0.5


BROAD_INDEX = MarginRule(uncovered=0.15, floor=0.10)
"""Options on a broad index: FINRA rule 4210(f)(2)."""
SINGLE_STOCK = MarginRule(uncovered=0.20, floor=0.10)
"""Options on a share, and the initial margin of Regulation T for the share itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLegs:
    """A structure's legs and what prices them, ready to be analysed. name: the structure's.

    spot [currency]. table: shape (7, leg), its rows in `profile_kernel`: units, sign, strike [currency],
    forward [currency], ACT/365F years, implied volatility per sqrt(year), discount factor. is_american:
    whether any leg is.
    """

    name: str
    spot: float
    table: FloatArray
    is_american: bool = False

    @classmethod
    def of(
        cls,
        structure: Structure,
        *,
        spot: float,
        forward: npt.ArrayLike,
        expiry_years: npt.ArrayLike,
        volatility: npt.ArrayLike,
        discount: npt.ArrayLike,
    ) -> PricedLegs:
        """One number for all options, or one for each in the order of the legs.

        Raises ValueError for fewer, for what is not finite, and unless spot, forwards and discounts are
        positive, years and volatilities not negative.
        """
        markets = zip(
            *(_column(each) for each in (forward, expiry_years, volatility, discount)), strict=False
        )
        columns, american = [], False
        try:
            for leg in structure.legs:
                instrument, units = leg.instrument, leg.ratio * leg.instrument.multiplier
                if isinstance(instrument, Option):
                    sign = 1.0 if instrument.right is Right.CALL else -1.0
                    columns.append((units, sign, instrument.strike, *next(markets)))
                    american = american or instrument.exercise is Exercise.AMERICAN
                else:
                    columns.append((units, 0.0, spot, spot, 0.0, 0.0, 1.0))
        except StopIteration:
            raise ValueError(f"the {structure.name} has more options than markets are given") from None
        if not (0.0 < spot < math.inf and all(_is_priced(column) for column in columns)):
            raise ValueError(f"the legs of a {structure.name} need finite markets, positive where prices are")
        table = np.array(columns, dtype=np.float64).T.copy()
        return cls(name=structure.name, spot=float(spot), table=table, is_american=american)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One package of a structure, everything in currency and units of the whole package.

    premium: paid, negative where received. maximum_gain, maximum_loss: at the first expiry, positive where
    there is any, infinite where unbounded. breakevens [currency]: spots at which nothing is gained or lost at
    the first expiry, rising. gains: for each stretch between them, from the lowest on, whether it gains.
    margin: own funds asked for, see `pricing.spreads.margin_kernel`. totals: value and Greeks, shape (12,),
    in the order of GreekColumns.
    """

    premium: float
    margin: float
    maximum_gain: float
    maximum_loss: float
    probability_of_profit: float
    breakevens: tuple[float, ...]
    gains: tuple[bool, ...]
    totals: FloatArray

    @property
    def value(self) -> float:
        """What the package is worth by the model [currency]."""
        return float(self.totals[0])

    @property
    def greeks(self) -> GreekColumns:
        """Value and Greeks under their names, arrays without a dimension."""
        return GreekColumns(
            **{name: np.asarray(each) for name, each in zip(_GREEKS, self.totals, strict=True)}
        )


def priced_legs(structure: Structure, market: UnderlyingMarket) -> PricedLegs:
    """A structure's legs on a market: forwards, discounts and the surface's volatilities.

    Raises ValueError for a structure on another underlying than the market's.
    """
    if structure.underlying != market.symbol:
        raise ValueError(f"the market is that of {market.symbol}, not of {structure.underlying}")
    options = [option for _, option in structure.options]
    years = np.maximum([year_fraction(market.as_of, option.expiry) for option in options], 0.0)
    forward = market.forward.forward_at(years)
    strike = np.array([option.strike for option in options])
    return PricedLegs.of(
        structure,
        spot=market.spot,
        forward=forward,
        expiry_years=years,
        volatility=market.surface.implied_volatility(np.log(strike / forward), years),
        discount=market.discount.discount_at(years),
    )


def analyse(
    legs: PricedLegs,
    *,
    premium: float | None = None,
    outlook: Outlook | None = None,
    margin: MarginRule = BROAD_INDEX,
    totals: FloatArray | None = None,
) -> Analysis:
    """Greeks, extremes, breakevens, probability of profit and margin of one package.

    premium [currency]: paid for it; its value by the model when None. outlook: of spot at the first expiry;
    None for a lognormal one with the volatility of the first expiry's leg nearest to the forward. totals:
    value and Greeks from elsewhere, shape (12,), needed where a leg is American: the legs are European here.

    With one expiry everything is exact, interest on the premium not counted. With several, the options that
    live on are valued at the first expiry by Black's formula, each at its own volatility, the forward in
    proportion to spot; the extremes are then over spots within five deviations of the forward, and infinite
    where calls and lots do not cancel above every strike. The probability is NaN without an option. Raises
    ValueError for an American leg without `totals`.
    """
    if legs.is_american and totals is None:
        raise ValueError(f"the {legs.name} has American legs: their value and Greeks must be given")
    out = np.empty(PROFILE + profile_size(legs.table.shape[1]))
    law = (outlook.forward, outlook.deviation) if isinstance(outlook, Lognormal) else _UNKNOWN
    paid = premium if premium is not None else math.nan if totals is None else float(totals[0])
    fill_analysis(legs.table, legs.spot, paid, np.array(law), _shares(margin), out)
    found = _analysis(out, out[:GREEKS] if totals is None else totals)
    if outlook is None or isinstance(outlook, Lognormal):
        return found
    return replace(found, probability_of_profit=probability_of_gain(outlook, found.breakevens, found.gains))


@cache
def _shares(rule: MarginRule) -> FloatArray:
    return np.array([rule.uncovered, rule.floor, rule.outright])


def _column(values: npt.ArrayLike) -> Iterator[float]:
    """One number over and over, or one for each option."""
    if isinstance(values, (int, float)):
        return repeat(float(values))
    several: list[float] = np.asarray(values, dtype=np.float64).reshape(-1).tolist()
    return repeat(several[0]) if len(several) == 1 else iter(several)


def _is_priced(column: tuple[float, ...]) -> bool:
    """Whether a leg's numbers are finite, prices positive, years and volatility not negative."""
    _, _, strike, forward, years, volatility, discount = column
    positive = strike > 0.0 and 0.0 < forward < math.inf and 0.0 < discount < math.inf
    return positive and 0.0 <= years < math.inf and 0.0 <= volatility < math.inf


def _analysis(out: FloatArray, totals: FloatArray) -> Analysis:
    premium, margin = out[PREMIUM:PROFILE].tolist()
    profile = out[PROFILE:]
    zeros = int(profile[COUNT])
    found = profile[: PROFILE_ROWS + 2 * zeros + 1].tolist()
    return Analysis(
        premium=premium,
        margin=margin,
        maximum_gain=found[GAIN],
        maximum_loss=found[LOSS],
        probability_of_profit=found[PROBABILITY],
        breakevens=tuple(found[PROFILE_ROWS : PROFILE_ROWS + zeros]),
        gains=tuple(gain > 0.0 for gain in found[PROFILE_ROWS + zeros :]),
        totals=totals,
    )
