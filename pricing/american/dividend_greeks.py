"""Greeks from prices on grids that are moved together, and from the slopes in each grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.american.dividend_problems import Options
from pricing.dividends import DividendSchedule
from pricing.greeks import GreekColumns

FloatArray = npt.NDArray[np.float64]

_VOLATILITY_SHARE = 0.04
_RATE_STEP = 1e-3
_CASH_DEVIATIONS = 0.02
_BASE, _WIDE, _NARROW, _DEAR, _CHEAP, _LESS_CARRY, _MORE_CARRY, _MORE_CASH, _LESS_CASH = range(9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bumps:
    """Steps of volatility and cash scale, one an option; lanes: how many problems an option becomes."""

    volatility: FloatArray
    cash: FloatArray
    lanes: int

    @classmethod
    def of(cls, options: Options, dividends: DividendSchedule) -> Bumps:
        """Steps small against one deviation of the share; no steps of cash where none is paid."""
        paid = float(dividends.cash.sum())
        deviation = options.spot * options.volatility * np.sqrt(options.expiry_years)
        step = _CASH_DEVIATIONS * deviation
        cash = np.clip(step / np.maximum(paid, step), 1e-6, 0.5)
        return cls(volatility=_VOLATILITY_SHARE * options.volatility, cash=cash, lanes=9 if paid > 0.0 else 7)

    def moved(self, options: Options) -> Options:
        """Each option next to its moved twins, option by option."""
        twins = {
            name: np.repeat(column[:, None], self.lanes, axis=1) for name, column in options._asdict().items()
        }
        twins["volatility"][:, _WIDE] += self.volatility
        twins["volatility"][:, _NARROW] -= self.volatility
        for name in ("rate", "carry"):
            twins[name][:, _DEAR] += _RATE_STEP
            twins[name][:, _CHEAP] -= _RATE_STEP
        twins["carry"][:, _LESS_CARRY] -= _RATE_STEP
        twins["carry"][:, _MORE_CARRY] += _RATE_STEP
        if self.lanes > _MORE_CASH:
            twins["cash_scale"][:, _MORE_CASH] += self.cash
            twins["cash_scale"][:, _LESS_CASH] -= self.cash
        return Options(**{name: column.reshape(-1) for name, column in twins.items()})


def assembled(options: Options, bumps: Bumps, out: FloatArray, anchor: FloatArray) -> GreekColumns:
    """Greeks from the kernel's output (option, lane, quantity) and A(0) (option, lane)."""
    value, slope, curve, third = (out[:, :, quantity] for quantity in range(4))
    delta = slope / anchor
    gamma = (curve[:, _BASE] - slope[:, _BASE]) / anchor[:, _BASE] ** 2
    speed = (third - 3.0 * curve + 2.0 * slope)[:, _BASE] / anchor[:, _BASE] ** 3
    here = value[:, _BASE]
    theta, charm = _decay(options, anchor[:, _BASE], here, delta[:, _BASE], gamma, speed)
    cash_slope, cash_delta, cash_curve = _cash_greeks(bumps, value, delta)
    exercised = out[:, _BASE, 4] == 1.0
    sign = np.where(options.is_call, 1.0, -1.0)
    held = np.where(exercised, 0.0, 1.0)
    dual_gamma = options.spot**2 * gamma + 2.0 * options.spot * cash_delta + cash_curve
    return GreekColumns(
        value=here,
        delta=np.where(exercised, sign, delta[:, _BASE]),
        gamma=held * gamma,
        vega=held * (value[:, _WIDE] - value[:, _NARROW]) / (2.0 * bumps.volatility),
        theta=held * theta,
        rho=held * (value[:, _DEAR] - value[:, _CHEAP]) / (2.0 * _RATE_STEP),
        dividend_rho=held * (value[:, _LESS_CARRY] - value[:, _MORE_CARRY]) / (2.0 * _RATE_STEP),
        vanna=held * (delta[:, _WIDE] - delta[:, _NARROW]) / (2.0 * bumps.volatility),
        volga=held * (value[:, _WIDE] - 2.0 * here + value[:, _NARROW]) / bumps.volatility**2,
        charm=held * charm,
        dual_delta=np.where(
            exercised, -sign, (here - options.spot * delta[:, _BASE] - cash_slope) / options.strike
        ),
        dual_gamma=held * dual_gamma / options.strike**2,
    )


def _decay(
    options: Options,
    lognormal: FloatArray,
    value: FloatArray,
    delta: FloatArray,
    gamma: FloatArray,
    speed: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Theta and charm by the pricing equation, what is not lognormal of the share earning the carry."""
    variance = options.volatility**2
    theta = (
        options.rate * value - options.carry * options.spot * delta - 0.5 * variance * lognormal**2 * gamma
    )
    charm = (options.rate - options.carry) * delta - options.carry * options.spot * gamma
    charm -= variance * (lognormal * gamma + 0.5 * lognormal**2 * speed)
    return theta, charm


def _cash_greeks(
    bumps: Bumps, value: FloatArray, delta: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Slope of value and delta, and curvature of value, in the scale of all cash dividends.

    Price is homogeneous in share, strike and cash: what strikes do follows from what share and cash do.
    """
    if bumps.lanes <= _MORE_CASH:
        zero = np.zeros(len(value))
        return zero, zero, zero
    more, less, step = value[:, _MORE_CASH], value[:, _LESS_CASH], bumps.cash
    return (
        (more - less) / (2.0 * step),
        (delta[:, _MORE_CASH] - delta[:, _LESS_CASH]) / (2.0 * step),
        (more - 2.0 * value[:, _BASE] + less) / step**2,
    )
