"""From clean quotes to an arbitrage-free surface, with a report of how well it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pricing.curves import DiscountCurve, ForwardCurve
from pricing.errors import InputError, InputProblem
from pricing.quotes import Quotes
from pricing.surface.arbitrage import ArbitrageCertificate, certify
from pricing.surface.smile import Smile, market_smiles
from pricing.surface.ssvi import SsviSurface
from pricing.surface.ssvi_fit import fit_ssvi
from pricing.surface.surface import VolSurface
from pricing.surface.svi import SviSurface
from pricing.surface.svi_fit import fit_svi


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryFit:
    """How one expiry's out-of-the-money quotes are met; errors against mid, per sqrt(year)."""

    expiry_years: float
    quotes: int
    inside_bid_ask: int
    rms_volatility_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FitReport:
    """The model that was fitted, how it meets the quotes, and its arbitrage certificate."""

    model: str
    expiries: tuple[ExpiryFit, ...]
    certificate: ArbitrageCertificate

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


def fit_surface(quotes: Quotes, discount: DiscountCurve, forward: ForwardCurve) -> FittedSurface:
    """Fit SVI per expiry with calendar and butterfly penalties, or eSSVI where that is not free of arbitrage.

    The SVI surface is taken when its certificate on a dense grid is clean; eSSVI is free of arbitrage by its
    parametrisation and meets fewer quotes. Raises InputError when no quote has an implied volatility.
    """
    smiles = market_smiles(quotes, discount, forward)
    if not smiles:
        expected = "an out-of-the-money quote whose bid and ask have an implied volatility"
        raise InputError(InputProblem(file=quotes.origin or quotes.underlying, expected=expected))
    expiry_years = np.array([smile.expiry_years for smile in smiles])
    surface: SviSurface | SsviSurface = fit_svi(smiles)
    model = "SVI per expiry"
    certificate = certify(surface, expiry_years)
    if not certificate.is_clean:
        surface, model = fit_ssvi(smiles), "eSSVI"
        certificate = certify(surface, expiry_years)
    report = FitReport(model=model, expiries=_expiry_fits(surface, smiles), certificate=certificate)
    return FittedSurface(surface=replace(surface, description=_described(quotes, report)), report=report)


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
    return (
        f"{report.model} fitted to {report.quotes:,} out-of-the-money quotes on {quotes.underlying} in "
        f"{count} {expiries} ({report.inside_share:.0%} inside bid-ask; {state} static arbitrage on the grid "
        "checked)"
    )
