"""From clean quotes to an arbitrage-free surface, with a report of how well it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from pricing.business_time import BusinessClock
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.errors import InputError, InputProblem
from pricing.quotes import Quotes
from pricing.surface.arbitrage import ArbitrageCertificate, certify_densely
from pricing.surface.clocked import ClockedSurface
from pricing.surface.convex_program import ProgramError
from pricing.surface.smile import Smile, market_smiles
from pricing.surface.smooth_fit import fit_smooth
from pricing.surface.smooth_smile import Margins
from pricing.surface.smooth_surface import SmoothSurface
from pricing.surface.ssvi import SsviSurface
from pricing.surface.ssvi_fit import fit_ssvi
from pricing.surface.surface import VolSurface
from pricing.surface.svi import SviSurface
from pricing.surface.svi_fit import fit_svi

if TYPE_CHECKING:
    from pricing.surface.heston import BatesSurface, HestonSurface

    _FittedModel = SmoothSurface | SviSurface | SsviSurface | HestonSurface | BatesSurface

# Tried in turn until the certificate is clean: the margins hold at points, and a smile moves between them.
_MARGINS = (
    Margins(),
    Margins(butterfly=0.03, calendar=4.0, stiffness=10.0),
    Margins(butterfly=0.1, calendar=10.0, stiffness=1000.0),
)
_FEW_QUOTES = 5


class SurfaceModel(StrEnum):
    """The surfaces that `fit_surface` fits to a chain."""

    SMOOTH = "smooth"
    SVI = "svi"
    ESSVI = "essvi"
    HESTON = "heston"
    BATES = "bates"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryFit:
    """How one expiry's out-of-the-money quotes are met; errors against mid, per sqrt(year)."""

    expiry_years: float
    quotes: int
    inside_bid_ask: int
    rms_volatility_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FitReport:
    """The model that was fitted, how it meets the quotes, and its arbitrage certificate.

    reason: why it is not the model that was asked for, or nothing.
    """

    model: str
    expiries: tuple[ExpiryFit, ...]
    certificate: ArbitrageCertificate
    reason: str = ""

    @property
    def quotes(self) -> int:
        """Out-of-the-money quotes that the fit was made to."""
        return sum(expiry.quotes for expiry in self.expiries)

    @property
    def inside_bid_ask(self) -> int:
        """How many of them the surface prices between bid and ask."""
        return sum(expiry.inside_bid_ask for expiry in self.expiries)

    @property
    def inside_share(self) -> float:
        """Share of the quotes priced between bid and ask."""
        return self.inside_bid_ask / self.quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedSurface:
    """A surface and the report of its fit."""

    surface: VolSurface
    report: FitReport


def fit_surface(
    quotes: Quotes,
    discount: DiscountCurve,
    forward: ForwardCurve,
    *,
    model: SurfaceModel = SurfaceModel.SMOOTH,
    clock: BusinessClock | None = None,
) -> FittedSurface:
    """Fit a surface free of static arbitrage to the out-of-the-money quotes, and certify it on a dense grid.

    SMOOTH goes through the market by convex programmes; SVI has five parameters an expiry; eSSVI, three, is
    free of arbitrage by its parametrisation. Where one's certificate is not clean the next one is taken,
    and the report says why. HESTON and BATES are calibrated and returned as they are. clock: variance between
    the expiries runs in its business time instead of evenly.
    Raises InputError when no quote has an implied volatility.
    """
    smiles = market_smiles(quotes, discount, forward)
    if not smiles:
        expected = "an out-of-the-money quote whose bid and ask have an implied volatility"
        raise InputError(InputProblem(file=quotes.origin or quotes.underlying, expected=expected))
    fitted = _fitted(smiles if clock is None else _timed(smiles, clock), model)
    surface: VolSurface = replace(fitted.surface, description=_described(quotes, fitted.report))
    if clock is not None:
        surface = ClockedSurface(base=surface, clock=clock)
    report = replace(fitted.report, expiries=_expiry_fits(surface, smiles))
    return FittedSurface(surface=surface, report=report)


def _timed(smiles: Sequence[Smile], clock: BusinessClock) -> tuple[Smile, ...]:
    """The same total variances at business years."""
    years = clock.business_years([smile.expiry_years for smile in smiles]).tolist()
    return tuple(replace(smile, expiry_years=at) for smile, at in zip(smiles, years, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    surface: _FittedModel
    report: FitReport


def _fitted(smiles: Sequence[Smile], model: SurfaceModel) -> _Fitted:
    """The first from `model` on whose certificate is clean, eSSVI if none is; Heston, Bates as they are."""
    if model in (SurfaceModel.HESTON, SurfaceModel.BATES):
        return _calibrated(smiles, model)
    reasons: list[str] = []
    if model is SurfaceModel.SMOOTH:
        for margins in _MARGINS:
            try:
                fitted = _reported(fit_smooth(smiles, margins), "smooth splines", smiles)
            except ProgramError as error:
                reasons = [f"the smooth surface's {error}"]
                continue
            if fitted.report.certificate.is_clean:
                return fitted
            reasons = [_dirty("the smooth surface", fitted)]
    if model is not SurfaceModel.ESSVI:
        fitted = _reported(fit_svi(smiles), "SVI per expiry", smiles, reasons)
        if fitted.report.certificate.is_clean:
            return fitted
        reasons.append(_dirty("SVI", fitted))
    return _reported(fit_ssvi(smiles), "eSSVI", smiles, reasons)


def _calibrated(smiles: Sequence[Smile], model: SurfaceModel) -> _Fitted:
    # Their kernels take a while to load, and few runs ask for them.
    from pricing.surface.heston_fit import fit_bates, fit_heston

    if model is SurfaceModel.HESTON:
        return _reported(fit_heston(smiles), "Heston", smiles)
    return _reported(fit_bates(smiles), "Bates", smiles)


def _dirty(name: str, fitted: _Fitted) -> str:
    return f"{name} had {fitted.report.certificate.violations} points of static arbitrage"


def _reported(
    surface: _FittedModel,
    name: str,
    smiles: Sequence[Smile],
    reasons: Sequence[str] = (),
) -> _Fitted:
    certificate = certify_densely(surface, [smile.expiry_years for smile in smiles])
    expiries = _expiry_fits(surface, smiles)
    report = FitReport(model=name, expiries=expiries, certificate=certificate, reason="; ".join(reasons))
    return _Fitted(surface=surface, report=report)


def _expiry_fits(surface: VolSurface, smiles: Sequence[Smile]) -> tuple[ExpiryFit, ...]:
    return tuple(_expiry_fit(surface, smile) for smile in smiles)


def _expiry_fit(surface: VolSurface, smile: Smile) -> ExpiryFit:
    variance = surface.total_variance(smile.log_moneyness, smile.expiry_years)
    mid_volatility = (np.sqrt(smile.lower) + np.sqrt(smile.upper)) / 2
    error = (np.sqrt(variance) - mid_volatility) / np.sqrt(smile.expiry_years)
    return ExpiryFit(
        expiry_years=smile.expiry_years,
        quotes=len(smile.log_moneyness),
        inside_bid_ask=int(smile.is_inside(variance).sum()),
        rms_volatility_error=float(np.sqrt(np.mean(error**2))),
    )


def _described(quotes: Quotes, report: FitReport) -> str:
    state = "free of" if report.certificate.is_clean else f"{report.certificate.violations} points of"
    count = len(report.expiries)
    expiries = "expiry" if count == 1 else "expiries"
    quoted = "quote" if report.quotes == 1 else "quotes"
    thin = sum(expiry.quotes < _FEW_QUOTES for expiry in report.expiries)
    notes = [
        f"{report.inside_bid_ask:,} inside bid-ask",
        f"{state} static arbitrage on the grid checked",
        f"{thin} with fewer than {_FEW_QUOTES} quotes, shaped by default" if thin else "",
        report.reason,
    ]
    return (
        f"{report.model} fitted to {report.quotes:,} out-of-the-money {quoted} on {quotes.underlying} in "
        f"{count} {expiries} ({'; '.join(filter(None, notes))})"
    )
