"""Where QuantLib's options, engines and term structures are built: the pricing authority."""

from pricing.engines.american import american_greeks
from pricing.engines.european import european_greeks
from pricing.engines.term_structures import QuantLibMarket, quantlib_market, quantlib_prices

__all__ = ["QuantLibMarket", "american_greeks", "european_greeks", "quantlib_market", "quantlib_prices"]
