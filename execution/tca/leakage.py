"""Information leakage as a number: how far the price moved against us before our trade, beside a control.

The control is what the price did in like conditions when we had no trade coming. Each trade is matched with
the nearest of them by features, the rest of the difference in features is taken out by a regression, and the
mean difference has an interval that counts how often a control was used, by Student's t. Trades are taken
for independent: where the waiting times of several overlap, the interval is too narrow.

References: Abadie and Imbens (2006), Large sample properties of matching estimators for average treatment
effects, Econometrica 74(1), theorem 7; (2011), Bias-corrected matching estimators, Journal of Business and
Economic Statistics 29(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree
from scipy.special import stdtrit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_MATCHES = 4
_LEVEL = 0.95
_UNLIKE = 0.1  # deviations of a feature
_APART = 1e6  # of strata, in deviations of features: farther than any two rows of one
_ROUNDING = 1e-12  # of a constant's mean, which gives it a deviation too


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceMoves:
    """Moves of the mid against the asker over one like time each, (row,), positive is against it; any unit.

    Of a control the side is that of the trade that was not made. features: (row, feature), what a move's size
    depends on, known before it: spread, volatility, quantity, time of day, recent trend times side. stratum:
    (row,), by default one, such as symbol and side: only controls of a trade's own are matched with it.
    ValueError for shapes that differ and numbers that are not finite.
    """

    against: FloatArray
    features: FloatArray
    stratum: IntArray | None = None

    def __post_init__(self) -> None:
        rows = len(self.against)
        if self.against.ndim != 1 or self.features.ndim != 2 or len(self.features) != rows:
            raise ValueError("moves (row,) and features (row, feature) must have the same rows")
        if not (np.all(np.isfinite(self.against)) and np.all(np.isfinite(self.features))):
            raise ValueError("moves and features must be finite numbers")
        if self.stratum is not None and self.stratum.shape != (rows,):
            raise ValueError("moves and strata must have the same rows")

    @property
    def strata(self) -> IntArray:
        """The stratum of each row, (row,), zero by default."""
        return np.zeros(len(self.against), np.int64) if self.stratum is None else self.stratum


@dataclass(frozen=True, slots=True, kw_only=True)
class Leakage:
    """Mean move against us before our trades beyond their controls', with its 95% interval; the moves' unit.

    raw: the mean move without a control. trades, controls: how many there were. imbalance: largest distance
    of a feature's mean between trades and their matches, in the feature's deviations: above about 0.1 the
    controls are not like the trades.
    """

    value: float
    lower: float
    upper: float
    raw: float
    trades: int
    controls: int
    imbalance: float

    @property
    def is_unlike(self) -> bool:
        """Whether the controls are not like the trades."""
        return self.imbalance > _UNLIKE

    def sentence(self, unit: str) -> str:
        """The number as a report says it."""
        sure = "" if self.lower <= 0.0 <= self.upper else ", which is not chance"
        warning = "; the controls are unlike the trades" if self.is_unlike else ""
        return (
            f"Information leakage {self.value:+.3g} {unit} [{self.lower:+.3g}, {self.upper:+.3g}]{sure}: the "
            f"price moved {self.raw:+.3g} against us before {self.trades:,} trades, matched with "
            f"{self.controls:,} controls{warning}."
        )


def measure_leakage(trades: PriceMoves, controls: PriceMoves, *, matches: int = _MATCHES) -> Leakage:
    """Leakage of the trades against the matched controls.

    matches: nearest controls for each trade, with replacement, by standardised features. ValueError for fewer
    than two trades, fewer controls than matches and one in a stratum of trades, and other features.
    """
    matched = match(trades, controls, matches=matches)
    excess = trades.against - matched.expected
    value = float(excess.mean())
    half = float(stdtrit(len(excess) - 1, 0.5 + 0.5 * _LEVEL)) * matched.standard_error
    return Leakage(
        value=value,
        lower=value - half,
        upper=value + half,
        raw=float(trades.against.mean()),
        trades=len(trades.against),
        controls=len(controls.against),
        imbalance=matched.imbalance,
    )


class Matched(NamedTuple):
    """What would have been without the trades: expected moves (row,), as PriceMoves.against has them.

    standard_error: of the mean of moves less expected ones. imbalance: as in Leakage.
    """

    expected: FloatArray
    standard_error: float
    imbalance: float


def match(trades: PriceMoves, controls: PriceMoves, *, matches: int = _MATCHES) -> Matched:
    """Expect of every trade what its nearest controls did. Raises as measure_leakage."""
    _require_enough(trades, controls, matches)
    centre, scale = _standard(controls.features)
    ours, theirs = (trades.features - centre) / scale, (controls.features - centre) / scale
    place = np.column_stack((theirs, _APART * controls.strata))
    tree = KDTree(place)
    near = tree.query(np.column_stack((ours, _APART * trades.strata)), k=matches)[1]
    nearest = np.asarray(near, dtype=np.int64).reshape(-1, matches)
    slope = _slope(theirs, controls.against, np.unique(nearest))
    expected = (controls.against[nearest] + (ours[:, None, :] - theirs[nearest]) @ slope).mean(axis=1)
    apart = np.abs(ours.mean(axis=0) - theirs[nearest].mean(axis=(0, 1)))
    return Matched(
        expected=expected,
        standard_error=_standard_error(trades.against - expected, nearest, place, controls.against, tree),
        imbalance=float(apart.max(initial=0.0)),
    )


def _require_enough(trades: PriceMoves, controls: PriceMoves, matches: int) -> None:
    width = trades.features.shape[1]
    if len(trades.against) < 2 or len(controls.against) < max(matches, 1) + 1 or matches < 1:
        raise ValueError(
            f"{len(trades.against)} trades, {len(controls.against)} controls: expected 2 and {matches + 1}"
        )
    if controls.features.shape[1] != width:
        raise ValueError(f"controls have {controls.features.shape[1]} features, expected {width}")
    strata, count = np.unique(controls.strata, return_counts=True)
    if np.setdiff1d(trades.strata, strata[count > matches]).size:
        raise ValueError(f"a stratum of trades has fewer than {matches + 1} controls")


def _standard(features: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Centre and scale of each feature; one that does not vary has an infinite scale, and says nothing."""
    deviation = features.std(axis=0)
    varies = deviation > _ROUNDING * np.abs(features).max(axis=0)
    return features.mean(axis=0), np.where(varies, deviation, np.inf)


def _slope(features: FloatArray, against: FloatArray, used: IntArray) -> FloatArray:
    """Slope of the controls' moves on features among the controls that were used, (feature,)."""
    design = np.column_stack((np.ones(len(used)), features[used]))
    return np.asarray(np.linalg.lstsq(design, against[used], rcond=None)[0][1:], dtype=np.float64)


def _standard_error(
    excess: FloatArray, nearest: IntArray, features: FloatArray, against: FloatArray, tree: KDTree
) -> float:
    """Abadie and Imbens' for the mean over trades; a control used K times counts K (K - 1) more."""
    matches, trades = nearest.shape[1], len(excess)
    used, times = np.unique(nearest, return_counts=True)
    twin = np.asarray(tree.query(features[used], k=2)[1])
    # Of controls with the same features the first may not be the control itself.
    other = np.where(twin[:, 0] == used, twin[:, 1], twin[:, 0])
    noise = 0.5 * (against[used] - against[other]) ** 2
    shared = float((times * (times - 1) / matches**2) @ noise)
    return float(np.sqrt(trades * excess.var(ddof=1) + shared) / trades)
