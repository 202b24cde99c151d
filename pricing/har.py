"""Heterogeneous autoregression of the log of realised variance, direct for each horizon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pricing.errors import InputError, InputProblem
from pricing.har_features import RecentDays, feature_rows, moving_mean
from pricing.history import PriceHistory
from pricing.realized import blended_variance, close_to_close, daily_variance, garman_klass_of, has_ranges
from pricing.term_structure import Knots, decay_rate, variance_of_days
from pricing.time import TRADING_DAYS_PER_YEAR
from pricing.volatility_model import DayMove

FloatArray = npt.NDArray[np.float64]

HORIZONS = (1, 5, 10, 20, 40, 60, 125, 250)
DIRECT_DAYS = 20  # beyond, the regression is on the 20-day forecast: see LogHar
_ROWS_PER_REGRESSOR = 12
_HORIZONS_IN_SAMPLE = 3  # a horizon is regressed where the sample holds this many of it one after the other
_FLOOR = 1e-3  # of the mean variance: the log of a day whose prices did not move


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHar:
    """Corsi's (2009) regression in logs: ln RV(t+1 .. t+H) on ln RV of past spans and past returns.

    leads: spans of past days whose mean daily variance enters in logs. leverage: spans whose return enters,
    over the deviation of so many days (Corsi and Reno 2012); downside_only: no more than zero. window: days
    of the sample, None for all there are. RV is `daily_variance`: Garman-Klass scaled to close-to-close on
    past data with a quarter of the squared return, or the squared return where there are closes alone.

    Least squares for 1, 5, 10 and 20 days; the mean of exp of a normal residual takes half its variance more.
    Beyond 20 days eight coefficients cannot be told from so few independent spans: there ln RV is regressed
    on the 20-day forecast alone, level such that the mean ratio of outcome to forecast is one. numpy's least
    squares, and not arch's HARX: that has one equation for the next day, without logs and ranges.
    """

    leads: tuple[int, ...] = (1, 5, 10, 22)
    leverage: tuple[int, ...] = (1, 5, 22)
    downside_only: bool = False
    window: int | None = 2_000

    @property
    def name(self) -> str:
        """The model in words, for the report."""
        return f"log-HAR on {', '.join(map(str, self.leads))} days"

    @property
    def minimum_returns(self) -> int:
        """Fewest daily returns that it is fitted to."""
        regressors = 1 + len(self.leads) + len(self.leverage)
        return _ROWS_PER_REGRESSOR * regressors * _HORIZONS_IN_SAMPLE + DIRECT_DAYS + max(self.leads)

    def fitted(self, history: PriceHistory) -> FittedHar:
        """Fit to the last `window` days of `history`; InputError with too few or where no price moves."""
        _check(history, self.minimum_returns)
        variance, scale = daily_variance(history)
        returns = history.log_returns()
        span = max(*self.leads, *self.leverage)
        kept = slice(None) if self.window is None else slice(-(self.window + span), None)
        variance, returns, squared = variance[kept], returns[kept], close_to_close(history)[kept]
        floor = _FLOOR * float(variance.mean())
        rows = feature_rows(variance, returns, self, floor=floor)
        coefficients, horizons = _regressions(rows, variance[span - 1 :], floor)
        return FittedHar(
            model=self,
            source="Garman-Klass ranges" if has_ranges(history) else "closes",
            observations=len(rows),
            horizons=horizons,
            coefficients=coefficients,
            bounds=np.stack([rows.min(axis=0), rows.max(axis=0)]),
            scale=scale,
            floor=floor,
            long_run=float(squared.mean()),
            recent=RecentDays(variance=variance[-span:], log_return=returns[-span:]),
            past_rows=rows,
            past_squares=squared[span - 1 :],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedHar:
    """Coefficients by horizon and the last days; variances in squared log returns a day.

    coefficients: shape (horizon, feature), the correction of the level included. bounds: lowest and highest
    of each feature in the sample: returns beyond are taken at the bound, no effect is extrapolated. past_rows
    and past_squares: features and squared returns of the sample by day, the residuals' source.
    """

    model: LogHar
    source: str
    observations: int
    horizons: FloatArray
    coefficients: FloatArray
    bounds: FloatArray
    scale: float
    floor: float
    long_run: float
    recent: RecentDays
    past_rows: FloatArray
    past_squares: FloatArray
    note: str = ""

    @property
    def name(self) -> str:
        """The model in words, for the report."""
        return f"{self.model.name} of {self.source}"

    @property
    def parameters(self) -> Mapping[str, float]:
        """The 20-day equation; persistence per day and long-run volatility per sqrt(year)."""
        at = int(np.searchsorted(self.horizons, DIRECT_DAYS))
        names = ["constant", *(f"log_variance_{span}" for span in self.model.leads)]
        names += [f"return_{span}" for span in self.model.leverage]
        equation = dict(zip(names, map(float, self.coefficients[at]), strict=True))
        level = float(np.sqrt(TRADING_DAYS_PER_YEAR * self.long_run))
        reversion = {"persistence": self.persistence, "long_run_volatility": level}
        return MappingProxyType(equation | reversion | {"scale_to_close": self.scale})

    @property
    def persistence(self) -> float:
        """Share of a variance shock left a day later, from how the farthest equation answers to variance."""
        elasticity = float(self.coefficients[-1, 1 : 1 + len(self.model.leads)].sum())
        return decay_rate(elasticity, float(self.horizons[-1]))

    def variance_path(self, days: int) -> FloatArray:
        """Expected variance of each of the days 1 .. `days` ahead, shape (days,)."""
        row = feature_rows(self.recent.variance, self.recent.log_return, self.model, floor=self.floor)[-1:]
        path: FloatArray = self._paths(row, days)[0]
        return path

    def updated(self, move: DayMove) -> FittedHar:
        """The same equations, scale and sample after one more day.

        ValueError where the model was fitted to ranges and the new day has none.
        """
        squared = move.log_return**2
        variance = squared
        if self.source != "closes":
            if move.log_open is None or move.log_high is None or move.log_low is None:
                raise ValueError("this model was fitted to ranges: a new day needs its open, high and low")
            ranged = garman_klass_of(move.log_open, move.log_high, move.log_low, move.log_return)
            variance = float(blended_variance(np.array(ranged), np.array(squared), self.scale))
        return replace(self, recent=self.recent.followed_by(variance, move.log_return))

    def simulated_sums(self, days: int, *, paths: int, rng: np.random.Generator) -> FloatArray | None:
        """Sums of squared returns over days 1 .. k, shape (path, days), from what followed on past days.

        Each path takes a day of the sample and what came after it: squared returns over their forecasts made
        that day, times today's forecasts. Thus it knows how long forecasts were wrong together. Beyond half
        the sample another day's sequel is appended. None for a sample without room for it.
        """
        block = min(days, len(self.past_rows) // 2)
        starts = len(self.past_rows) - block
        chosen = np.resize(rng.permutation(starts), paths)
        today = self.variance_path(days)
        followed = np.arange(1, block + 1)
        pieces = []
        for begin in range(0, days, block):
            rows = chosen if begin == 0 else rng.permutation(chosen)
            forecast = self._paths(self.past_rows[rows], block)
            pieces.append(self.past_squares[rows[:, None] + followed] / forecast)
        ratio = np.concatenate(pieces, axis=1)[:, :days]
        sums: FloatArray = np.cumsum(ratio * today, axis=1)
        return sums

    def _paths(self, rows: FloatArray, days: int) -> FloatArray:
        bounded = np.clip(rows, *self.bounds)
        free = slice(0, 1 + len(self.model.leads))  # no level of variance is out of bounds
        bounded[:, free] = rows[:, free]
        means = np.exp(bounded @ self.coefficients.T)
        return variance_of_days(Knots(days=self.horizons, mean_variance=means), days, beyond=self.long_run)


def _regressions(rows: FloatArray, variance: FloatArray, floor: float) -> tuple[FloatArray, FloatArray]:
    """Coefficients by horizon, shape (horizon, feature), and the horizons that the sample allows."""
    known = [horizon for horizon in HORIZONS if len(rows) >= _HORIZONS_IN_SAMPLE * horizon]
    equations = []
    month: FloatArray | None = None
    for horizon in known:
        ahead = np.log(np.maximum(moving_mean(variance[1:], horizon), floor))
        past = rows[: len(ahead)]
        equation = _direct(past, ahead) if month is None else _through(month, past, ahead)
        equations.append(equation)
        if horizon == DIRECT_DAYS:
            month = equation
    return np.array(equations), np.array(known, dtype=np.float64)


def _direct(past: FloatArray, ahead: FloatArray) -> FloatArray:
    centred = past[:, 1:] - past[:, 1:].mean(axis=0)
    slopes = np.linalg.lstsq(centred.T @ centred, centred.T @ ahead, rcond=None)[0]
    residual = ahead - past[:, 1:] @ slopes
    return np.concatenate([[residual.mean() + 0.5 * residual.var()], slopes])


def _through(month: FloatArray, past: FloatArray, ahead: FloatArray) -> FloatArray:
    forecast = past @ month
    centred = forecast - forecast.mean()
    slope = float(np.clip(centred @ ahead / (centred @ centred), 0.0, 1.0))
    equation: FloatArray = slope * month
    equation[0] += float(np.log(np.mean(np.exp(ahead - past @ equation))))
    return equation


def _check(history: PriceHistory, minimum: int) -> None:
    returns = history.log_returns()
    file = history.origin or f"history of {history.symbol}"
    if len(returns) < minimum:
        expected = f"at least {minimum + 1} days of prices for a log-HAR"
        raise InputError(InputProblem(file=file, value=f"{len(history.close)} days", expected=expected))
    if not np.any(returns):
        raise InputError(
            InputProblem(file=file, column="close", expected="prices that move; they are all equal")
        )
