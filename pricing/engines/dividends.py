"""Options on a share with discrete dividends by QuantLib: the authority, on whole days."""

from __future__ import annotations

import QuantLib as ql

from pricing.dividends import CashDividendModel, DividendSchedule
from pricing.engines.flat_year import DAY_COUNTER, TODAY, quantlib_today, vanilla_option

_DAYS_PER_YEAR = 365.0
_DAMPING_STEPS = 2


def quantlib_dividend_price(
    *,
    spot: float,
    strike: float,
    expiry_days: int,
    volatility: float,
    rate: float,
    carry_rate: float,
    is_call: bool,
    is_american: bool,
    dividends: DividendSchedule,
    model: CashDividendModel = CashDividendModel.SPOT,
    grid: tuple[int, int] = (800, 1600),
) -> float:
    """Price [currency] by QuantLib: escrowed Europeans in closed form, all others by finite differences.

    expiry_days: whole days; ex_years are rounded to them. rate and carry_rate: continuous and flat, per year.
    grid: time steps and nodes. A dividend is given to QuantLib as cash after its proportional part.
    """
    process = _process(spot, rate, rate - carry_rate, volatility)
    schedule = _schedule(dividends)
    expiry = TODAY + expiry_days
    escrowed = model is CashDividendModel.ESCROWED
    if escrowed and not is_american:
        engine = ql.AnalyticDividendEuropeanEngine(process, schedule)
    else:
        kind = ql.FdBlackScholesVanillaEngine
        engine = kind(
            process,
            schedule,
            grid[0],
            grid[1],
            _DAMPING_STEPS,
            ql.FdmSchemeDesc.Douglas(),
            False,
            -1.0,
            kind.Escrowed if escrowed else kind.Spot,
        )
    exercise = ql.AmericanExercise(TODAY, expiry) if is_american else ql.EuropeanExercise(expiry)
    with quantlib_today():
        return float(vanilla_option(strike, is_call, exercise, engine).NPV())


def _process(
    spot: float, rate: float, dividend_yield: float, volatility: float
) -> ql.BlackScholesMertonProcess:
    return ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(spot)),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, dividend_yield, DAY_COUNTER)),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, rate, DAY_COUNTER)),
        ql.BlackVolTermStructureHandle(
            ql.BlackConstantVol(TODAY, ql.NullCalendar(), volatility, DAY_COUNTER)
        ),
    )


def _schedule(dividends: DividendSchedule) -> list[ql.Dividend]:
    schedule = []
    for ex_years, cash, proportional in zip(
        dividends.ex_years, dividends.cash, dividends.proportional, strict=True
    ):
        day = TODAY + max(round(float(ex_years) * _DAYS_PER_YEAR), 1)
        if proportional > 0.0:
            schedule.append(ql.FractionalDividend(float(proportional), day))
        if cash > 0.0:
            schedule.append(ql.FixedDividend(float(cash), day))
    return schedule
