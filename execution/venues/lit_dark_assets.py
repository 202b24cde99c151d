"""Kratz and Schoneborn for several assets: the matrix of the value function by Taylor series."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]

_ORDER = 20
_ROUNDING = 2.0**-53
_MOST_STEPS = 100_000


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LitDarkAssets:
    """Trade several assets by `horizon`, each at its lit book and in a dark pool of its own.

    temporary_impact: H, shape (asset, asset), symmetric and positive definite [currency x time per contracts
    of both]; trading at rates v costs v'H v a unit of time. risk: S, symmetric and positive semidefinite;
    holding x costs x'S x a unit of time. fill_intensity: theta, shape (asset,), arrivals per unit of time of
    somebody who fills whatever rests in an asset's pool. The least expected cost of x with s to go is x'C x,

        dC / ds = S - C H^-1 C - sum_i theta_i C e_i e_i' C / C_ii,    C(s) ~ H / s as s goes to 0;

    the lit books are traded at H^-1 C x and (C x)_i / C_ii rests in pool i: less than x_i where the others
    hedge it, more where they add to it. Raises ValueError for matrices that are not as said or not finite.

    Reference: P. Kratz and T. Schoneborn, Portfolio liquidation in dark pools in continuous time,
    Mathematical Finance 25 (2015), the matrix initial value problem of section 4.
    """

    horizon: float
    temporary_impact: FloatArray
    risk: FloatArray
    fill_intensity: FloatArray

    def __post_init__(self) -> None:
        if not 0.0 < self.horizon < math.inf:
            raise ValueError(f"expected a finite horizon above 0; got {self.horizon:g}")
        count = len(self.fill_intensity)
        for name in ("temporary_impact", "risk"):
            matrix = getattr(self, name)
            if matrix.shape != (count, count) or not np.isfinite(matrix).all():
                raise ValueError(f"expected a finite {name} of shape {(count, count)}; got {matrix.shape}")
            if np.abs(matrix - matrix.T).max() > 1e-12 * np.abs(matrix).max():
                raise ValueError(f"expected a symmetric {name}")
        if not (np.isfinite(self.fill_intensity).all() and (self.fill_intensity >= 0.0).all()):
            raise ValueError(f"expected finite fill intensities of 0 or more; got {self.fill_intensity}")
        self._require_definite()

    def coefficients(self, times_to_go: FloatArray) -> FloatArray:
        """C at each of the times, which rise from above 0 to at most the horizon, shape (time, asset, asset).

        A Taylor series of order 20 around 0 for s C, whose pole is taken out, and of C from there on, in
        steps that leave the last terms at the rounding of the first.
        """
        times = np.ascontiguousarray(times_to_go, dtype=np.float64)
        if times.ndim != 1 or not ((times > 0.0).all() and (np.diff(times) > 0.0).all()):
            raise ValueError("expected times to go that rise from above 0")
        if len(times) and times[-1] > self.horizon:
            raise ValueError(f"expected times within the horizon {self.horizon:g}; got {times[-1]:g}")
        unit = np.sqrt(np.diag(self.temporary_impact))
        units = np.outer(unit, unit)
        found = np.full((len(times), len(unit), len(unit)), np.nan)
        impact = np.ascontiguousarray(self.temporary_impact / units)
        fill_matrices(
            impact,
            np.ascontiguousarray(np.linalg.inv(impact)),
            np.ascontiguousarray(self.risk * self.horizon**2 / units),
            np.ascontiguousarray(self.fill_intensity * self.horizon, dtype=np.float64),
            times / self.horizon,
            found,
        )
        if not np.isfinite(found).all():
            raise ValueError("no matrix found: risk over impact or fill intensities are out of range")
        found *= units / self.horizon
        return found

    def coefficient(self, time_to_go: float) -> FloatArray:
        """C [currency per contracts of both], shape (asset, asset)."""
        matrix: FloatArray = self.coefficients(np.array([time_to_go]))[0]
        return matrix

    def value(self, holdings: FloatArray) -> float:
        """Least expected cost of holdings, shape (asset,), over the whole horizon [currency]."""
        return float(holdings @ self.coefficient(self.horizon) @ holdings)

    def lit_rates(self, holdings: FloatArray, coefficient: FloatArray) -> FloatArray:
        """H^-1 C x: what to trade at the lit books now [contracts per unit of time], shape (asset,)."""
        rates: FloatArray = np.asarray(np.linalg.solve(self.temporary_impact, coefficient @ holdings))
        return rates

    def _require_definite(self) -> None:
        try:
            np.linalg.cholesky(self.temporary_impact)
        except np.linalg.LinAlgError:
            raise ValueError("expected a positive definite temporary_impact") from None
        lowest = float(np.linalg.eigvalsh(self.risk)[0])
        if lowest < -1e-12 * np.abs(self.risk).max():
            raise ValueError(f"expected a positive semidefinite risk; its least eigenvalue is {lowest:g}")


def dark_orders(holdings: FloatArray, coefficient: FloatArray) -> FloatArray:
    """(C x)_i / C_ii, what rests in each asset's pool, signed as the holdings, shape (asset,)."""
    orders: FloatArray = coefficient @ holdings / np.diag(coefficient)
    return orders


@njit(cache=True)
def fill_matrices(
    impact: FloatArray,
    inverse: FloatArray,
    risk: FloatArray,
    intensity: FloatArray,
    times: FloatArray,
    out: FloatArray,
) -> None:
    """Write C at rising times to go into `out`, (time, asset, asset); what cannot be reached stays as it is.

    inverse: of the impact matrix.
    """
    count = len(impact)
    series = np.zeros((count, count, _ORDER + 1))
    side = np.zeros((count, count, _ORDER + 1))
    pools = np.zeros((count, count, count, _ORDER + 1))
    here = np.zeros((count, count))
    here[:, :] = impact
    start, done = 0.0, 0
    for step in range(_MOST_STEPS):
        _expand(here, inverse, risk, intensity, 1 if step == 0 else 0, series, side, pools)
        reach = _reach(series)
        while done < len(times) and times[done] - start <= reach:
            _sum_up(series, times[done] - start, times[done] if step == 0 else 1.0, out[done])
            done += 1
        if done == len(times):
            break
        _sum_up(series, reach, reach if step == 0 else 1.0, here)
        start += reach


@njit(cache=True)
def _expand(
    first: FloatArray,
    inverse: FloatArray,
    risk: FloatArray,
    intensity: FloatArray,
    pole: int,
    series: FloatArray,
    side: FloatArray,
    pools: FloatArray,
) -> None:
    """Taylor terms of C from where it is `first`, or with pole = 1 of s C around 0, where it is H.

    (n + 1 + pole) C_(n+1) = S [n = pole] - pools_n - sum of C_j H^-1 C_(n+pole-j) over j from pole to n.
    """
    count = len(first)
    series[:, :, 0] = first
    for n in range(_ORDER):
        for a in range(count):
            for b in range(count):
                side[a, b, n] = 0.0
                for c in range(count):
                    side[a, b, n] += inverse[a, c] * series[c, b, n]
        _expand_pools(series, n, intensity, pools)
        for a in range(count):
            for b in range(a, count):
                term = risk[a, b] if n == pole else 0.0
                for i in range(count):
                    term -= intensity[i] * pools[i, a, b, n]
                for c in range(count):
                    for j in range(pole, n + 1):
                        term -= series[a, c, j] * side[c, b, n + pole - j]
                series[a, b, n + 1] = series[b, a, n + 1] = term / (n + 1 + pole)


@njit(cache=True)
def _expand_pools(series: FloatArray, n: int, intensity: FloatArray, pools: FloatArray) -> None:
    """n-th Taylor term of C e_i e_i' C / C_ii for each asset i that has a pool, from the terms before it."""
    count = len(series)
    for i in range(count):
        if intensity[i] == 0.0:
            continue
        for a in range(count):
            for b in range(a, count):
                term = 0.0
                for j in range(n + 1):
                    term += series[a, i, j] * series[b, i, n - j]
                for j in range(n):
                    term -= pools[i, a, b, j] * series[i, i, n - j]
                pools[i, a, b, n] = term / series[i, i, 0]


@njit(cache=True)
def _reach(series: FloatArray) -> float:
    """How far the series goes until its last two terms are at the rounding of the first; 2 at most."""
    least, first = 2.0, _largest(series, 0)
    for n in (_ORDER - 1, _ORDER):
        last = _largest(series, n)
        if last > 0.0:
            least = min(least, (_ROUNDING * first / last) ** (1.0 / n))
    return least


@njit(cache=True)
def _largest(series: FloatArray, n: int) -> float:
    largest = 0.0
    for a in range(len(series)):
        for b in range(len(series)):
            largest = max(largest, abs(series[a, b, n]))
    return largest


@njit(cache=True)
def _sum_up(series: FloatArray, at: float, over: float, out: FloatArray) -> None:
    """The series at a point, divided by `over`."""
    for a in range(len(out)):
        for b in range(len(out)):
            total = 0.0
            for n in range(_ORDER, -1, -1):
                total = total * at + series[a, b, n]
            out[a, b] = total / over
