"""Almgren and Chriss (2000) for several assets: the static schedule that sheds their joint risk."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dgejsv, dpotrf, dpstrf, dtrtri

from execution.schedules.multi_asset_schedule import whole_legs
from execution.schedules.schedule import FloatArray, IntArray

# A slice that sheds all but exp(-700) sheds everything; the square of the least decay is still a double, and
# so slow a decay is even trading to the last digit.
_LARGEST_DECAY = 700.0
_LEAST_DECAY = 1e-150
# Of the largest entry or eigenvalue: what rounding leaves of a symmetric, semidefinite matrix.
_ROUNDING = 1e-12


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MultiAssetAlmgrenChriss:
    """Minimises expected cost + risk_aversion x variance of cost over static trajectories of several legs.

    Holdings left are x_k at the edges of slices of tau, from the quantities to 0, in any signs. The cost is
    sum dx' H~ dx / tau + risk_aversion tau sum x_k' C x_k with H~ = H - G tau / 2, up to what all paths pay.
    Where C V = H~ V diag(a) and V' H~ V = 1, each mode V' H~ x falls as sinh(k_i (T - t)) / sinh(k_i T) with
    cosh(k_i tau) = 1 + risk_aversion a_i tau^2 / 2. A leg may overshoot and trade back where that hedges
    the others.

    Time is in any one unit, money is currency per contract. covariance: C of the mids' moves [currency^2 per
    time], positive semidefinite. temporary_impact: H [currency per contract, per contract per time], positive
    definite. permanent_impact: G [currency per contract, per contract]; both symmetric, without which round
    trips would pay. risk_aversion: lambda [per currency], 0 or more. Raises ValueError outside of these.

    Reference: R. Almgren and N. Chriss, Optimal execution of portfolio transactions, Journal of Risk 3
    (2000), section 5 and appendix.
    """

    horizon: float
    covariance: FloatArray
    temporary_impact: FloatArray
    risk_aversion: float
    permanent_impact: FloatArray | None = None
    legs: int = field(init=False)
    _modes: tuple[FloatArray, FloatArray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not (0.0 < self.horizon < math.inf and 0.0 <= self.risk_aversion < math.inf):
            raise ValueError(
                f"expected a horizon above 0 and a risk aversion of 0 or more, finite; "
                f"got {self.horizon:g} and {self.risk_aversion:g}"
            )
        for name in ("covariance", "temporary_impact", "permanent_impact"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, symmetric(getattr(self, name), name))
        object.__setattr__(self, "legs", len(self.covariance))
        permanent = self.temporary_impact if self.permanent_impact is None else self.permanent_impact
        if not len(self.temporary_impact) == len(permanent) == self.legs:
            raise ValueError("covariance and impact must be of the same legs")
        object.__setattr__(self, "_modes", risk_modes(self.covariance, self.temporary_impact))

    @property
    def name(self) -> str:
        """The schedule's name."""
        return "multi-asset-almgren-chriss"

    def plan(
        self, quantities: Sequence[int], slices: int, *, lot_sizes: Sequence[int] | None = None
    ) -> IntArray:
        """Signed child quantities [contracts], shape (slice, leg), which sum exactly to the quantities."""
        return whole_legs(self.holdings(quantities, slices), quantities, lot_sizes)

    def holdings(self, quantities: npt.ArrayLike, slices: int) -> FloatArray:
        """What is left at each slice's edge [contracts], shape (slice + 1, leg), from quantities to 0.

        Written with decaying exponentials, so that neither a vanishing nor an enormous decay overflows.
        ValueError when there is no slice or quantities are not finite, one for each leg.
        """
        start = checked_quantities(quantities, self.legs)
        if slices < 1:
            raise ValueError(f"a schedule needs at least one slice, got {slices}")
        tau = self.horizon / slices
        impact = self.net_temporary_impact(tau)
        unmoved = self.permanent_impact is None
        risk, modes = self._modes if unmoved else risk_modes(self.covariance, impact)
        # 2 asinh(sqrt(z / 2)) is arccosh(1 + z) without its cancellation at small z.
        decay = 2.0 * np.arcsinh(0.5 * tau * math.sqrt(self.risk_aversion) * np.sqrt(risk))
        decay = np.minimum(np.maximum(decay, _LEAST_DECAY), _LARGEST_DECAY)
        edge = np.arange(slices + 1)[:, np.newaxis]
        falling = np.exp(-decay * edge) * np.expm1(-2.0 * decay * (slices - edge))
        falling *= (start @ impact @ modes) / np.expm1(-2.0 * decay * slices)
        holdings: FloatArray = falling @ modes.T
        holdings[0], holdings[-1] = start, 0.0
        return holdings

    def expected_cost(self, trades: FloatArray) -> float:
        """Expected shortfall of trades [contracts, shape (slice, leg)] in currency, spreads left out."""
        total, tau = trades.sum(axis=0), self.horizon / len(trades)
        lasting = 0.0 if self.permanent_impact is None else 0.5 * float(total @ self.permanent_impact @ total)
        return lasting + float(np.einsum("ki,ij,kj", trades, self.net_temporary_impact(tau), trades)) / tau

    def variance(self, trades: FloatArray) -> float:
        """Variance of the shortfall [currency squared]: what each slice leaves is at risk."""
        left = trades.sum(axis=0) - np.cumsum(trades, axis=0)
        return self.horizon / len(trades) * float(np.einsum("ki,ij,kj", left, self.covariance, left))

    def utility(self, trades: FloatArray) -> float:
        """What the schedule minimises: expected cost + risk_aversion x variance [currency]."""
        return self.expected_cost(trades) + self.risk_aversion * self.variance(trades)

    def net_temporary_impact(self, tau: float) -> FloatArray:
        """H~: temporary impact net of the permanent impact that a slice inflicts on itself."""
        if self.permanent_impact is None:
            return self.temporary_impact
        return self.temporary_impact - 0.5 * tau * self.permanent_impact


def risk_modes(covariance: FloatArray, impact: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Risks a, shape (mode,), and V, shape (leg, mode), with C V = H V diag(a) and V' H V = 1.

    By singular values of a factor of C, found by Jacobi's rotations: legs of very different sizes keep their
    digits, which they lose among the eigenvalues of a matrix. ValueError when the impact H is not positive
    definite or the covariance C not positive semidefinite.

    Reference: Z. Drmac and K. Veselic, New fast and accurate Jacobi SVD algorithm I, SIAM Journal on Matrix
    Analysis and Applications 29 (2008).
    """
    factor, failed = dpotrf(impact, lower=1)
    if failed:
        raise ValueError(f"no optimum: impact over a slice is not positive definite: {impact.tolist()}")
    inverse, _ = dtrtri(factor, lower=1)
    singular, turn, _, scale, _, _ = dgejsv(inverse @ root_of(covariance), joba=0, jobu=0, jobv=3)
    risk: FloatArray = np.square(singular * (scale[0] / scale[1]))
    return risk, inverse.T @ turn


def root_of(covariance: FloatArray) -> FloatArray:
    """A square R with R R' = C; ValueError when C is not positive semidefinite."""
    packed, pivots, rank, _ = dpstrf(covariance, lower=1)
    root = np.zeros_like(covariance)
    for column in range(rank):
        root[pivots[column:] - 1, column] = packed[column:, column]
    if np.abs(root @ root.T - covariance).max() > _ROUNDING * len(root) * covariance.max():
        raise ValueError(f"covariance is not positive semidefinite: {covariance.tolist()}")
    return root


def symmetric(matrix: npt.ArrayLike, name: str) -> FloatArray:
    """The matrix as floats; ValueError when it is not square, finite and symmetric."""
    array = np.ascontiguousarray(matrix, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.size == 0:
        raise ValueError(f"{name} must be a square matrix of one leg or more; got the shape {array.shape}")
    size = math.fsum(np.abs(array).ravel().tolist())
    if not size < math.inf or np.abs(array - array.T).max() > _ROUNDING * size:
        raise ValueError(f"{name} must be finite and symmetric; got {array.tolist()}")
    return array


def checked_quantities(quantities: npt.ArrayLike, legs: int) -> FloatArray:
    """Quantities as floats, shape (leg,); ValueError unless there is a finite one for each leg."""
    start = np.asarray(quantities, dtype=np.float64)
    if start.shape != (legs,) or not np.isfinite(start).all():
        raise ValueError(f"expected a finite quantity for each of {legs} legs; got {quantities!r}")
    return start
