"""What closed days and nights weigh in the S&P 500's variance, and what a business clock is worth.

The estimates come from the embedded history of 1999 to 2018. The clock's worth is measured on real chains:
each expiry up to 60 days is left out in turn, its variance at the money interpolated from its neighbours in
calendar time and in business time, and compared with the quoted one.
"""

from __future__ import annotations

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.surface_fit import CHAINS, FILES, chains
from pricing.business_time import BusinessClock, FloatArray
from pricing.embedded import embedded_history
from pricing.history import PriceHistory
from pricing.parity import imply_curves
from pricing.surface.smile import market_smiles

CLEAN_YEARS = 60 / 365
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0)
SHARES = (0.25, 0.5, 0.65, 0.85, 1.0)
RESAMPLES = 2_000
LOCAL_DAYS = 21


def closed_day_weight(history: PriceHistory, rng: np.random.Generator) -> tuple[float, float, float]:
    """Extra variance of a return over closed days, per closed day, in trading days; 95% bootstrap interval.

    Squared returns are divided by the mean of the 21 days around them, which leaves the level out.
    """
    squared = history.log_returns() ** 2
    closed = np.diff(history.dates).astype(int) - 1
    local = np.convolve(squared, np.full(LOCAL_DAYS, 1 / LOCAL_DAYS), mode="same")
    relative = squared / local
    over_weekend, plain = relative[closed == 2], relative[closed == 0]

    def weight(weekend: FloatArray, week: FloatArray) -> float:
        return float((weekend.mean() / week.mean() - 1) / 2)

    draws = [
        weight(rng.choice(over_weekend, len(over_weekend)), rng.choice(plain, len(plain)))
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(draws, (0.025, 0.975))
    return weight(over_weekend, plain), float(low), float(high)


def left_out_errors(file: str, **parameters: float) -> FloatArray:
    """Mean absolute volatility error at the money of left-out expiries, one a day [per sqrt(year)].

    parameters: of the business clock; calendar time without any.
    """
    by_day = []
    for _, quotes, _ in chains(CHAINS / file):
        discount, forward, _ = imply_curves(quotes)
        smiles = [s for s in market_smiles(quotes, discount, forward) if s.expiry_years < CLEAN_YEARS]
        if len(smiles) < 5:
            continue
        years = np.array([smile.expiry_years for smile in smiles])
        variance = np.array([smile.atm_total_variance for smile in smiles])
        clock = years
        if parameters:
            clock = BusinessClock(as_of=quotes.as_of, **parameters).business_years(years)
        at = np.arange(1, len(years) - 1)
        share = (clock[at] - clock[at - 1]) / (clock[at + 1] - clock[at - 1])
        between = variance[at - 1] + share * (variance[at + 1] - variance[at - 1])
        by_day.append(np.mean(np.abs(np.sqrt(between / years[at]) - np.sqrt(variance[at] / years[at]))))
    return np.array(by_day)


def main() -> None:
    """Print both tables."""
    console = Console()
    rng = np.random.default_rng(0)
    history = embedded_history("SPX")
    weight, low, high = closed_day_weight(history, rng)
    console.print(
        f"Closed day, S&P 500 {history.dates[0]} to {history.dates[-1]}: {weight:.3f} of a trading day "
        f"(95% {low:.3f} to {high:.3f})"
    )
    night = np.log(history.open[1:] / history.close[:-1])
    session = np.log(history.close[1:] / history.open[1:])
    share = session.var() / (session.var() + night.var())
    console.print(
        f"Session's share of variance by the index's own opens, which are partly stale: {share:.3f}"
    )
    if not CHAINS.exists():
        console.print("The shared chains are absent: no table of left-out expiries.")
        return
    calendar = left_out_errors(FILES[1])
    table = Table("clock", "mean error [vol points]", "calendar's less ours, paired by day")
    table.add_row("calendar", f"{100 * calendar.mean():.3f}", "")
    scans = [{"closed_day_weight": each} for each in WEIGHTS] + [{"session_share": each} for each in SHARES]
    for parameters in scans:
        error = left_out_errors(FILES[1], **parameters)
        gain = 100 * (calendar - error)
        interval = 1.96 * gain.std(ddof=1) / np.sqrt(len(gain))
        said = ", ".join(f"{name} {value:g}" for name, value in parameters.items())
        table.add_row(said, f"{100 * error.mean():.3f}", f"{gain.mean():.3f} +- {interval:.3f}")
    console.print(table)


if __name__ == "__main__":
    main()
