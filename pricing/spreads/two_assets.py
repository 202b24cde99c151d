"""Two lognormal assets on one date, in columns."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from pricing.black import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoAssets:
    """Two correlated lognormal prices and the money they are paid in; arrays that broadcast to each other.

    spot, forward: currency. expiry_years: ACT/365F. volatility: per sqrt(year). correlation: of log returns.
    discount: factor to the expiry. Carry and rate are constant to the expiry, as the forwards imply them.
    """

    first_spot: npt.ArrayLike
    second_spot: npt.ArrayLike
    first_forward: npt.ArrayLike
    second_forward: npt.ArrayLike
    expiry_years: npt.ArrayLike
    first_volatility: npt.ArrayLike
    second_volatility: npt.ArrayLike
    correlation: npt.ArrayLike
    discount: npt.ArrayLike

    @classmethod
    def from_yields(
        cls,
        *,
        first_spot: npt.ArrayLike,
        second_spot: npt.ArrayLike,
        rate: npt.ArrayLike,
        first_yield: npt.ArrayLike,
        second_yield: npt.ArrayLike,
        expiry_years: npt.ArrayLike,
        first_volatility: npt.ArrayLike,
        second_volatility: npt.ArrayLike,
        correlation: npt.ArrayLike,
    ) -> TwoAssets:
        """Assets of given spots, with continuous rate and yields [per year]; a future's yield is the rate."""
        years, interest = np.asarray(expiry_years, dtype=np.float64), np.asarray(rate, dtype=np.float64)
        first, second = (np.asarray(spot, dtype=np.float64) for spot in (first_spot, second_spot))
        return cls(
            first_spot=first,
            second_spot=second,
            first_forward=first * np.exp((interest - np.asarray(first_yield)) * years),
            second_forward=second * np.exp((interest - np.asarray(second_yield)) * years),
            expiry_years=years,
            first_volatility=first_volatility,
            second_volatility=second_volatility,
            correlation=correlation,
            discount=np.exp(-interest * years),
        )

    def broadcast(self, *others: npt.ArrayLike) -> tuple[TwoAssetColumns, tuple[FloatArray, ...]]:
        """Everything as float arrays of one common shape, together with `others`."""
        names = [each.name for each in fields(self)]
        inputs = [*(getattr(self, name) for name in names), *others]
        arrays = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in inputs))
        columns = TwoAssetColumns(**dict(zip(names, arrays[: len(names)], strict=True)))
        return columns, tuple(arrays[len(names) :])


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoAssetColumns:
    """`TwoAssets` as float arrays of one shape."""

    first_spot: FloatArray
    second_spot: FloatArray
    first_forward: FloatArray
    second_forward: FloatArray
    expiry_years: FloatArray
    first_volatility: FloatArray
    second_volatility: FloatArray
    correlation: FloatArray
    discount: FloatArray

    @property
    def root_years(self) -> FloatArray:
        """sqrt(T), zero where the expiry is not ahead."""
        return np.sqrt(np.maximum(self.expiry_years, 0.0))

    @property
    def first_deviation(self) -> FloatArray:
        """sigma_1 sqrt(T)."""
        return self.first_volatility * self.root_years

    @property
    def second_deviation(self) -> FloatArray:
        """sigma_2 sqrt(T)."""
        return self.second_volatility * self.root_years

    def in_domain(self, *others: FloatArray) -> npt.NDArray[np.bool_]:
        """Where prices and discount are positive, volatilities not negative, |rho| <= 1, all finite."""
        positive = (self.first_spot, self.second_spot, self.first_forward, self.second_forward, self.discount)
        good = (self.first_volatility >= 0.0) & (self.second_volatility >= 0.0)
        good &= np.abs(self.correlation) <= 1.0
        for column in positive:
            good &= column > 0.0
        for column in (*positive, self.expiry_years, self.first_deviation, self.second_deviation, *others):
            good &= np.isfinite(column)
        return good
