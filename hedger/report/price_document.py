"""Priced options as a JSON document."""

from __future__ import annotations

from dataclasses import fields

from hedger.price_list import PricedOptions, PriceList
from hedger.report.json_document import Json, finite
from pricing.greeks import GreekColumns

PRICE_SCHEMA_VERSION = "1.0"


def price_document(prices: PriceList) -> Json:
    """The list as `schema("price")` describes it: Greeks per unit of underlying, in the engine's units."""
    found: Json = finite(
        {
            "schema_version": PRICE_SCHEMA_VERSION,
            "as_of": prices.market.as_of.isoformat(),
            "portfolio": {"origin": prices.portfolio.origin, "sha256": prices.portfolio.sha256},
            "underlyings": [_underlying(each, prices) for each in prices.by_underlying],
        }
    )
    return found


def _underlying(priced: PricedOptions, prices: PriceList) -> Json:
    market = prices.market.underlying(priced.underlying)
    names = [each.name for each in fields(GreekColumns)]
    options = [
        {
            "symbol": position.symbol,
            "quantity": position.quantity,
            "units": priced.units[i],
            "strike": priced.columns.strike[i],
            "expiry_years": priced.columns.expiry_years[i],
            "is_call": bool(priced.columns.is_call[i]),
            "is_american": bool(priced.columns.is_american[i]),
            "implied_volatility": priced.volatility[i],
            "greeks": {name: getattr(priced.greeks, name)[i] for name in names},
            "deltas": {name: delta[i] for name, delta in priced.deltas.items()},
        }
        for i, position in enumerate(priced.positions)
    ]
    return {
        "underlying": priced.underlying,
        "spot": market.spot,
        "surface": market.surface.description,
        "options": options,
        "totals": {name: priced.total(name) for name in names},
        "vega_buckets": {
            "expiry_years": priced.buckets.expiry_years.tolist(),
            "deviations": priced.buckets.deviations.tolist(),
            "vega": priced.buckets.vega.tolist(),
        },
    }
