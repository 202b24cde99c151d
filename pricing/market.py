"""The immutable market that a book is priced in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pricing.curves import DiscountCurve, ForwardCurve
from pricing.dividends import DividendSchedule
from pricing.forecast import VolForecast
from pricing.history import PriceHistory
from pricing.instrument import HedgeInstrument, InstrumentKind
from pricing.minimum_variance import MinimumVarianceCoefficients
from pricing.quotes import Quotes
from pricing.surface.surface import VolSurface
from pricing.time import year_fraction


class MissingMarketError(LookupError):
    """The book holds an underlying for which there is no market data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where one part of the market came from, for the report's provenance."""

    part: str  # "surface", "history", "forecast", "forward", "discount", ...
    origin: str  # file name or package, said as a reader would cite it
    detail: str = ""
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingMarket:
    """One underlying on one date: spot [currency], curves, surface, forecast and hedge instrument.

    quotes: those of European options, as the surface was fitted to them. listed: the same as they trade,
    which differ where options are American; None without a chain.
    """

    symbol: str
    as_of: datetime
    spot: float
    discount: DiscountCurve
    forward: ForwardCurve
    surface: VolSurface
    forecast: VolForecast
    hedge: HedgeInstrument
    history: PriceHistory | None = None
    quotes: Quotes | None = None
    minimum_variance: MinimumVarianceCoefficients | None = None
    sources: tuple[Source, ...] = ()
    listed: Quotes | None = None

    @property
    def dividends(self) -> DividendSchedule:
        """The discrete dividends ahead, as the forward curve has them; empty where there are none."""
        return self.forward.dividends

    def hedge_price(self) -> float:
        """Fair price of the hedge instrument [currency]: a future at its forward, others at ratio x spot."""
        if self.hedge.kind is InstrumentKind.FUTURE:
            return float(self.hedge.ratio * self.forward.forward_at(self._hedge_expiry_years()))
        return self.hedge.ratio * self.spot

    def hedge_delta(self) -> float:
        """Units of underlying that one contract carries: multiplier x d price / d spot."""
        if self.hedge.kind is InstrumentKind.FUTURE:
            slope = float(self.forward.slope_at(self._hedge_expiry_years()))
            return self.hedge.multiplier * self.hedge.ratio * slope
        return self.hedge.multiplier * self.hedge.ratio

    def _hedge_expiry_years(self) -> float:
        return 0.0 if self.hedge.expiry is None else year_fraction(self.as_of, self.hedge.expiry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Every underlying of a book at one instant."""

    as_of: datetime
    underlyings: Mapping[str, UnderlyingMarket]
    sources: tuple[Source, ...] = field(default=())

    def underlying(self, symbol: str) -> UnderlyingMarket:
        """Return the underlying's market, or raise MissingMarketError naming it and what to add."""
        try:
            return self.underlyings[symbol]
        except KeyError:
            known = ", ".join(sorted(self.underlyings)) or "none"
            raise MissingMarketError(
                f"no market data for underlying '{symbol}' (there is data for: {known}); "
                f"add a section [underlying.{symbol}] to the manifest of a market folder and pass it "
                "with --market DIR"
            ) from None
