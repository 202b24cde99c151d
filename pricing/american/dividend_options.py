"""American and European options on a share with discrete dividends: value and Greeks in columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.american.dividend_greeks import Bumps, assembled
from pricing.american.dividend_kernel import march
from pricing.american.dividend_layout import AMERICAN, ANCHOR, BERMUDAN, EUROPEAN, PROJECTED
from pricing.american.dividend_problems import NODES, Options, dividends_inside, problems_of
from pricing.dividends import CashDividendModel, DividendSchedule
from pricing.greeks import GreekColumns, black_greeks

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_LEAST_DEVIATION = 1e-6
_VALUED = -1  # no way of exercise: already valued


def dividend_greeks(
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    carry_rate: npt.ArrayLike,
    is_call: npt.ArrayLike,
    is_american: npt.ArrayLike,
    dividends: DividendSchedule,
    *,
    model: CashDividendModel = CashDividendModel.SPOT,
) -> GreekColumns:
    """Value and Greeks of options on a share with discrete dividends; inputs broadcast to one axis.

    The rate is -log(discount) / T, constant to each expiry, as is carry_rate: rate less continuous yield less
    borrow [per year], discrete dividends apart. volatility: of what `model` says is lognormal. A dividend at
    the instant of expiry is paid before the payoff is fixed; American options may be exercised just before
    any ex date.

    Options without an ex date before expiry go to `black_greeks` or `american_greeks`, the others to finite
    differences (pricing/american/dividend_kernel.py). Their Greeks are slopes in one grid or between grids
    moved together: vega, vanna and volga by 4% of the volatility. vega is per 1.00 of the model's volatility;
    rho moves the carry with the rate, dividend_rho the carry against it; dual_delta and dual_gamma keep the
    dividends. theta and charm are the pricing equation's. Where exercise is due at once the value is
    intrinsic, delta and dual delta are those of the exercised position, and the other Greeks are zero.
    A row with NaN or infinity, or a spot or strike not above zero, is NaN; expired options are worth their
    intrinsic value; a volatility of zero stands for 1e-6 over the life of the option. With rate and yield
    both negative exercise can be due in a band: such options have a larger error (see the tests).
    """
    inputs = (spot, strike, expiry_years, volatility, discount, carry_rate, is_call, is_american)
    together = np.broadcast_arrays(*(np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in inputs))
    columns = tuple(column.copy() for column in together)
    spots, strikes, years, volatilities, discounts, carries, calls, americans = columns
    greeks = black_greeks(spots, spots, strikes, np.zeros_like(years), volatilities, 1.0, calls == 1.0)
    sound = (
        np.isfinite(np.stack(columns)).all(axis=0) & (np.minimum(spots, strikes) > 0.0) & (discounts > 0.0)
    )
    greeks = greeks.replaced(~sound, _nothing(int(np.count_nonzero(~sound))))
    alive = np.flatnonzero(sound & (years > 0.0))
    if len(alive) == 0:
        return greeks
    years = years[alive]
    options = Options(
        spot=spots[alive],
        strike=strikes[alive],
        expiry_years=years,
        volatility=np.maximum(volatilities[alive], _LEAST_DEVIATION / np.sqrt(years)),
        rate=-np.log(discounts[alive]) / years,
        carry=carries[alive].copy(),
        is_call=calls[alive] == 1.0,
        is_american=americans[alive] == 1.0,
        cash_scale=np.ones(len(alive)),
    )
    rows = np.zeros(len(greeks.value), dtype=np.bool_)
    rows[alive] = True
    return greeks.replaced(rows, _marched(options, dividends, model))


def _marched(options: Options, dividends: DividendSchedule, model: CashDividendModel) -> GreekColumns:
    """Options that are alive, those alike in dividends and way of exercise together."""
    inside, style = dividends_inside(options, dividends), _styles(options)
    before = options.expiry_years < (dividends.ex_years[0] if len(dividends) else np.inf)
    greeks = _nothing(len(style))
    for american in (False, True):
        rows = before & (options.is_american == american)
        greeks = greeks.replaced(rows, _without_dividends(options.taken(rows), american))
    style[before] = _VALUED
    groups = np.unique(np.column_stack((style, inside))[~before], axis=0)
    for kind, count in groups.tolist():
        rows = (style == kind) & (inside == count)
        greeks = greeks.replaced(rows, _of_one_kind(options.taken(rows), dividends, count, kind, model))
    return greeks


def _of_one_kind(
    options: Options, dividends: DividendSchedule, count: int, style: int, model: CashDividendModel
) -> GreekColumns:
    bumps = Bumps.of(options, dividends)
    terms, periods = problems_of(bumps.moved(options), dividends, count, model, twins=bumps.lanes)
    out = np.empty((terms.shape[1], 5))
    march(terms, periods, NODES, style, out)
    shape = (len(options.strike), bumps.lanes)
    return assembled(options, bumps, out.reshape(*shape, 5), periods[ANCHOR, 0].reshape(shape))


def _without_dividends(options: Options, american: bool) -> GreekColumns:
    """Options that expire before the next ex date: the closed form, or the engine of continuous yields."""
    years = options.expiry_years
    terms = (
        options.spot,
        options.spot * np.exp(options.carry * years),
        options.strike,
        years,
        options.volatility,
        np.exp(-options.rate * years),
        options.is_call,
    )
    if not american or len(years) == 0:
        return black_greeks(*terms)
    from pricing.american.american import american_greeks  # its kernel compiles for a while

    return american_greeks(*terms)


def _styles(options: Options) -> npt.NDArray[np.int64]:
    """How each option may be exercised between ex dates, from the signs of rate and yield.

    Exercising a put earns r K and gives up q S; a call the other way round (Andersen and Lake 2021).
    """
    dividend_yield = options.rate - options.carry
    earned = np.where(options.is_call, dividend_yield, options.rate)
    forgone = np.where(options.is_call, options.rate, dividend_yield)
    never = (earned <= 0.0) & ((forgone >= 0.0) | (earned <= forgone))
    band = (forgone < earned) & (earned < 0.0)
    style = np.where(never, BERMUDAN, np.where(band, PROJECTED, AMERICAN))
    return np.where(options.is_american, style, EUROPEAN).astype(np.int64)


def _nothing(count: int) -> GreekColumns:
    return black_greeks(np.full(count, np.nan), 1.0, 1.0, 1.0, 1.0, 1.0, True)
