"""Rows of a choice: Greeks, vega by expiry, scenarios, cover of shorts, payoffs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hedger.spreads.choice_market import OPTION_MULTIPLIER, TradableOptions
from hedger.spreads.choice_problem import BoolArray, FloatArray
from pricing.book import OptionColumns, value_options
from pricing.market import UnderlyingMarket
from pricing.vega_buckets import PILLAR_YEARS

# The ten points of OCC's theoretical margin of a broad index (Cboe rule 10.4: 8% down to 6% up).
SCENARIO_MOVES = (-0.08, -0.064, -0.048, -0.032, -0.016, 0.012, 0.024, 0.036, 0.048, 0.06)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of a choice. option, underlying: what one contract bought adds, shape (row, option), (row,).

    lower, upper: what all that is traded must add up to, shape (row,).
    """

    names: tuple[str, ...]
    option: FloatArray
    underlying: FloatArray
    lower: FloatArray
    upper: FloatArray


def joined(parts: Sequence[Rows]) -> Rows:
    """All rows as one block, in order; ValueError for none."""
    return Rows(
        names=tuple(name for part in parts for name in part.names),
        option=np.vstack([part.option for part in parts]),
        underlying=np.concatenate([part.underlying for part in parts]),
        lower=np.concatenate([part.lower for part in parts]),
        upper=np.concatenate([part.upper for part in parts]),
    )


def within(
    names: Sequence[str], option: FloatArray, underlying: FloatArray, now: FloatArray, tolerance: FloatArray
) -> Rows:
    """Rows whose exposure `now` is to end between minus and plus its tolerance, shape (row,)."""
    return Rows(
        names=tuple(names),
        option=option,
        underlying=underlying,
        lower=-now - tolerance,
        upper=-now + tolerance,
    )


def vega_by_expiry(options: OptionColumns, vega: FloatArray) -> FloatArray:
    """Vega of each option on the expiry pillars of `pricing.vega_buckets`, shape (pillar, option).

    vega: with quantity and multiplier, shape (option,). Between two pillars it is shared linearly in sqrt(T).
    """
    pillars = np.sqrt(np.array(PILLAR_YEARS))
    root = np.clip(np.sqrt(np.maximum(options.expiry_years, 0.0)), pillars[0], pillars[-1])
    shares = np.array([np.interp(root, pillars, unit) for unit in np.eye(len(pillars))])
    return np.asarray(shares * np.where(options.expiry_years > 0.0, vega, 0.0), dtype=np.float64)


def pillar_names() -> tuple[str, ...]:
    """Names of the vega rows: the pillar in days."""
    return tuple(f"vega of {365.0 * years:.0f} days" for years in PILLAR_YEARS)


def desk_unit(name: str, spot: float) -> float:
    """The engine's units in one of the desk's, by the name of the row: gamma per 1%, vega per point."""
    if name.startswith("vega"):
        return 100.0
    return 100.0 / spot if name == "gamma" else 1.0


def scenario_gains(options: OptionColumns, market: UnderlyingMarket) -> FloatArray:
    """What one unit of each option gains in each scenario [currency], shape (scenario, option).

    Spot moves by SCENARIO_MOVES at once, each strike's volatility moving with moneyness.
    """
    now = value_options(options, market)[0].value
    spots = [market.spot * (1.0 + move) for move in SCENARIO_MOVES]
    return np.array([value_options(options, market, spot=spot)[0].value - now for spot in spots])


def loss_rows(
    name: str, gains: FloatArray, underlying_delta: float, spot: float, book: FloatArray, most: float
) -> Rows:
    """Book and what is traded lose at most `most` [currency] in any scenario.

    gains: of one contract, shape (scenario, option); book: the book's own, shape (scenario,).
    """
    return Rows(
        names=tuple(f"{name} at {move:+.1%}" for move in SCENARIO_MOVES),
        option=gains,
        underlying=underlying_delta * spot * np.array(SCENARIO_MOVES),
        lower=-most - book,
        upper=np.full(len(SCENARIO_MOVES), np.inf),
    )


def cover_rows(
    options: TradableOptions, held_years: FloatArray, held: FloatArray, held_is_call: BoolArray
) -> Rows:
    """No option sold that is not covered by one of its right, held or bought, of its expiry or a later one.

    The book may have uncovered shorts already: these may stay, not grow. held: contracts of 100 units.
    """
    names, option, lower = [], [], []
    years = options.columns.expiry_years
    for is_call in (True, False):
        right = options.columns.is_call == is_call
        for expiry in np.unique(years[right & (options.most_sold > 0)]):
            own = held[(held_is_call == is_call) & (held_years >= expiry - 1e-9)].sum()
            names.append(f"cover of {'calls' if is_call else 'puts'} from {365.0 * expiry:.0f} days")
            option.append((right & (years >= expiry)).astype(np.float64))
            lower.append(-np.floor(max(float(own), 0.0) + 1e-9))
    return Rows(
        names=tuple(names),
        option=np.array(option).reshape(len(names), len(options)),
        underlying=np.zeros(len(names)),
        lower=np.array(lower),
        upper=np.full(len(names), np.inf),
    )


def payoff_rows(
    options: TradableOptions,
    spots: FloatArray,
    wanted: FloatArray,
    tolerance: float,
    *,
    underlying_units: float,
) -> Rows:
    """The payoff at the options' expiry equals `wanted` [currency] at `spots`, up to one constant.

    The constant is what the package is worth beyond the payoff, and its premium pays for it: rows compare
    each spot with the first. tolerance [currency] of each difference. Shape (spot,).
    """
    sign = np.where(options.columns.is_call, 1.0, -1.0)
    payoff = np.maximum(sign * (spots[:, None] - options.columns.strike), 0.0) * OPTION_MULTIPLIER
    difference = wanted[1:] - wanted[0]
    return Rows(
        names=tuple(f"payoff at {spot:g}" for spot in spots[1:]),
        option=payoff[1:] - payoff[0],
        underlying=underlying_units * (spots[1:] - spots[0]),
        lower=difference - tolerance,
        upper=difference + tolerance,
    )
