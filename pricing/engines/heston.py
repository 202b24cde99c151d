"""Heston's, Bates's and the rough Heston model in QuantLib: the authority for our own kernels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray
from pricing.engines.flat_year import (
    DAY_COUNTER,
    ONE_YEAR,
    TODAY,
    columns_of,
    quantlib_today,
    vanilla_option,
)
from pricing.fourier.model import AffineModel, BatesModel, HestonModel
from pricing.fourier.rough_heston import RoughHestonModel
from pricing.implied import implied_volatility
from pricing.surface.heston_fit import CalibrationProblem

_RELATIVE_TOLERANCE, _MOST_EVALUATIONS = 1e-12, 1_000_000
_DAYS_AHEAD = 20_000
_DAYS_PER_YEAR = 365.0


def quantlib_model_prices(
    model: AffineModel,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
) -> FloatArray:
    """European prices [currency] by QuantLib's AnalyticHestonEngine or BatesEngine, one object an option.

    Adaptive quadrature to a relative 1e-12 of the integral: an absolute error of a price far from the
    money. Each expiry is one year of a model whose clock runs as fast. Inputs broadcast to one axis;
    expiry_years > 0.
    """
    forwards, strikes, years, discounts, calls = columns_of(forward, strike, expiry_years, discount, is_call)
    prices, exercise = np.empty(strikes.shape), ql.EuropeanExercise(ONE_YEAR)
    with quantlib_today():
        for expiry in np.unique(years):
            engine = _engine(model, float(expiry))
            for row in np.flatnonzero(years == expiry):
                level = float(strikes[row] / forwards[row])
                prices[row] = vanilla_option(level, bool(calls[row]), exercise, engine).NPV()
    return np.asarray(prices * forwards * discounts, dtype=np.float64)


def quantlib_rough_heston_prices(
    model: RoughHestonModel,
    log_moneyness: npt.ArrayLike,
    expiry_days: npt.ArrayLike,
    is_call: npt.ArrayLike,
    *,
    time_steps: int = 256,
) -> FloatArray:
    """Prices over the discounted forward by QuantLib's AnalyticRoughHestonEngine (1.44 or later).

    expiry_days: whole days of 1/365 year, since a fractional kernel's clock cannot be made to run faster.
    """
    k, days, calls = columns_of(log_moneyness, expiry_days, is_call)
    with quantlib_today():
        engine = ql.AnalyticRoughHestonEngine(
            ql.RoughHestonModel(_process(model.heston, 1.0), model.hurst), 128, time_steps
        )
        options = (
            vanilla_option(strike, call, ql.EuropeanExercise(TODAY + int(day)), engine)
            for strike, day, call in zip(
                np.exp(k).tolist(), days.tolist(), (calls == 1.0).tolist(), strict=True
            )
        )
        return np.array([option.NPV() for option in options], dtype=np.float64)


def quantlib_calibrated(problem: CalibrationProblem, start: HestonModel) -> HestonModel:
    """Heston's model by QuantLib's HestonModel.calibrate (Levenberg-Marquardt), least squares in half bands.

    The cost is that of our `fit_heston(loss="linear")`. Expiries lie on a grid of a 20,000th of the longest.
    """
    years_per_day = float(problem.expiry_years.max()) / _DAYS_AHEAD
    scale = years_per_day * _DAYS_PER_YEAR
    days = np.maximum(np.rint(problem.expiry_years / years_per_day), 1.0)
    strike = np.exp(problem.log_moneyness)
    volatility, _ = implied_volatility(
        problem.middle, 1.0, strike, days / _DAYS_PER_YEAR, 1.0, problem.log_moneyness >= 0.0
    )
    with quantlib_today():
        model = ql.HestonModel(_process(start, scale))
        engine = ql.AnalyticHestonEngine(model, 192)
        helpers = []
        for day, level, deviation in zip(days.tolist(), strike.tolist(), volatility.tolist(), strict=True):
            quote = ql.QuoteHandle(ql.SimpleQuote(deviation))
            period = ql.Period(int(day), ql.Days)
            helper = ql.HestonModelHelper(
                period,
                ql.NullCalendar(),
                1.0,
                level,
                quote,
                _no_rate(),
                _no_rate(),
                ql.BlackCalibrationHelper.PriceError,
            )
            helper.setPricingEngine(engine)
            helpers.append(helper)
        weights = (1.0 / problem.half_band**2).tolist()
        limits = ql.EndCriteria(500, 50, 1e-8, 1e-8, 1e-8)
        model.calibrate(helpers, ql.LevenbergMarquardt(1e-8, 1e-8, 1e-8), limits, ql.NoConstraint(), weights)
        theta, kappa, sigma, rho, v0 = model.params()
    return HestonModel(
        initial_variance=v0 / scale,
        mean_reversion=kappa / scale,
        long_run_variance=theta / scale,
        volatility_of_variance=sigma / scale,
        correlation=rho,
    )


def _engine(model: AffineModel, scale: float) -> ql.PricingEngine:
    """An engine whose year lasts `scale` of ours."""
    if isinstance(model, BatesModel):
        jumps = (model.jump_intensity * scale, model.jump_mean, model.jump_deviation)
        process = _process(model.diffusion, scale, ql.BatesProcess, jumps)
        return ql.BatesEngine(ql.BatesModel(process), _RELATIVE_TOLERANCE, _MOST_EVALUATIONS)
    return ql.AnalyticHestonEngine(
        ql.HestonModel(_process(model, scale)), _RELATIVE_TOLERANCE, _MOST_EVALUATIONS
    )


def _process(
    model: HestonModel,
    scale: float,
    kind: Callable[..., ql.HestonProcess] = ql.HestonProcess,
    jumps: tuple[float, ...] = (),
) -> ql.HestonProcess:
    """The process on a forward of one; variance, speed and its volatility are per `scale` of our years."""
    numbers = model.numbers * np.array([scale, scale, scale, scale, 1.0])
    spot = ql.QuoteHandle(ql.SimpleQuote(1.0))
    return kind(_no_rate(), _no_rate(), spot, *numbers.tolist(), *jumps)


def _no_rate() -> ql.YieldTermStructureHandle:
    return ql.YieldTermStructureHandle(ql.FlatForward(TODAY, 0.0, DAY_COUNTER))
