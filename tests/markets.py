"""Small exact markets and books for tests: flat volatility, flat rates, one future as hedge."""

from __future__ import annotations

from datetime import date

import numpy as np

from hedger.portfolio import Portfolio, Position, PositionKind
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.forecast import VolForecast
from pricing.instrument import HedgeInstrument, InstrumentKind
from pricing.market import Market, UnderlyingMarket
from pricing.option import Exercise, Option, Right, Settlement
from pricing.surface.ssvi import SsviSurface
from pricing.time import close_instant, expiry_instant

AS_OF = date(2018, 2, 5)


def flat_surface(volatility: float) -> SsviSurface:
    """The same volatility at every strike and expiry."""
    years = np.array([1.0])
    return SsviSurface(
        expiry_years=years,
        atm_total_variance=volatility**2 * years,
        correlation=np.zeros(1),
        wing=np.zeros(1),
        description=f"flat at {volatility:.0%}",
    )


def flat_underlying(
    *,
    symbol: str = "SPX",
    spot: float = 2648.94,
    volatility: float = 0.2,
    forecast: float = 0.2,
    rate: float = 0.0,
) -> UnderlyingMarket:
    """An index hedged with a future of multiplier 50."""
    year = np.array([1.0])
    return UnderlyingMarket(
        symbol=symbol,
        as_of=close_instant(AS_OF),
        spot=spot,
        discount=DiscountCurve(expiry_years=year, zero_rate=np.array([rate])),
        forward=ForwardCurve(spot=spot, expiry_years=year, carry_rate=np.array([rate])),
        surface=flat_surface(volatility),
        forecast=VolForecast(
            as_of=AS_OF,
            horizon_days=np.array([1.0, 252.0]),
            volatility=np.full(2, forecast),
            lower=np.full(2, 0.5 * forecast),
            upper=np.full(2, 2.0 * forecast),
        ),
        hedge=HedgeInstrument(
            symbol="ES",
            underlying=symbol,
            kind=InstrumentKind.FUTURE,
            multiplier=50.0,
            tick_size=0.25,
            fee_per_contract=1.2,
            average_daily_volume=1_500_000.0,
            expiry=expiry_instant(date(2018, 3, 16), Settlement.AM),
        ),
    )


def market_of(*underlyings: UnderlyingMarket) -> Market:
    """A market of the given underlyings."""
    return Market(as_of=close_instant(AS_OF), underlyings={u.symbol: u for u in underlyings})


def option_position(
    quantity: float,
    *,
    strike: float,
    right: Right = Right.CALL,
    expiry: date = date(2018, 3, 16),
    underlying: str = "SPX",
    multiplier: float = 100.0,
) -> Position:
    """A European option line."""
    option = Option(
        underlying=underlying,
        expiry=expiry_instant(expiry, Settlement.PM),
        strike=strike,
        right=right,
        exercise=Exercise.EUROPEAN,
        multiplier=multiplier,
    )
    return Position(
        symbol=f"{underlying}{expiry:%y%m%d}{right.value[0].upper()}{round(strike * 1000):08d}",
        kind=PositionKind.OPTION,
        quantity=quantity,
        underlying=underlying,
        multiplier=multiplier,
        currency="USD",
        option=option,
        expiry=expiry,
    )


def future_position(contracts: float, *, symbol: str = "ES", underlying: str = "SPX") -> Position:
    """A holding of the hedge future."""
    return Position(
        symbol=symbol,
        kind=PositionKind.FUTURE,
        quantity=contracts,
        underlying=underlying,
        multiplier=50.0,
        currency="USD",
        expiry=date(2018, 3, 16),
    )


def book(*positions: Position) -> Portfolio:
    """A portfolio of the given lines."""
    return Portfolio(positions=positions, origin="test")
