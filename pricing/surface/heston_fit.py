"""Heston's and Bates's models calibrated to the smiles of a chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from pricing.black import black_price
from pricing.fourier.model import AffineModel, BatesModel, HestonModel
from pricing.fourier.prices import normalised_prices
from pricing.surface.heston import BatesSurface, HestonSurface
from pricing.surface.smile import Smile

FloatArray = npt.NDArray[np.float64]
Loss = Literal["linear", "soft_l1"]

# v0, kappa, theta, sigma, rho, then intensity, mean and deviation of the jumps.
_LEAST = np.array([1e-6, 1e-3, 1e-6, 1e-2, -0.9999, 1e-3, -1.0, 1e-3])
_MOST = np.array([9.0, 50.0, 9.0, 20.0, 0.9999, 20.0, 0.5, 1.0])
_LOGARITHMIC = np.array([True, True, True, True, False, True, False, True])
_CENTRE = np.array([np.nan, 2.0, np.nan, 0.8, -0.6, 0.3, -0.1, 0.12])
_SPREAD = np.array([0.3, 0.8, 0.3, 0.6, 0.2, 0.8, 0.05, 0.5])
_NARROWEST_BAND = 1e-3
_QUOTES_PER_START = 10
_STARTS = 4
_EDGE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationProblem:
    """Out-of-the-money quotes as normalised prices c = V / (D F): middle and half width of the band."""

    log_moneyness: FloatArray
    expiry_years: FloatArray
    middle: FloatArray
    half_band: FloatArray

    def errors(self, model: AffineModel) -> FloatArray:
        """Model less middle price in half bands; the vega cancels, so these are errors of variance too."""
        log_price = normalised_prices(model, self.log_moneyness, self.expiry_years).log_price
        return np.asarray((np.exp(log_price) - self.middle) / self.half_band)

    def cost(self, model: AffineModel) -> float:
        """Half the sum of squared errors, in half bands."""
        return 0.5 * float(np.sum(self.errors(model) ** 2))

    def inside_share(self, model: AffineModel) -> float:
        """Share of the quotes priced between bid and ask."""
        return float(np.mean(np.abs(self.errors(model)) <= 1.0))

    def part(self, rows: npt.NDArray[np.int64]) -> CalibrationProblem:
        """The quotes at `rows`."""
        return CalibrationProblem(
            log_moneyness=self.log_moneyness[rows],
            expiry_years=self.expiry_years[rows],
            middle=self.middle[rows],
            half_band=self.half_band[rows],
        )


def calibration_problem(smiles: Sequence[Smile]) -> CalibrationProblem:
    """The quotes of all smiles, priced by Black at the edges of their bands; locked ones get 0.1%."""
    k = np.concatenate([smile.log_moneyness for smile in smiles])
    years = np.concatenate([np.full(len(smile.log_moneyness), smile.expiry_years) for smile in smiles])
    edges = [np.concatenate([getattr(smile, edge) for smile in smiles]) for edge in ("lower", "upper")]
    bid, ask = (black_price(1.0, np.exp(k), 1.0, np.sqrt(edge), 1.0, k >= 0.0) for edge in edges)
    middle = (bid + ask) / 2
    half_band = np.maximum((ask - bid) / 2, _NARROWEST_BAND * middle)
    return CalibrationProblem(log_moneyness=k, expiry_years=years, middle=middle, half_band=half_band)


def fit_heston(
    smiles: Sequence[Smile], *, starts: int = _STARTS, seed: int = 0, loss: Loss = "soft_l1"
) -> HestonSurface:
    """Calibrate Heston's model to out-of-the-money quotes, errors in half bands.

    Trust-region least squares with the exact gradient: from `starts` drawn starts on at most ten quotes an
    expiry, then from the best of them on all quotes. loss: scipy's; soft_l1 keeps quotes that the model
    cannot meet from ruling the fit. Feller's condition is not imposed: see `model.satisfies_feller`.
    """
    problem = calibration_problem(smiles)
    found = _calibrated(problem, _draws(smiles, 5, starts, seed), loss)
    model = _heston(found)
    return HestonSurface(model=model, description=_described("Heston", problem, model))


def fit_bates(
    smiles: Sequence[Smile], *, starts: int = _STARTS, seed: int = 0, loss: Loss = "soft_l1"
) -> BatesSurface:
    """Calibrate Bates's model as `fit_heston` does Heston's, which is one of the starts (with few jumps)."""
    problem = calibration_problem(smiles)
    heston = fit_heston(smiles, starts=starts, seed=seed, loss=loss).model.numbers[:5]
    first = np.concatenate((heston, [0.05, -0.1, 0.1]))
    found = _calibrated(problem, [first, *_draws(smiles, 8, starts, seed)], loss)
    model = BatesModel(
        diffusion=_heston(found[:5]), jump_intensity=found[5], jump_mean=found[6], jump_deviation=found[7]
    )
    return BatesSurface(model=model, description=_described("Bates", problem, model))


def _draws(smiles: Sequence[Smile], count: int, starts: int, seed: int) -> list[FloatArray]:
    """Starts about the at-the-money variances of the first and the last expiry, the first one undisturbed."""
    centre = _CENTRE[:count].copy()
    for at, smile in ((0, smiles[0]), (2, smiles[-1])):
        centre[at] = smile.atm_total_variance / smile.expiry_years
    noise = np.random.default_rng(seed).standard_normal((max(starts, 1), count)) * _SPREAD[:count]
    noise[0] = 0.0
    logarithmic = _LOGARITHMIC[:count]
    drawn = np.where(logarithmic, centre * np.exp(noise), centre + noise)
    return list(drawn)


def _calibrated(problem: CalibrationProblem, starts: Sequence[FloatArray], loss: Loss) -> FloatArray:
    few = problem.part(_thinned(problem))
    fits = [_minimised(few, start, loss, 1e-3) for start in starts]
    best = min(fits, key=lambda fit: float(fit.cost))
    return _numbers(_minimised(problem, _numbers(best.x), loss, 1e-6).x)


def _thinned(problem: CalibrationProblem) -> npt.NDArray[np.int64]:
    """Rows of at most ten quotes an expiry, spread evenly over its strikes."""
    groups = np.split(np.arange(problem.expiry_years.size), np.flatnonzero(np.diff(problem.expiry_years)) + 1)
    picks = [
        group[np.unique(np.linspace(0, group.size - 1, _QUOTES_PER_START).astype(np.int64))]
        for group in groups
    ]
    return np.concatenate(picks)


def _minimised(problem: CalibrationProblem, start: FloatArray, loss: Loss, tolerance: float) -> Any:
    count = start.size

    def residuals(free: FloatArray) -> FloatArray:
        # A point where the sum lost all digits is as bad as a price of zero, not a failure.
        return np.nan_to_num(problem.errors(_model(_numbers(free))), nan=-1e3)

    def jacobian(free: FloatArray) -> FloatArray:
        numbers = _numbers(free)
        found = normalised_prices(
            _model(numbers), problem.log_moneyness, problem.expiry_years, with_gradient=True
        )
        by_number = np.exp(found.log_price)[:, None] * found.gradient[:, :count]
        scale = np.where(_LOGARITHMIC[:count], numbers, 1.0)
        return np.nan_to_num(by_number * scale / problem.half_band[:, None])

    least, most = _free(_LEAST[:count]), _free(_MOST[:count])
    return least_squares(
        residuals,
        np.clip(_free(start), least + _EDGE, most - _EDGE),  # scipy wants to start inside
        jac=jacobian,
        bounds=(least, most),
        loss=loss,
        x_scale=_SPREAD[:count],
        ftol=tolerance,
        xtol=tolerance,
        gtol=tolerance,
        max_nfev=100,
    )


def _free(numbers: FloatArray) -> FloatArray:
    logarithmic = _LOGARITHMIC[: numbers.size]
    return np.where(logarithmic, np.log(np.where(logarithmic, numbers, 1.0)), numbers)


def _numbers(free: FloatArray) -> FloatArray:
    logarithmic = _LOGARITHMIC[: free.size]
    return np.where(logarithmic, np.exp(np.where(logarithmic, free, 0.0)), free)


def _heston(numbers: FloatArray) -> HestonModel:
    return HestonModel(
        initial_variance=float(numbers[0]),
        mean_reversion=float(numbers[1]),
        long_run_variance=float(numbers[2]),
        volatility_of_variance=float(numbers[3]),
        correlation=float(numbers[4]),
    )


def _model(numbers: FloatArray) -> AffineModel:
    diffusion = _heston(numbers)
    if numbers.size == 5:
        return diffusion
    intensity, mean, deviation = numbers[5:].tolist()
    return BatesModel(diffusion=diffusion, jump_intensity=intensity, jump_mean=mean, jump_deviation=deviation)


def _described(name: str, problem: CalibrationProblem, model: AffineModel) -> str:
    feller = "holds" if model.satisfies_feller else "does not hold"
    return (
        f"{name} model calibrated to {problem.middle.size:,} out-of-the-money quotes "
        f"({problem.inside_share(model):.0%} inside bid-ask; Feller's condition {feller})"
    )
