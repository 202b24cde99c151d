"""A chain to a surface, with all that says whether to trust it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from hedger.chain_curves import chain_curves
from pricing.business_time import BusinessClock
from pricing.curves import DiscountCurve, FloatArray, ForwardCurve
from pricing.dynamics import SmileDynamics, sticky_local_volatility
from pricing.market import Source
from pricing.option import Exercise
from pricing.parity import AssumedCarry
from pricing.parity_fit import ParityFit
from pricing.quotes import Quotes, read_chain
from pricing.surface.fit import FitReport, SurfaceModel, fit_surface
from pricing.surface.landmarks import SmileLandmarks, smile_landmarks
from pricing.surface.storage import StoredSurface
from pricing.surface.surface import VolSurface
from pricing.variance_swap import variance_swap_volatility

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceStudy:
    """What a chain says: curves, surface, fit, certificate, and the smile's landmarks at each expiry.

    parity: by expiry, without the expiries that have no call and put at one strike. variance_swap: fair
    volatility of a variance swap to each expiry, per sqrt(year). local_dynamics: skew-stickiness ratio at
    each expiry if local volatility stays.
    """

    quotes: Quotes
    discount: DiscountCurve
    forward: ForwardCurve
    parity: tuple[ParityFit, ...]
    surface: VolSurface
    fit: FitReport
    landmarks: SmileLandmarks
    variance_swap: FloatArray
    local_dynamics: SmileDynamics

    @property
    def expiry_years(self) -> FloatArray:
        """Expiries with quotes in the fit, ACT/365F years."""
        return self.landmarks.expiry_years

    def expiries(self) -> tuple[datetime, ...]:
        """The expiry instants, to the second, in UTC."""
        seconds = np.rint(self.expiry_years * 365 * 86_400)
        return tuple(self.quotes.as_of + timedelta(seconds=float(each)) for each in seconds)

    def stored(self) -> StoredSurface:
        """The surface with its curves, certificate and source, to be saved."""
        quotes = self.quotes
        return StoredSurface(
            surface=self.surface,
            underlying=quotes.underlying,
            as_of=quotes.as_of,
            discount=self.discount,
            forward=self.forward,
            certificate=self.fit.certificate,
            sources=(Source(part="quotes", origin=quotes.origin, sha256=quotes.sha256),),
        )


def study_surface(
    chain: Path,
    *,
    underlying: str | None = None,
    as_of: date | None = None,
    model: SurfaceModel = SurfaceModel.SMOOTH,
    business_time: bool = True,
    exercise: Exercise | None = None,
    otherwise: AssumedCarry | None = None,
    progress: Progress | None = None,
) -> SurfaceStudy:
    """Read a chain, imply its curves and fit `model` to it.

    underlying: None for the file's only one. as_of: None for the file's last day. business_time: variance
    between expiries runs by the business clock instead of the calendar. exercise: None for the market's
    convention; the premium of American quotes is taken out first, and `quotes` are then the European ones.
    otherwise: the carry of a chain that has no call and put at one strike. Raises InputError for a chain that
    cannot be used.
    """
    say = progress or (lambda stage, fraction: None)
    say("reading the chain", 0.05)
    quotes = read_chain(chain, underlying=underlying, as_of=as_of)
    say("implying forwards from put-call parity", 0.3)
    european = chain_curves(quotes, exercise=exercise, otherwise=otherwise)
    say("fitting the surface", 0.4)
    clock = BusinessClock(as_of=quotes.as_of) if business_time else None
    fitted = fit_surface(european.quotes, european.discount, european.forward, model=model, clock=clock)
    years = np.array([expiry.expiry_years for expiry in fitted.report.expiries])
    say("measuring it", 0.8)
    return SurfaceStudy(
        quotes=european.quotes,
        discount=european.discount,
        forward=european.forward,
        parity=european.fits,
        surface=fitted.surface,
        fit=fitted.report,
        landmarks=smile_landmarks(fitted.surface, years),
        variance_swap=variance_swap_volatility(fitted.surface, years),
        local_dynamics=sticky_local_volatility(fitted.surface, years),
    )
