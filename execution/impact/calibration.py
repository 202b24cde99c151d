"""Reliability of forecasts: what was realised where so much was forecast, by tenths of the forecasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_REPETITIONS = 1000
_TAILS = (2.5, 97.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Mean forecast and mean of what was realised in each bin, with the latter's 95% interval, (bin,) each.

    slope: of the realised on the forecasts over all rows, with its interval; 1 is calibrated, less is a
    forecast that says too much. NaN where all forecasts are one.
    """

    forecast: FloatArray
    realised: FloatArray
    lower: FloatArray
    upper: FloatArray
    slope: tuple[float, float, float]
    rows: int

    @property
    def covered(self) -> float:
        """Share of the bins whose interval has the mean forecast in it."""
        return float(np.mean((self.forecast >= self.lower) & (self.forecast <= self.upper)))


def reliability(
    forecast: FloatArray, realised: FloatArray, *, block: int, bins: int = 10, seed: int = 0
) -> Reliability:
    """Sort forecasts (row,), rows in order of time, into bins of equal numbers, and see what was realised.

    block: rows that the bootstrap draws together. ValueError for fewer rows than bins, for fewer than two
    blocks, and for numbers that are not finite.
    """
    rows, blocks = len(forecast), len(forecast) // block
    if rows < bins or blocks < 2:
        raise ValueError(f"{rows} rows are too few for {bins} bins and two blocks of {block}")
    if not (np.all(np.isfinite(forecast)) and np.all(np.isfinite(realised))):
        raise ValueError("forecasts and what was realised must be finite")
    bin_of = np.empty(rows, np.int64)
    bin_of[np.argsort(forecast, kind="stable")] = np.arange(rows) * bins // rows
    block_of = np.minimum(np.arange(rows) // block, blocks - 1)
    cell = block_of * bins + bin_of
    count, total, told = (
        np.bincount(cell, weight, blocks * bins).reshape(blocks, bins)
        for weight in (np.ones(rows), realised, forecast)
    )
    drawn = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1.0 / blocks), _REPETITIONS)
    means = (drawn @ total) / np.where(drawn @ count > 0.0, drawn @ count, np.nan)
    lower, upper = np.nanpercentile(means, _TAILS, axis=0)
    return Reliability(
        forecast=told.sum(axis=0) / count.sum(axis=0),
        realised=total.sum(axis=0) / count.sum(axis=0),
        lower=lower,
        upper=upper,
        slope=_slope(forecast, realised, block_of, drawn),
        rows=rows,
    )


def _slope(
    forecast: FloatArray, realised: FloatArray, block_of: npt.NDArray[np.int64], drawn: npt.NDArray[np.int64]
) -> tuple[float, float, float]:
    """Slope of the least-squares line with its interval over blocks."""
    told, came = forecast - forecast.mean(), realised - realised.mean()
    product, square = (np.bincount(block_of, each) for each in (told * came, told**2))
    if not square.sum() > 0.0:
        return np.nan, np.nan, np.nan
    lower, upper = np.percentile((drawn @ product) / np.maximum(drawn @ square, 1e-300), _TAILS)
    return float(product.sum() / square.sum()), float(lower), float(upper)
