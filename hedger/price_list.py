"""A book's options priced one by one: all Greeks, vega buckets, deltas of several smile dynamics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hedger.exposure import option_columns
from hedger.portfolio import Portfolio, Position
from pricing.book import OptionColumns, value_options
from pricing.curves import FloatArray
from pricing.dynamics import (
    STICKY_MONEYNESS,
    STICKY_STRIKE,
    SmileDynamics,
    skew,
    smile_delta,
    sticky_local_volatility,
)
from pricing.greeks import GreekColumns
from pricing.market import Market, UnderlyingMarket
from pricing.minimum_variance import minimum_variance_delta
from pricing.vega_buckets import VegaBuckets, vega_buckets


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedOptions:
    """The options on one underlying, arrays of shape (option,).

    units: quantity x multiplier. volatility: implied, per sqrt(year), used. greeks: per unit of underlying.
    buckets: vega of the whole holding by expiry and strike. deltas: per unit of underlying, by what the smile
    does when spot moves; the market's minimum-variance delta among them where its coefficients are known.
    """

    underlying: str
    positions: tuple[Position, ...]
    columns: OptionColumns
    units: FloatArray
    volatility: FloatArray
    greeks: GreekColumns
    buckets: VegaBuckets
    deltas: Mapping[str, FloatArray]

    def total(self, name: str) -> float:
        """The sum over the holding of one Greek by the name of its column."""
        return float(self.units @ getattr(self.greeks, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Every option of a book priced, by underlying in the order of the book."""

    portfolio: Portfolio
    market: Market
    by_underlying: tuple[PricedOptions, ...]


def price_list(portfolio: Portfolio, market: Market) -> PriceList:
    """Price every option of the book. Raises MissingMarketError where an underlying has no market."""
    held = [position for position in portfolio.positions if position.option is not None]
    symbols = dict.fromkeys(position.underlying for position in held)
    priced = tuple(
        _priced(tuple(p for p in held if p.underlying == symbol), market.underlying(symbol))
        for symbol in symbols
    )
    return PriceList(portfolio=portfolio, market=market, by_underlying=priced)


def _priced(positions: tuple[Position, ...], market: UnderlyingMarket) -> PricedOptions:
    columns, units = option_columns(positions, market)
    greeks, volatility = value_options(columns, market)
    log_moneyness = np.log(columns.strike / market.forward.forward_at(np.maximum(columns.expiry_years, 0.0)))
    return PricedOptions(
        underlying=market.symbol,
        positions=positions,
        columns=columns,
        units=units,
        volatility=volatility,
        greeks=greeks,
        buckets=vega_buckets(
            units * greeks.vega,
            expiry_years=columns.expiry_years,
            log_moneyness=log_moneyness,
            volatility=volatility,
        ),
        deltas=_deltas(columns, greeks, log_moneyness, market),
    )


def _deltas(
    columns: OptionColumns, greeks: GreekColumns, log_moneyness: FloatArray, market: UnderlyingMarket
) -> dict[str, FloatArray]:
    alive = columns.expiry_years > 0.0
    years = np.where(alive, columns.expiry_years, 1.0)
    strike_skew = np.where(alive, skew(market.surface, log_moneyness, years), 0.0)
    local = sticky_local_volatility(market.surface, np.unique(years))

    def moved(dynamics: SmileDynamics) -> FloatArray:
        return smile_delta(
            delta=greeks.delta,
            vega=greeks.vega,
            spot=market.spot,
            strike_skew=strike_skew,
            expiry_years=years,
            dynamics=dynamics,
        )

    named = {
        "sticky strike": STICKY_STRIKE,
        "sticky moneyness": STICKY_MONEYNESS,
        "sticky local volatility": local,
    }
    deltas = {name: moved(dynamics) for name, dynamics in named.items()}
    if market.minimum_variance is not None:
        deltas["minimum variance"] = minimum_variance_delta(
            delta=greeks.delta,
            vega=greeks.vega,
            spot=market.spot,
            expiry_years=columns.expiry_years,
            is_call=columns.is_call,
            coefficients=market.minimum_variance,
        )
    return deltas
