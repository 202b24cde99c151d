"""What the volatility forecast is worth out of sample, and how it was chosen.

`python benchmarks/forecast.py` prints mean QLIKE (r / f - ln(r / f) - 1; r the mean squared daily log return
of the next 20 days) of every model with 2,000 past days, refitted each 20 days and updated between: first on
days whose outcome was known before 2014-12-11, where the default was chosen; then on the last 1,000 days of
the histories that arch ships, and on the S&P 500 from 2019 to 2022 where its closes lie beside the checkout.
Tests of equal loss: Diebold-Mariano against the default, and the p-value in the model confidence set. Then
losses at other horizons and how often the 90% interval held. `--quick` leaves the choice out.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
from rich.console import Console
from rich.table import Table

from pricing.combination import Combination, Pool, inverse_loss_weights, pooled
from pricing.default_forecaster import CLOSES, RANGES, RETURNS, DefaultForecaster
from pricing.embedded import embedded_history, embedded_vix_history
from pricing.forecast import FloatArray
from pricing.har import LogHar
from pricing.history import PriceHistory, read_history
from pricing.implied_regression import ImpliedForm, ImpliedRegression
from pricing.model_choice import diebold_mariano, model_confidence_set, qlike
from pricing.rolling_forecast import RollingForecast, roll
from pricing.volatility.ewma import WeightedVariance
from pricing.volatility.family import GarchFamily
from pricing.volatility.specification import Innovation, Recursion, Specification
from pricing.volatility_model import DayMove, VolatilityModel, forecast_from

CLOSES_FILE = (
    Path(__file__).resolve().parents[2] / "shared" / "data" / "history" / "sp500_close_1990_2022.csv"
)
HORIZON = 20
OTHER_HORIZONS = (5, 20, 60, 250)
CHOICE_STARTS = date(2000, 1, 1)
CHOICE_ENDS = date(2014, 11, 10)  # 20 trading days later lies before the first test date
TEST = (date(2014, 12, 11), date(2018, 12, 31))
LATE_TEST = (date(2019, 1, 1), date(2022, 12, 31))
OURS = "default"
MOVING = "21-day window"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The mean squared return of the last 21 days as a forecast: a peer, no model of ours."""

    squares: FloatArray
    name: str = MOVING

    def fitted(self, history: PriceHistory) -> Window:
        """Its last 21 squared returns."""
        return replace(self, squares=history.log_returns()[-21:] ** 2)

    def updated(self, move: DayMove) -> Window:
        """One in, one out."""
        return replace(self, squares=np.append(self.squares[1:], move.log_return**2))

    def variance_path(self, days: int) -> FloatArray:
        """The same each day."""
        return np.full(days, self.squares.mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class RawImplied:
    """The VIX squared over 252 as a forecast: a peer, no model of ours."""

    vix: PriceHistory
    volatility: float = 0.0
    name: str = "VIX squared"

    def fitted(self, history: PriceHistory) -> RawImplied:
        """The last value."""
        return replace(self, volatility=float(self.vix.until(history.dates[-1].item()).close[-1]))

    def updated(self, move: DayMove) -> RawImplied:
        """The new value."""
        return replace(self, volatility=move.implied_volatility)

    def variance_path(self, days: int) -> FloatArray:
        """The same each day."""
        return np.full(days, self.volatility**2 / 252)


def garch(recursion: Recursion, innovation: Innovation, *, targeted: bool = False) -> GarchFamily:
    """One of the family with a constant mean."""
    specification = Specification(recursion=recursion, innovation=innovation, constant_mean=True)
    return GarchFamily(specification=specification, reverting_to_sample=targeted)


GARCH_N = garch(Recursion.GARCH, Innovation.NORMAL)
GJR_N = garch(Recursion.GJR, Innovation.NORMAL)
TARGETED = garch(Recursion.GJR, Innovation.STUDENT_T, targeted=True)
CORSI = LogHar(leads=(1, 5, 22), leverage=())
PEERS: Mapping[str, VolatilityModel] = {
    "log-HAR 1, 5, 22": CORSI,
    "GARCH-N": GARCH_N,
    "GJR-GARCH-t": RETURNS,
    "EWMA 0.94": WeightedVariance(),
    MOVING: Window(squares=np.empty(0)),
}
WITH_RANGES: Mapping[str, VolatilityModel] = {
    "log-HAR 1, 5, 22": CORSI,
    "log-HAR 1, 5, 22, leverage": LogHar(leads=(1, 5, 22)),
    "log-HAR 1, 5, 10, 22": LogHar(leverage=()),
    "log-HAR 1, 5, 10, 22, leverage *": RANGES,
    "the same, downside only": LogHar(downside_only=True),
    "the same, all history": LogHar(window=None),
    "log-HAR 1, 5, 22, 66, leverage": LogHar(leads=(1, 5, 22, 66)),
    "GARCH-N": GARCH_N,
    "GJR-N": GJR_N,
    "GJR-t": RETURNS,
    "GJR-t, targeted": TARGETED,
    "EGARCH-t": garch(Recursion.EGARCH, Innovation.STUDENT_T),
    "mean of * and GARCH-N": Combination(models=(RANGES, GARCH_N)),
    "mean of * and GJR-N": Combination(models=(RANGES, GJR_N)),
    "mean of * and GJR-t": Combination(models=(RANGES, RETURNS)),
    "mean of * and GJR-t, targeted": Combination(models=(RANGES, TARGETED)),
    "log mean of * and GJR-t": Combination(models=(RANGES, RETURNS), pool=Pool.LOG),
    "EWMA 0.94": WeightedVariance(),
}
OF_CLOSES: Mapping[str, VolatilityModel] = {
    "log-HAR 5, 22, 66, downside *": CLOSES,
    "the same, 2,000 days": replace(CLOSES, window=2_000),
    "log-HAR 5, 22, 66, leverage": replace(CLOSES, downside_only=False),
    "log-HAR 5, 22, downside": replace(CLOSES, leads=(5, 22)),
    "GARCH-N": GARCH_N,
    "GJR-N": GJR_N,
    "GJR-t": RETURNS,
    "GJR-t, targeted": TARGETED,
    "mean of * and GJR-N": Combination(models=(CLOSES, GJR_N)),
    "mean of * and GJR-t (taken)": Combination(models=(CLOSES, RETURNS)),
    "mean of * and GJR-t, targeted": Combination(models=(CLOSES, TARGETED)),
    "log mean of * and GJR-t": Combination(models=(CLOSES, RETURNS), pool=Pool.LOG),
    "EWMA 0.94": WeightedVariance(),
}


def losses_of(
    models: Mapping[str, VolatilityModel],
    history: PriceHistory,
    period: tuple[date, date],
    *,
    implied: PriceHistory | None = None,
) -> dict[str, FloatArray]:
    """QLIKE by date of each model."""
    return {
        name: walked(model, history, period, implied=implied).losses(HORIZON)
        for name, model in models.items()
    }


def walked(
    model: VolatilityModel,
    history: PriceHistory,
    period: tuple[date, date],
    *,
    implied: PriceHistory | None = None,
    horizons: Sequence[int] = (HORIZON,),
) -> RollingForecast:
    """The model through a period."""
    first, last = period
    return roll(model, history, first=first, last=last, horizon_days=horizons, implied=implied)


def choice_period(history: PriceHistory) -> tuple[date, date]:
    """From 2,000 known returns, 2000 at the earliest, to where the outcome is known before the test dates."""
    return max(history.dates[2_000].item(), CHOICE_STARTS), CHOICE_ENDS


def compared(console: Console, title: str, losses: Mapping[str, FloatArray], *, against: str) -> None:
    """Table of mean loss, difference to one of the models with its test, and confidence set."""
    in_set = model_confidence_set(losses, block_days=2 * HORIZON, seed=0)
    dates = len(losses[against])
    table = Table(title=f"{title}: mean QLIKE on {dates} dates, Diebold-Mariano against '{against}'")
    for column in ("model", "QLIKE", "difference", "t", "p", "confidence set p"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for name, loss in sorted(losses.items(), key=lambda item: float(item[1].mean())):
        test = diebold_mariano(loss, losses[against], horizon=HORIZON)
        tested = (
            ("", "", "")
            if name == against
            else (f"{test.mean_difference:+.4f}", f"{test.statistic:+.2f}", f"{test.p_value:.3f}")
        )
        table.add_row(name, f"{loss.mean():.4f}", *tested, f"{in_set[name]:.3f}")
    console.print(table)


def choice(console: Console) -> None:
    """Where the default was chosen: nothing of the test dates."""
    found = {}
    for symbol in ("SPX", "COMP"):
        history = embedded_history(symbol)
        found[symbol] = losses_of(WITH_RANGES, history, choice_period(history))
        title = f"Choice with ranges: {symbol} to {CHOICE_ENDS}"
        compared(console, title, found[symbol], against="log-HAR 1, 5, 10, 22, leverage *")
    ranked(console, "S&P 500 and NASDAQ", found)
    closes = {"WTI": embedded_history("WTI")}
    if CLOSES_FILE.exists():
        closes["S&P 500 closes from 1990"] = read_history(CLOSES_FILE, symbol="SPX")
    found = {name: losses_of(OF_CLOSES, history, choice_period(history)) for name, history in closes.items()}
    for name, losses in found.items():
        title = f"Choice of closes: {name} to {CHOICE_ENDS}"
        compared(console, title, losses, against="mean of * and GJR-t (taken)")
    ranked(console, " and ".join(closes), found)


def ranked(console: Console, where: str, found: Mapping[str, Mapping[str, FloatArray]]) -> None:
    """The mean over histories by which the choice was made."""
    names = next(iter(found.values()))
    means = {name: float(np.mean([losses[name].mean() for losses in found.values()])) for name in names}
    order = sorted(means, key=means.__getitem__)
    console.print(
        f"{len(means)} alternatives by their mean on {where}: "
        + "; ".join(f"{name} {means[name]:.4f}" for name in order[:5])
    )


def test_on_sp500(console: Console) -> None:
    """The 1,000 dates with ranges and VIX, once with nothing but what the default takes, once all."""
    history, vix = embedded_history("SPX"), embedded_vix_history()
    ratio, level, log = (ImpliedRegression(implied=vix, form=form) for form in ImpliedForm)
    models: dict[str, VolatilityModel] = {
        OURS: DefaultForecaster(implied=vix),
        "default without VIX": DefaultForecaster(),
        "VIX regression through the origin": ratio,
        "VIX regression with a constant": level,
        "VIX regression in logs": log,
        "VIX squared": RawImplied(vix=vix),
        **PEERS,
        "EGARCH-t": WITH_RANGES["EGARCH-t"],
        "mean of VIX, log-HAR 1, 5, 22, GJR-t": Combination(models=(ratio, CORSI, RETURNS)),
        "log mean of default's parts": Combination(models=(RANGES, ratio), pool=Pool.LOG),
    }
    forecasts = {name: walked(model, history, TEST, implied=vix) for name, model in models.items()}
    losses = {name: forecast.losses(HORIZON) for name, forecast in forecasts.items()}
    losses["default's parts, weights by past loss"] = weighted_by_past(
        forecasts["default without VIX"], forecasts["VIX regression through the origin"]
    )
    compared(console, "S&P 500, the last 1,000 dates", losses, against=OURS)


def weighted_by_past(first: RollingForecast, second: RollingForecast) -> FloatArray:
    """Losses of the two, weighted by inverse mean loss of what was known on each date; equal at first."""
    past = np.stack([first.losses(HORIZON), second.losses(HORIZON)], axis=1)
    found = []
    for at in range(len(past)):
        known = past[: max(at - HORIZON, 0)]
        weights = inverse_loss_weights(known) if len(known) >= HORIZON else (0.5, 0.5)
        forecast = pooled([first.forecast[at], second.forecast[at]], weights, Pool.MEAN)
        found.append(qlike(first.realised[at], forecast)[0])
    return np.array(found)


def test_elsewhere(console: Console) -> None:
    """Histories without implied volatility: ranges, closes, and closes of the years after."""
    cases = {
        "NASDAQ, the last 1,000 dates": (embedded_history("COMP"), TEST, WITH_RANGES),
        "WTI": (embedded_history("WTI"), TEST, OF_CLOSES),
    }
    if CLOSES_FILE.exists():
        closes = read_history(CLOSES_FILE, symbol="SPX")
        cases["S&P 500 closes, 2019 to 2022"] = (closes, LATE_TEST, OF_CLOSES)
    for title, (history, period, models) in cases.items():
        chosen = {OURS: DefaultForecaster(), **models, MOVING: PEERS[MOVING]}
        losses = losses_of(chosen, history, period)
        compared(console, title, losses, against=OURS)


def intervals(console: Console) -> None:
    """Mean loss by horizon and how often the 90% interval held realised volatility, every 20th day."""
    table = Table(
        title="default by horizon, all days after the first 2,000: mean QLIKE; inside the 90% interval"
    )
    for column in ("history", "dates", *(f"{horizon} days" for horizon in OTHER_HORIZONS)):
        table.add_column(column)
    histories = {symbol: (embedded_history(symbol), None) for symbol in ("SPX", "COMP", "WTI")}
    histories["SPX with VIX"] = (embedded_history("SPX"), embedded_vix_history())
    for name, (history, vix) in histories.items():
        losses, inside = coverage(history, vix, step=20)
        cells = (f"{np.mean(x):.3f}; {np.mean(y):.0%}" for x, y in zip(losses.T, inside.T, strict=True))
        table.add_row(name, str(len(losses)), *cells)
    console.print(table)


def coverage(history: PriceHistory, vix: PriceHistory | None, *, step: int) -> tuple[FloatArray, FloatArray]:
    """Losses and whether the interval held, shape (date, horizon); fitted anew on each date."""
    returns = history.log_returns()
    first = 2_000 if vix is None else int(np.searchsorted(history.dates, vix.dates[150]))
    losses, inside = [], []
    for end in range(first, len(returns) - OTHER_HORIZONS[-1], step):
        known = history.until(history.dates[end].item())
        fitted = DefaultForecaster(implied=vix).fitted(known)
        forecast = forecast_from(fitted, as_of=known.dates[-1].item(), horizon_days=OTHER_HORIZONS, seed=end)
        realised = np.array([np.mean(returns[end : end + days] ** 2) for days in OTHER_HORIZONS])
        volatility = np.sqrt(252 * realised)
        losses.append(qlike(realised, forecast.volatility**2 / 252))
        inside.append((forecast.lower <= volatility) & (volatility <= forecast.upper))
    return np.array(losses), np.array(inside, dtype=np.float64)


def main(arguments: Sequence[str]) -> None:
    """Print everything."""
    console, start = Console(width=140), process_time()
    if "--quick" not in arguments:
        choice(console)
    test_on_sp500(console)
    test_elsewhere(console)
    intervals(console)
    console.print(f"{process_time() - start:.0f} s of CPU")


if __name__ == "__main__":
    main(sys.argv[1:])
