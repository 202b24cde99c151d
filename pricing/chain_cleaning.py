"""Quotes that cannot be used, dropped with a reason each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from pricing.chain import ChainRows
from pricing.chain_mislabelled import mislabelled
from pricing.option import Settlement
from pricing.parity_fit import ParityFit, fit_parity, tick_size
from pricing.time import expiry_instant, year_fraction

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
ReasonArray = npt.NDArray[np.int64]

STALE_AFTER = timedelta(minutes=15)


class DropReason(IntEnum):
    """Why a quote is not used; a quote that fails several tests counts under the first."""

    KEPT = 0
    EXPIRED = 1
    NO_ASK = 2
    NO_BID = 3
    CROSSED = 4
    STALE = 5
    MISLABELLED = 6
    DUPLICATE = 7
    OUTSIDE_WINGS = 8
    SUB_INTRINSIC = 9

    def __str__(self) -> str:
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanRows:
    """The rows that stay, the count by reason of those that do not, and the parity fits of the kept rows."""

    keep: BoolArray
    expiry_years: FloatArray
    dropped: Mapping[str, int]
    fits: tuple[ParityFit, ...]


def clean(rows: ChainRows, as_of: datetime) -> CleanRows:
    """Judge every row.

    Outside the wings: further out of the money than two neighbouring strikes without a bid (the rule of the
    Cboe VIX methodology). Sub-intrinsic: asked below the discounted intrinsic value on the parity forward, by
    more than half a tick and what an uncertain rate leaves open. Stale: quoted 15 minutes or more before the
    newest quote of the day. Mislabelled: as `pricing.chain_mislabelled` says.
    """
    expiry_years = _expiry_years(rows, as_of)
    reasons = _row_reasons(rows, expiry_years)
    _mark_mislabelled(reasons, rows, expiry_years)
    reasons[_is_repeated(rows, expiry_years, reasons == DropReason.KEPT)] = DropReason.DUPLICATE
    kept = reasons == DropReason.KEPT
    fits = _parity_fits(rows, expiry_years, kept)
    tick = tick_size(rows.strike[kept], rows.bid[kept], rows.ask[kept])
    for fit in fits:
        of_expiry = np.flatnonzero(expiry_years == fit.expiry_years)
        _mark_outside_wings(reasons, rows, of_expiry, fit)
        _mark_sub_intrinsic(reasons, rows, of_expiry, fit, tick)
    counts = {str(reason): int(np.sum(reasons == reason)) for reason in DropReason if reason}
    return CleanRows(
        keep=reasons == DropReason.KEPT,
        expiry_years=expiry_years,
        dropped={reason: count for reason, count in counts.items() if count},
        fits=fits,
    )


def _expiry_years(rows: ChainRows, as_of: datetime) -> FloatArray:
    """ACT/365F years to each row's expiry instant; each calendar day is looked up once."""
    years = np.empty(len(rows))
    for settlement, mask in (
        (Settlement.AM, rows.morning_settlement),
        (Settlement.PM, ~rows.morning_settlement),
    ):
        days, where = np.unique(rows.expiry[mask], return_inverse=True)
        instants = [expiry_instant(_plain_date(day), settlement) for day in days]
        years[mask] = np.array([year_fraction(as_of, instant) for instant in instants])[where]
    return years


def _plain_date(day: np.datetime64) -> date:
    plain: date = day.astype("datetime64[D]").item()
    return plain


def _row_reasons(rows: ChainRows, expiry_years: FloatArray) -> ReasonArray:
    """The reasons that need no other quote."""
    reasons = np.full(len(rows), DropReason.KEPT, dtype=np.int64)
    tests = {
        DropReason.EXPIRED: expiry_years <= 0,
        DropReason.NO_ASK: ~(rows.ask > 0),
        DropReason.NO_BID: ~(rows.bid > 0),
        DropReason.CROSSED: rows.bid > rows.ask,
        DropReason.STALE: _is_stale(rows),
    }
    for reason, failed in tests.items():
        reasons[(reasons == DropReason.KEPT) & failed] = reason
    return reasons


def _parity_fits(rows: ChainRows, expiry_years: FloatArray, keep: BoolArray) -> tuple[ParityFit, ...]:
    return fit_parity(
        expiry_years[keep], rows.strike[keep], rows.is_call[keep], rows.bid[keep], rows.ask[keep]
    )


def _mark_mislabelled(reasons: ReasonArray, rows: ChainRows, expiry_years: FloatArray) -> None:
    # Before duplicates: of a contract that is there twice, the mislabelled one should go.
    candidate = reasons == DropReason.KEPT
    for fit in _parity_fits(rows, expiry_years, candidate & ~_is_repeated(rows, expiry_years, candidate)):
        if fit.exchanged:  # not a wrong quote but a wrong file, which the reader refuses
            continue
        at = np.flatnonzero(candidate & (expiry_years == fit.expiry_years))
        wrong = mislabelled(rows.strike[at], rows.is_call[at], rows.bid[at], rows.ask[at], fit)
        reasons[at[wrong]] = DropReason.MISLABELLED


def _is_stale(rows: ChainRows) -> BoolArray:
    if rows.quote_time is None:
        return np.zeros(len(rows), dtype=np.bool_)
    stale: BoolArray = rows.quote_time <= rows.quote_time.max() - np.timedelta64(STALE_AFTER)
    return stale


def _is_repeated(rows: ChainRows, expiry_years: FloatArray, candidate: BoolArray) -> BoolArray:
    """Candidates whose expiry, strike and right an earlier candidate has already."""
    kept = np.flatnonzero(candidate)
    contract = np.column_stack((expiry_years[kept], rows.strike[kept], rows.is_call[kept]))
    order = np.lexsort(contract.T)  # stable: the first row of a contract stays first
    again = np.zeros(len(kept), dtype=np.bool_)
    again[order[1:]] = np.all(contract[order[1:]] == contract[order[:-1]], axis=1)
    repeated = np.zeros(len(rows), dtype=np.bool_)
    repeated[kept[again]] = True
    return repeated


def _mark_outside_wings(
    reasons: ReasonArray, rows: ChainRows, of_expiry: npt.NDArray[np.int64], fit: ParityFit
) -> None:
    for is_call in (True, False):
        direction = 1.0 if is_call else -1.0
        outward = direction * (rows.strike[of_expiry] - fit.forward)
        side = of_expiry[(rows.is_call[of_expiry] == is_call) & (outward > 0)]
        side = side[np.argsort(direction * rows.strike[side], kind="stable")]
        # A row without bid and ask is a market that was not open, not one that nobody bids for.
        without = ~(rows.bid[side] > 0) & (rows.ask[side] > 0)
        both = np.flatnonzero(without[1:] & without[:-1])
        if len(both):
            beyond = side[both[0] :]
            reasons[beyond[reasons[beyond] == DropReason.KEPT]] = DropReason.OUTSIDE_WINGS


def _mark_sub_intrinsic(
    reasons: ReasonArray, rows: ChainRows, of_expiry: npt.NDArray[np.int64], fit: ParityFit, tick: float
) -> None:
    strike = rows.strike[of_expiry]
    sign = np.where(rows.is_call[of_expiry], 1.0, -1.0)
    intrinsic = fit.discount * np.maximum(sign * (fit.forward - strike), 0)
    least = intrinsic - tick / 2 - fit.intrinsic_error(strike)
    below = (rows.ask[of_expiry] < least) & (reasons[of_expiry] == DropReason.KEPT)
    reasons[of_expiry[below]] = DropReason.SUB_INTRINSIC
