"""One underlying's market: history, forecast, curves, surface and hedge, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from hedger.chain_curves import chain_curves
from hedger.config import UnderlyingConfig
from hedger.errors import InputError, InputProblem, UsageError
from pricing.business_time import BusinessClock
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.default_forecaster import forecast_volatility
from pricing.dividend_table import read_dividends
from pricing.dividends import DividendSchedule
from pricing.embedded import (
    EMBEDDED_SYMBOLS,
    embedded_history,
    embedded_implied_volatility,
    risk_free_rate,
)
from pricing.forecast import VolForecast
from pricing.history import PriceHistory, read_history
from pricing.instrument import HedgeInstrument
from pricing.market import MissingMarketError, Source, UnderlyingMarket
from pricing.minimum_variance import MinimumVarianceCoefficients, embedded_coefficients
from pricing.parity import AssumedCarry, spot_of_quotes, with_spot
from pricing.quotes import Quotes, read_chain
from pricing.surface.atm import surface_from_atm
from pricing.surface.surface import VolSurface
from pricing.time import close_instant, exchange_date, trading_days_between
from pricing.variance_premium import atm_volatility_term_structure

FORECAST_HORIZON_DAYS = 252
STALE_DAYS = 5
_LEAST_SHARE_LEFT = 1e-6
_NAMED = "hedger's own assumption"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Priced:
    """What options are priced with, and where it is from."""

    as_of: datetime
    spot: float
    discount: DiscountCurve
    forward: ForwardCurve
    surface: VolSurface
    sources: tuple[Source, ...]
    quotes: Quotes | None = None


def underlying_market(
    config: UnderlyingConfig, *, day: date, discount: DiscountCurve | None, seed: int
) -> UnderlyingMarket:
    """Build the market of one underlying at the close of `day`, or at the time of its quotes of that day.

    discount: the manifest's curve, used where there is no chain to imply one from. Raises MissingMarketError
    without prices or hedge, UsageError where there are none for `day`, InputError for unusable files.
    """
    instrument = _hedge(config, day)
    quotes = None if config.chain is None else read_chain(config.chain, underlying=config.symbol, as_of=day)
    history = _history(config, day, quotes)
    forecast = forecast_volatility(
        history,
        horizon_days=range(1, FORECAST_HORIZON_DAYS + 1),
        seed=seed,
        implied=embedded_implied_volatility(config.symbol, history.dates[-1].item()),
    )
    priced = (
        _without_chain(config, history, forecast, discount)
        if quotes is None
        else _from_chain(config, quotes, discount)
    )
    return UnderlyingMarket(
        symbol=config.symbol,
        as_of=priced.as_of,
        spot=priced.spot,
        discount=priced.discount,
        forward=priced.forward,
        surface=priced.surface,
        forecast=forecast,
        hedge=instrument,
        history=history,
        quotes=priced.quotes,
        minimum_variance=_minimum_variance(config.symbol, day),
        listed=quotes,
        sources=(*_history_sources(history, forecast), *priced.sources, _hedge_source(config, instrument)),
    )


def _minimum_variance(symbol: str, day: date) -> MinimumVarianceCoefficients | None:
    """Of the S&P 500, from the embedded VIX; no other underlying has a history of implied volatility."""
    return embedded_coefficients(day) if EMBEDDED_SYMBOLS.get(symbol) == "SPX" else None


def _hedge(config: UnderlyingConfig, day: date) -> HedgeInstrument:
    if config.hedge is None:
        raise MissingMarketError(
            f"There is no hedge instrument for {config.symbol}: add [underlying.{config.symbol}.hedge] with "
            "its symbol, kind, tick_size and average_daily_volume to the manifest of a market folder."
        )
    return config.hedge.on(day, underlying=config.symbol)


def _history(config: UnderlyingConfig, day: date, quotes: Quotes | None) -> PriceHistory:
    """Prices up to `day`, but not the close of a day whose quotes were taken before it."""
    if config.history is not None:
        whole = read_history(config.history, symbol=config.symbol)
    elif EMBEDDED_SYMBOLS.get(config.symbol) == config.symbol:
        whole = embedded_history(config.symbol)
    else:
        raise MissingMarketError(
            f"There is no price history of {config.symbol}: name a file as `history` in the manifest's "
            f"[underlying.{config.symbol}], or give --history FILE for a book with one underlying."
        )
    if quotes is None:
        _require_day(whole, day)
        return whole.until(day)
    known = whole.until(day if quotes.as_of >= close_instant(day) else day - timedelta(days=1))
    if len(known.dates) == 0 or trading_days_between(known.dates[-1].item(), day) > STALE_DAYS:
        raise UsageError(
            f"The prices of {config.symbol} run from {whole.dates[0]} to {whole.dates[-1]}, the quotes are "
            f"of {day}: the forecast needs prices up to then, from --history FILE or the manifest."
        )
    return known


def _require_day(history: PriceHistory, day: date) -> None:
    at = int(np.searchsorted(history.dates, np.datetime64(day, "D")))
    if at < len(history.dates) and history.dates[at].item() == day:
        return
    first, last = history.dates[0], history.dates[-1]
    near = " and ".join(str(known) for known in history.dates[max(at - 1, 0) : at + 1])
    raise UsageError(
        f"There is no price of {history.symbol} on {day} in {history.origin}, which runs from {first} to "
        f"{last}; the nearest is on {near}."
    )


def _from_chain(config: UnderlyingConfig, quotes: Quotes, stated: DiscountCurve | None) -> _Priced:
    # The fitter's solver takes a while to import, and a run without a chain does not need it.
    from pricing.surface.fit import fit_surface

    assumed, _ = _discount(exchange_date(quotes.as_of), stated)
    carry = AssumedCarry(discount=assumed, dividend_yield=config.dividend_yield or 0.0)
    chain = chain_curves(quotes, otherwise=carry)
    discount, forward, fits = chain.discount, chain.forward, chain.fits
    fitted = fit_surface(chain.quotes, discount, forward, clock=BusinessClock(as_of=quotes.as_of))
    dividends, dividend_sources = _dividends(config, quotes.as_of)
    expected = _expected_yield(config, dividends, forward)
    spot = spot_of_quotes(quotes, forward, discount, dividend_yield=expected)
    borrowed = sum(fit.discount_borrowed for fit in fits)
    parity = f"put-call parity at each expiry ({len(fits)}) of {quotes.origin}"
    if not fits:
        parity = f"no call and put at one strike in {quotes.origin}: an assumed rate and dividend yield"
    dropped = ", ".join(f"{count} {reason}" for reason, count in quotes.dropped.items())
    used = f"{len(quotes)} of {quotes.received} quotes used" + (f"; dropped: {dropped}" if dropped else "")
    if chain.quotes is not quotes:
        used += "; American, read as the European options of the same implied volatility"
    return _Priced(
        as_of=quotes.as_of,
        spot=spot,
        discount=discount,
        forward=_with_dividends(with_spot(forward, spot), dividends, config),
        surface=fitted.surface,
        quotes=chain.quotes,
        sources=(
            Source(part="quotes", origin=quotes.origin, detail=used, sha256=quotes.sha256),
            Source(part="forward", origin=parity, detail=_forward_note(config, quotes, spot)),
            *dividend_sources,
            Source(
                part="discount",
                origin=parity,
                detail=f"{borrowed} of {len(fits)} rates borrowed, since the quotes do not identify them"
                if borrowed
                else "",
            ),
            Source(part="surface", origin=quotes.origin, detail=fitted.surface.description),
        ),
    )


def _forward_note(config: UnderlyingConfig, quotes: Quotes, spot: float) -> str:
    borrow = (
        "" if config.borrow_rate is None else "the manifest's borrow_rate is not used: parity has its own"
    )
    return "; ".join(note for note in (_spot_note(quotes, spot), borrow) if note)


def _expected_yield(config: UnderlyingConfig, dividends: DividendSchedule, forward: ForwardCurve) -> float:
    """What lowers the nearest forward besides the rate, as a yield per year."""
    flat = ForwardCurve(
        spot=forward.spot, expiry_years=np.ones(1), carry_rate=np.zeros(1), dividends=dividends
    )
    discrete = -float(flat.carry_at(forward.expiry_years[0]))
    return (config.dividend_yield or 0.0) + (config.borrow_rate or 0.0) + discrete


def _with_dividends(
    forward: ForwardCurve, dividends: DividendSchedule, config: UnderlyingConfig
) -> ForwardCurve:
    """Parity's forwards, falling when the dividends say (the rule: ForwardCurve.with_dividends)."""
    try:
        return forward.with_dividends(dividends) if len(dividends) else forward
    except ValueError:
        expected = f"dividends smaller than the forwards of {config.symbol} that its quotes imply"
        raise InputError(InputProblem(file=str(config.dividends), expected=expected)) from None


def _dividends(config: UnderlyingConfig, as_of: datetime) -> tuple[DividendSchedule, tuple[Source, ...]]:
    """The dividends ahead of `as_of`, and the source that says how many have gone."""
    if config.dividends is None:
        return DividendSchedule(), ()
    table = read_dividends(config.dividends, currency=config.currency)
    schedule, gone = table.seen_from(as_of)
    detail = f"{len(schedule)} ahead"
    if len(schedule):
        detail += f", from {table.ex_dates[gone]} to {table.ex_dates[-1]}"
    if gone:
        detail += f"; {gone} ex by then, ignored"
    return schedule, (Source(part="dividends", origin=table.origin, detail=detail, sha256=table.sha256),)


def _require_share_left(config: UnderlyingConfig, forward: ForwardCurve) -> None:
    left = forward.forward_at(forward.dividends.ex_years)
    if np.any(left < _LEAST_SHARE_LEFT * forward.spot):
        expected = f"dividends smaller than {config.symbol} itself, which is at {forward.spot:g}"
        raise InputError(InputProblem(file=str(config.dividends), expected=expected))


def _spot_note(quotes: Quotes, spot: float) -> str:
    if spot == quotes.spot:
        return ""
    return (
        f"the file's spot {quotes.spot:,.2f} is not of the quotes' time: their nearest forward implies "
        f"{spot:,.2f}, {spot / quotes.spot - 1.0:+.2%}, which is used"
    )


def _without_chain(
    config: UnderlyingConfig, history: PriceHistory, forecast: VolForecast, discount: DiscountCurve | None
) -> _Priced:
    day = history.dates[-1].item()
    spot = float(history.close[-1])
    curve, curve_source = _discount(day, discount)
    dividend_yield, borrow_rate = config.dividend_yield or 0.0, config.borrow_rate or 0.0
    dividends, dividend_sources = _dividends(config, close_instant(day))
    forward = ForwardCurve(
        spot=spot,
        expiry_years=curve.expiry_years,
        carry_rate=curve.zero_rate - dividend_yield - borrow_rate,
        dividends=dividends,
    )
    _require_share_left(config, forward)
    stated = config.dividend_yield is not None or config.dividends is not None
    assumed = "dividend_yield" in config.assumed or not stated
    surface, surface_source = _surface(config, day, forecast)
    return _Priced(
        as_of=close_instant(day),
        spot=spot,
        discount=curve,
        forward=forward,
        surface=surface,
        sources=(
            curve_source,
            Source(
                part="forward",
                origin=_NAMED if assumed else "manifest",
                detail=f"rate less a dividend yield of {dividend_yield:.2%} a year"
                + (f" and a borrow rate of {borrow_rate:.2%}" if borrow_rate else "")
                + (", and the discrete dividends" if len(dividends) else ""),
            ),
            *dividend_sources,
            surface_source,
        ),
    )


def _discount(day: date, stated: DiscountCurve | None) -> tuple[DiscountCurve, Source]:
    if stated is not None:
        knots = len(stated.zero_rate)
        said = f"{knots} zero rates" if knots > 1 else f"{stated.zero_rate[0]:.2%} a year, flat"
        return stated, Source(part="discount", origin="manifest", detail=said)
    rate = risk_free_rate(day)
    curve = DiscountCurve(expiry_years=np.array([1.0]), zero_rate=np.array([rate]))
    return curve, Source(
        part="discount",
        origin="one-month Treasury bill rate of Fama and French, shipped with the arch package",
        detail=f"{rate:.2%} a year, flat: the last month that had ended by {day}",
    )


def _surface(config: UnderlyingConfig, day: date, forecast: VolForecast) -> tuple[VolSurface, Source]:
    if config.volatility is not None:
        years, volatility = np.array([1.0]), np.array([config.volatility])
        origin, sentence = "manifest", f"at-the-money volatility {config.volatility:.2%}, flat over expiries"
    else:
        years, volatility, sentence = atm_volatility_term_structure(config.symbol, day, forecast)
        origin = "no option chain was given"
    surface = surface_from_atm(
        years,
        volatility,
        description=f"{sentence}; the skew is hedger's default SSVI skew of an equity index",
    )
    return surface, Source(part="surface", origin=origin, detail=surface.description)


def _history_sources(history: PriceHistory, forecast: VolForecast) -> tuple[Source, Source]:
    span = f"{len(history.dates)} days from {history.dates[0]} to {history.dates[-1]}"
    return (
        Source(
            part="history",
            origin=history.origin,
            detail="; ".join((span, *history.notes)),
            sha256=history.sha256,
        ),
        Source(part="forecast", origin=forecast.model, detail=f"{forecast.observations} daily returns"),
    )


def _hedge_source(config: UnderlyingConfig, instrument: HedgeInstrument) -> Source:
    assumed = "hedge" in config.assumed
    size = f"multiplier {instrument.multiplier:g}"
    if instrument.ratio != 1.0:
        size += f", ratio {instrument.ratio:g}"
    until = "" if instrument.expiry is None else f", expires {exchange_date(instrument.expiry)}"
    return Source(
        part="hedge",
        origin=_NAMED if assumed else "manifest",
        detail=f"{instrument.symbol}, {size}, tick {instrument.tick_size:g}, "
        f"fee {instrument.fee_per_contract:g}, {instrument.average_daily_volume:,.0f} a day{until}",
    )
