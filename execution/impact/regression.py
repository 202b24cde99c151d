"""Linear regression with errors that hold under heteroskedasticity and autocorrelation, and its forecasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Ordinary least squares of a target on columns; coefficients, errors: (column,).

    errors: standard, of Newey and West (Econometrica 55, 1987) with Bartlett's weights on `lags` lags.
    """

    coefficients: FloatArray
    errors: FloatArray
    r_squared: float
    lags: int

    def forecast(self, columns: FloatArray) -> FloatArray:
        """Forecasts (row,) of columns (row, column)."""
        return np.asarray(columns @ self.coefficients)


def regress(columns: FloatArray, target: FloatArray, *, lags: int | None = None) -> Regression:
    """Regress a target (row,) on columns (row, column), rows in order of time.

    A constant is a column of ones like any other.

    lags: as many as forecasts overlap, or more; floor(4 (rows / 100)^(2/9)) when left out (Newey and West
    1994). Columns that others make up get the least of all coefficients. R2 is around the target's mean.
    ValueError for no more rows than columns and for numbers that are not finite.
    """
    rows, width = columns.shape
    if rows <= width or target.shape != (rows,):
        raise ValueError(f"{rows} rows of {width} columns for {target.shape} targets, expected more rows")
    if not (np.all(np.isfinite(columns)) and np.all(np.isfinite(target))):
        raise ValueError("columns and target must be finite")
    lags = int(4.0 * (rows / 100.0) ** (2.0 / 9.0)) if lags is None else min(lags, rows - 1)
    coefficients = np.asarray(np.linalg.lstsq(columns, target, rcond=None)[0], np.float64)
    residual = target - columns @ coefficients
    bread = np.linalg.pinv(columns.T @ columns)
    covariance = bread @ _long_run(columns * residual[:, None], lags) @ bread
    spread = float(np.sum((target - target.mean()) ** 2))
    return Regression(
        coefficients=coefficients,
        errors=np.sqrt(np.maximum(np.diag(covariance), 0.0)),
        r_squared=1.0 - float(residual @ residual) / spread if spread > 0.0 else 0.0,
        lags=lags,
    )


def _long_run(scores: FloatArray, lags: int) -> FloatArray:
    """Sum of the scores' products with each other up to so many lags, (column, column)."""
    total = scores.T @ scores
    for lag in range(1, lags + 1):
        shifted = scores[lag:].T @ scores[:-lag]
        total = total + (1.0 - lag / (lags + 1.0)) * (shifted + shifted.T)
    return np.asarray(total)
