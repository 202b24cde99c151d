"""Realised variance forecast from implied: what the options' price of variance is worth as a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pricing.errors import InputError, InputProblem
from pricing.har_features import moving_mean
from pricing.history import PriceHistory
from pricing.realized import close_to_close, daily_variance
from pricing.surface.surface import VolSurface
from pricing.term_structure import reverting_path
from pricing.time import TRADING_DAYS_PER_YEAR
from pricing.variance_swap import variance_swap_volatility
from pricing.volatility_model import DayMove

FloatArray = npt.NDArray[np.float64]

IMPLIED_DAYS = 21
"""Trading days of the thirty calendar days that the VIX and its like look ahead."""

MINIMUM_DAYS = 120
_MOST_STALE_DAYS = 5
_LEAST_SHARE = 0.1  # of the implied variance: a straight line may come down to nothing or below
_IMPLIED_YEARS = 30 / 365


class ImpliedForm(Enum):
    """How realised variance follows from implied.

    RATIO: through the origin, the ratio of their sums: the variance risk premium is a share. LEVEL: least
    squares with a constant. LOG: least squares in logs, times the mean of exp of the residuals.
    """

    RATIO = "through the origin"
    LEVEL = "with a constant"
    LOG = "in logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpliedRegression:
    """Regression of the realised variance of 21 days on the implied variance before them.

    implied: one value a day per sqrt(year) as 0.20 in `close`: the VIX, or a surface's own thirty-day
    variance swap rates (`with_surface`). Realised is `daily_variance`. The last `window` days that both have
    and whose outcome is known are used; values after the last day of the history are not looked at.
    """

    implied: PriceHistory
    form: ImpliedForm = ImpliedForm.RATIO
    window: int = 2_000

    @property
    def name(self) -> str:
        """The model in words, for the report."""
        return f"regression on {self.implied.symbol} squared {self.form.value}"

    def fitted(self, history: PriceHistory) -> FittedImplied:
        """Fit to the days of both series up to the last of `history`.

        Raises InputError below 120 days with a known outcome, or where the last implied volatility is more
        than 5 calendar days older than the last price.
        """
        implied = self.implied.until(history.dates[-1].item())
        variance, _ = daily_variance(history)
        ahead = moving_mean(variance[1:], IMPLIED_DAYS) if len(variance) > IMPLIED_DAYS else variance[:0]
        known = history.dates[1 : 1 + len(ahead)]
        _, at, with_implied = np.intersect1d(known, implied.dates, assume_unique=True, return_indices=True)
        at, with_implied = at[-self.window :], with_implied[-self.window :]
        _check(self.implied, implied, history, len(at))
        daily = implied.close**2 / TRADING_DAYS_PER_YEAR
        return FittedImplied(
            model=self,
            observations=len(at),
            equation=_equation(self.form, daily[with_implied], ahead[at]),
            implied_variance=float(daily[-1]),
            persistence=_persistence(daily[-self.window :]),
            long_run=float(np.mean(close_to_close(history)[-self.window :])),
            note=_staleness(implied, history),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedImplied:
    """An equation and today's implied variance; variances in squared log returns a day.

    equation: constant and slope, in logs for the form LOG. Variance is flat over the 21 days that implied
    volatility looks ahead; from there it reverts to `long_run`, the mean of the sample, with `persistence` a
    day, the autocorrelation of implied variance over 21 days.
    """

    model: ImpliedRegression
    observations: int
    equation: tuple[float, float]
    implied_variance: float
    persistence: float
    long_run: float
    note: str = ""

    @property
    def name(self) -> str:
        """The model in words, for the report."""
        return self.model.name

    @property
    def parameters(self) -> Mapping[str, float]:
        """The equation; persistence per day and long-run volatility per sqrt(year)."""
        constant, slope = self.equation
        level = float(np.sqrt(TRADING_DAYS_PER_YEAR * self.long_run))
        reversion = {"persistence": self.persistence, "long_run_volatility": level}
        return MappingProxyType({"implied_constant": constant, "implied_slope": slope} | reversion)

    def variance_path(self, days: int) -> FloatArray:
        """Expected variance of each of the days 1 .. `days` ahead, shape (days,)."""
        constant, slope = self.equation
        if self.model.form is ImpliedForm.LOG:
            month = float(np.exp(constant + slope * np.log(self.implied_variance)))
        else:
            month = constant + slope * self.implied_variance
        month = max(month, _LEAST_SHARE * self.implied_variance)
        return reverting_path(
            month, days, flat_days=IMPLIED_DAYS, persistence=self.persistence, long_run=self.long_run
        )

    def updated(self, move: DayMove) -> FittedImplied:
        """The same equation with the implied volatility of one more day; ValueError where it has none."""
        if move.implied_volatility is None:
            raise ValueError(f"{self.name} needs the implied volatility of the new day")
        return replace(self, implied_variance=move.implied_volatility**2 / TRADING_DAYS_PER_YEAR, note="")

    def simulated_sums(self, days: int, *, paths: int, rng: np.random.Generator) -> FloatArray | None:
        """None: an equation for a mean has no law of single days."""
        return None


def with_surface(implied: PriceHistory, surface: VolSurface, day: date) -> PriceHistory:
    """The series until the day before, and as the value of `day` the surface's thirty-day variance swap rate.

    That is what the VIX quotes, so that a surface continues a history of the VIX.
    """
    today = np.datetime64(day, "D")
    before = implied.dates < today
    rate = variance_swap_volatility(surface, _IMPLIED_YEARS)
    return replace(
        implied,
        dates=np.append(implied.dates[before], today),
        close=np.append(implied.close[before], rate),
        origin=f"{implied.origin}; on {day} the surface's variance swap rate",
    )


def _equation(form: ImpliedForm, implied: FloatArray, realised: FloatArray) -> tuple[float, float]:
    if form is ImpliedForm.RATIO:
        return 0.0, float(realised.sum() / implied.sum())
    if form is ImpliedForm.LEVEL:
        return _line(implied, realised)
    logs = np.log(implied), np.log(np.maximum(realised, np.finfo(np.float64).tiny))
    constant, slope = _line(*logs)
    return constant + float(np.log(np.mean(np.exp(logs[1] - constant - slope * logs[0])))), slope


def _line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    centred = x - x.mean()
    spread = float(centred @ centred)
    slope = float(centred @ y) / spread if spread > 0.0 else 0.0
    return float(y.mean()) - slope * float(x.mean()), slope


def _persistence(daily: FloatArray) -> float:
    """Per day, from the autocorrelation over 21 days, which hardly knows one-day noise."""
    centred = daily - daily.mean()
    if len(daily) <= IMPLIED_DAYS or not np.any(centred):
        return 0.0
    share = float(centred[IMPLIED_DAYS:] @ centred[:-IMPLIED_DAYS] / (centred @ centred))
    return float(max(share, 0.0) ** (1.0 / IMPLIED_DAYS))


def _check(whole: PriceHistory, implied: PriceHistory, history: PriceHistory, days: int) -> None:
    file = whole.origin or f"implied volatility {whole.symbol}"
    if days < MINIMUM_DAYS:
        expected = f"at least {MINIMUM_DAYS} days that have a price, an implied volatility and an outcome"
        raise InputError(InputProblem(file=file, value=f"{days} days", expected=expected))
    age = int((history.dates[-1] - implied.dates[-1]) / np.timedelta64(1, "D"))
    if age > _MOST_STALE_DAYS:
        expected = f"an implied volatility at most {_MOST_STALE_DAYS} days older than {history.dates[-1]}"
        raise InputError(InputProblem(file=file, value=str(implied.dates[-1]), expected=expected))
    if not np.all(np.isfinite(implied.close) & (implied.close > 0.0)):
        raise InputError(InputProblem(file=file, column="close", expected="positive volatilities"))


def _staleness(implied: PriceHistory, history: PriceHistory) -> str:
    same = implied.dates[-1] == history.dates[-1]
    return "" if same else f"implied volatility of {implied.dates[-1]}"
