"""Heterogeneous autoregression of the log of realised variance, direct for each horizon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pricing.errors import InputError, InputProblem
from pricing.har_features import RecentDays, feature_rows
from pricing.har_regression import (
    DIRECT_DAYS,
    HORIZONS_IN_SAMPLE,
    cross_fitted_means,
    equations,
    known_horizons,
    sane_means,
)
from pricing.history import PriceHistory
from pricing.realized import blended_variance, close_to_close, daily_variance, garman_klass_of, has_ranges
from pricing.term_structure import Knots, decay_rate, variance_of_days
from pricing.time import TRADING_DAYS_PER_YEAR
from pricing.volatility_model import DayMove

FloatArray = npt.NDArray[np.float64]

_ROWS_PER_REGRESSOR = 12
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
        return _ROWS_PER_REGRESSOR * regressors * HORIZONS_IN_SAMPLE + DIRECT_DAYS + max(self.leads)

    def fitted(self, history: PriceHistory) -> FittedHar:
        """Fit to the last `window` days of `history`; InputError with too few or where no price moves."""
        _check(history, self.minimum_returns)
        variance, scale = daily_variance(history)
        returns = history.log_returns()
        span = max(*self.leads, *self.leverage)
        kept = slice(None) if self.window is None else slice(1 - self.window - span, None)
        variance, returns, squared = variance[kept], returns[kept], close_to_close(history)[kept]
        floor = _FLOOR * float(variance.mean())
        rows = feature_rows(variance, returns, self, floor=floor)
        return FittedHar(
            model=self,
            source="Garman-Klass ranges" if has_ranges(history) else "closes",
            observations=len(rows),
            horizons=np.array(known_horizons(len(rows)), dtype=np.float64),
            coefficients=equations(rows, variance[span - 1 :], floor),
            bounds=np.stack([rows.min(axis=0), rows.max(axis=0)]),
            scale=scale,
            floor=floor,
            long_run=float(squared.mean()),
            recent=RecentDays(variance=variance[-span:], log_return=returns[-span:]),
            past_rows=rows,
            past_variance=variance[span - 1 :],
            past_squares=squared[span - 1 :],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedHar:
    """Coefficients by horizon and the last days; variances in squared log returns a day.

    coefficients: shape (horizon, feature), the correction of the level included. bounds: lowest and highest
    of each feature in the sample: returns beyond are taken at the bound, no effect is extrapolated.
    past_rows, past_variance, past_squares: features, variance and squared return of the sample by day, where
    simulated paths are from.
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
    past_variance: FloatArray
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
        """Expected variance of each of the days 1 .. `days` ahead, shape (days,).

        No mean to a horizon is above the largest daily variance of sample and last days: see `sane_means`.
        """
        row = feature_rows(self.recent.variance, self.recent.log_return, self.model, floor=self.floor)[-1:]
        bounded = np.clip(row, *self.bounds)
        free = slice(0, 1 + len(self.model.leads))  # no level of variance is out of bounds
        bounded[:, free] = row[:, free]
        ceiling = float(max(self.past_variance.max(), self.recent.variance.max()))
        means = sane_means(bounded @ self.coefficients.T, self.floor, ceiling)
        path: FloatArray = self._days(means, days)[0]
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

        Each path takes a day of the sample and what came after it: squared returns over what equations fitted
        without those days would have forecast, times today's forecasts. Thus it knows how large errors are
        out of sample and how long they last. Their mean to each horizon is moved to the forecast. Beyond half
        the sample another day's sequel is appended.
        """
        block = min(days, len(self.past_rows) // 2)
        starts = len(self.past_rows) - block
        chosen = np.resize(rng.permutation(starts), paths)
        today = self.variance_path(days)
        followed = np.arange(1, block + 1)
        forecasts = cross_fitted_means(self.past_rows, self.past_variance, self.floor)
        pieces = []
        for begin in range(0, days, block):
            rows = chosen if begin == 0 else rng.permutation(chosen)
            forecast = self._days(forecasts[rows], block)
            pieces.append(self.past_squares[rows[:, None] + followed] / forecast)
        squares = np.concatenate(pieces, axis=1)[:, :days] * today
        sums: FloatArray = np.cumsum(squares * self._to_mean(squares.mean(axis=0), today), axis=1)
        return sums

    def _to_mean(self, simulated: FloatArray, today: FloatArray) -> FloatArray:
        """Factor of each day with which the simulated mean to every horizon is today's forecast."""
        starts = np.concatenate([[0], self.horizons.astype(np.int64)])
        starts = starts[starts < len(today)]
        found = np.add.reduceat(simulated, starts)
        factor = np.add.reduceat(today, starts) / np.where(found > 0.0, found, np.inf)
        return np.repeat(factor, np.diff(starts, append=len(today)))

    def _days(self, means: FloatArray, days: int) -> FloatArray:
        return variance_of_days(Knots(days=self.horizons, mean_variance=means), days, beyond=self.long_run)


def _check(history: PriceHistory, minimum: int) -> None:
    file = history.origin or f"history of {history.symbol}"
    days = len(history.close)
    if days <= minimum:
        expected = f"at least {minimum + 1} days of prices for a log-HAR"
        raise InputError(InputProblem(file=file, value=f"{days} days", expected=expected))
    for name in ("open", "high", "low", "close"):
        column: FloatArray | None = getattr(history, name)
        wrong = [] if column is None else np.flatnonzero(~(np.isfinite(column) & (column > 0.0))).tolist()
        if column is not None and wrong:
            value = f"{column[wrong[0]]} on {history.dates[wrong[0]]}"
            raise InputError(InputProblem(file=file, column=name, value=value, expected="a positive price"))
    if not np.any(np.diff(history.close)):
        raise InputError(
            InputProblem(file=file, column="close", expected="prices that move; they are all equal")
        )
