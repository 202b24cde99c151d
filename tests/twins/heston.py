"""Slow obvious twin of the Heston kernel: Lewis's integral on a vertical line by adaptive quadrature."""

from __future__ import annotations

import cmath

import numpy as np
from scipy.integrate import quad

from pricing.fourier.model import AffineModel, BatesModel


def cumulant(model: AffineModel, s: complex, years: float) -> complex:
    """log E[exp(s log(S_T / F))] as printed by Albrecher, Mayer, Schoutens and Tistaert (2007)."""
    v0, kappa, theta, sigma, rho = model.numbers[:5]
    beta = kappa - rho * sigma * s
    d = cmath.sqrt(beta**2 - sigma**2 * s * (s - 1))
    g, decay = (beta - d) / (beta + d), cmath.exp(-d * years)
    level = kappa * theta / sigma**2 * ((beta - d) * years - 2 * cmath.log((1 - g * decay) / (1 - g)))
    total = level + v0 / sigma**2 * (beta - d) * (1 - decay) / (1 - g * decay)
    if isinstance(model, BatesModel):
        mean, half = model.jump_mean, model.jump_deviation**2 / 2
        jump = cmath.exp(s * (mean + half * s)) - 1 - s * (cmath.exp(mean + half) - 1)
        total += model.jump_intensity * years * jump
    return total


def otm_price(model: AffineModel, log_moneyness: float, years: float) -> float:
    """Out-of-the-money price over the forward: 1 (or K / F) less the covered call (Lewis 2000)."""

    def integrand(u: float) -> float:
        s = 0.5 + 1j * u
        return (cmath.exp(cumulant(model, s, years) + (1 - s) * log_moneyness) / (u**2 + 0.25)).real

    covered = sum(
        quad(integrand, low, high, epsabs=1e-14, epsrel=1e-12, limit=2_000)[0]
        for low, high in ((0.0, 10.0), (10.0, 100.0), (100.0, 1000.0))
    )
    return float(min(1.0, np.exp(log_moneyness)) - covered / np.pi)
