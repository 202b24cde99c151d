"""Information leakage of a blotter: the mid's move against each order before it traded, beside its control.

The controls are windows of the same symbol's tape and of about the same length in which no order of ours
waited or worked, matched by spread, volatility, trend and time of day before it (execution.tca.leakage).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from execution.tca.blotter import NO_TIME, Blotter, FloatArray, IntArray, TextArray
from execution.tca.leakage import Leakage, PriceMoves, match, measure_leakage
from execution.tca.leakage_windows import (
    BoolArray,
    OrderWindows,
    control_starts,
    for_side,
    length_class,
    meets_another,
    moves_of,
    order_windows,
)
from execution.tca.market_tape import MarketTape, SymbolTape

BEFORE_NS = 300 * 10**9
FEWEST_ORDERS = 5  # below, an interval says nothing
FEWEST_CONTROLS = 20
_SIDES = (1.0, -1.0)
_WHAT = "information leakage, the move against us before our trades beside a control"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakageGroup:
    """One group's orders with a control, and their leakage; None below five of them."""

    name: str
    orders: int
    leakage: Leakage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLeakage:
    """The blotter's leakage [bps of the mid], every order counting once; None where it cannot be measured.

    moved_bps, expected_bps: of each order before its first fill, and what its controls did, positive is
    against it; window_ns: how long that was; all of shape (order,), NaN and zero for orders without a
    control. groups: by venue, counterparty, kind of window and whether the first fill took liquidity. notes:
    how many orders have no part in it, and why. unknown: a sentence where it cannot be measured.
    """

    whole: Leakage | None
    groups: Mapping[str, tuple[LeakageGroup, ...]]
    moved_bps: FloatArray
    expected_bps: FloatArray
    window_ns: IntArray
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class _Found(NamedTuple):
    """Orders that have controls, rows of the blotter, with their moves and all controls'."""

    rows: IntArray
    trades: PriceMoves
    controls: PriceMoves


def order_leakage(
    blotter: Blotter, tape: MarketTape | None, labels: Mapping[str, TextArray], *, before_ns: int = BEFORE_NS
) -> OrderLeakage:
    """Measure what the tape allows; without one, or with too few orders and controls, say so.

    labels: of each order by dimension, (order,), '' for none: what the groups are made of. before_ns: as
    leakage_windows.order_windows. An order that another one of ours in the symbol was at work beside before
    its own first fill is left out: the other's impact is no leak. So are the legs of packages: they are asked
    for and traded together, and what one leg's premium moved is no measure of the package.
    """
    windows = order_windows(blotter, before_ns=before_ns)
    if tape is None:
        return _unmeasured(
            blotter,
            f"{_WHAT}: not known for any order; it takes market data (--market) of "
            "times with and without orders of ours",
        )
    alone = windows.known & blotter.is_single & ~_beside_another(blotter, windows)
    found = _gathered(blotter, tape, windows, alone)
    if found is None or len(found.rows) < FEWEST_ORDERS:
        have = 0 if found is None else len(found.rows)
        return _unmeasured(
            blotter,
            f"{_WHAT}: not known, for {have} of {np.count_nonzero(blotter.is_single):,} orders have a window "
            f"and {FEWEST_CONTROLS} controls; it takes {FEWEST_ORDERS} such orders, and market data that "
            "goes on while none of ours is at work",
        )
    moved, expected = np.full((2, len(blotter.orders)), np.nan)
    moved[found.rows] = found.trades.against
    expected[found.rows] = match(found.trades, found.controls).expected
    own = {**labels, "window": windows.kind, "first fill": _first_liquidity(blotter)}
    return OrderLeakage(
        whole=measure_leakage(found.trades, found.controls),
        groups=dict(_groups(found, own)),
        moved_bps=moved,
        expected_bps=expected,
        window_ns=np.where(np.isnan(moved), 0, windows.end_ns - windows.start_ns),
        notes=tuple(_left_out(blotter, windows, alone, found)),
    )


def _unmeasured(blotter: Blotter, why: str) -> OrderLeakage:
    nothing = np.full(len(blotter.orders), np.nan)
    return OrderLeakage(
        whole=None,
        groups={},
        moved_bps=nothing,
        expected_bps=nothing,
        window_ns=np.zeros(len(nothing), np.int64),
        unknown=(why,),
    )


def _busy(blotter: Blotter) -> tuple[IntArray, IntArray]:
    """When each order was at work; NO_TIME of one without any time."""
    arrival, end = blotter.arrival_ns(), blotter.end_ns()
    begun = np.where(arrival == NO_TIME, end, arrival)
    over = np.where(end == NO_TIME, begun, np.maximum(end, begun))
    return begun, over


def _beside_another(blotter: Blotter, windows: OrderWindows) -> BoolArray:
    begun, over = _busy(blotter)
    beside = np.zeros(len(begun), np.bool_)
    for symbol in np.unique(blotter.orders.symbol):
        own = (blotter.orders.symbol == symbol) & (over != NO_TIME)
        beside[own] = meets_another(windows.start_ns[own], windows.end_ns[own], begun[own], over[own])
    return beside


def _gathered(blotter: Blotter, tape: MarketTape, windows: OrderWindows, alone: BoolArray) -> _Found | None:
    """Orders and controls of every symbol and class of lengths, each side of them a stratum."""
    begun, over = _busy(blotter)
    since = np.where(windows.known, np.minimum(windows.start_ns, begun), begun)
    length = length_class(windows.end_ns - windows.start_ns)
    pieces: list[_Found] = []
    for symbol in np.unique(blotter.orders.symbol):
        own = (blotter.orders.symbol == symbol) & (over != NO_TIME)
        if (market := tape.of(str(symbol))) is not None:
            for each in np.unique(length[own & alone]):
                at = np.flatnonzero(own & alone & (length == each))
                pieces += _of_class(blotter, market, windows, at, (since[own], over[own]), 2 * len(pieces))
    if not pieces:
        return None
    rows, trades, controls = zip(*pieces, strict=True)
    return _Found(np.concatenate(rows), _joined(trades), _joined(controls))


def _of_class(
    blotter: Blotter,
    market: SymbolTape,
    windows: OrderWindows,
    at: IntArray,
    busy: tuple[IntArray, IntArray],
    stratum: int,
) -> Iterator[_Found]:
    """The orders `at` whose move is known, by side, where there are enough controls."""
    against, features = moves_of(market, windows.start_ns[at], windows.end_ns[at])
    known = np.isfinite(against) & np.isfinite(features).all(axis=1)
    length_ns = int(np.median(windows.end_ns[at] - windows.start_ns[at]))
    starts = control_starts(market, length_ns, *busy)
    elsewhere, conditions = moves_of(market, starts, starts + length_ns)
    usable = np.isfinite(elsewhere) & np.isfinite(conditions).all(axis=1)
    if np.count_nonzero(usable) < FEWEST_CONTROLS:
        return
    for number, side in enumerate(_SIDES):
        own = known & (blotter.orders.side[at] == side)
        if own.any():
            yield _Found(
                at[own],
                _moves(side, against[own], features[own], stratum + number),
                _moves(side, elsewhere[usable], conditions[usable], stratum + number),
            )


def _moves(side: float, moved: FloatArray, features: FloatArray, stratum: int) -> PriceMoves:
    return PriceMoves(
        against=side * moved,
        features=for_side(features, side),
        stratum=np.full(len(moved), stratum, np.int64),
    )


def _joined(pieces: Sequence[PriceMoves]) -> PriceMoves:
    return PriceMoves(
        against=np.concatenate([each.against for each in pieces]),
        features=np.concatenate([each.features for each in pieces]),
        stratum=np.concatenate([each.strata for each in pieces]),
    )


def _groups(found: _Found, labels: Mapping[str, TextArray]) -> Iterator[tuple[str, tuple[LeakageGroup, ...]]]:
    """Dimensions that tell more than one group apart, largest group first."""
    for dimension, label in labels.items():
        names, count = np.unique(label[found.rows], return_counts=True)
        groups = [
            LeakageGroup(name=str(name), orders=int(orders), leakage=_of_group(found, label, str(name)))
            for name, orders in zip(names, count, strict=True)
            if name
        ]
        if len(groups) > 1:
            yield dimension, tuple(sorted(groups, key=lambda group: -group.orders))


def _of_group(found: _Found, label: TextArray, name: str) -> Leakage | None:
    own = label[found.rows] == name
    if np.count_nonzero(own) < FEWEST_ORDERS:
        return None
    trades = found.trades
    mine = PriceMoves(against=trades.against[own], features=trades.features[own], stratum=trades.strata[own])
    return measure_leakage(mine, found.controls)


def _first_liquidity(blotter: Blotter) -> TextArray:
    """Whether each order's first fill took liquidity or rested; '' where nobody says."""
    fills, starts = blotter.fills, blotter.starts
    found = np.full(len(blotter.orders), "", dtype="<U16")
    filled = np.flatnonzero(np.diff(starts) > 0)
    taker = fills.taker[starts[filled]]
    found[filled] = np.where(np.isnan(taker), "", np.where(taker > 0.5, "took liquidity", "rested"))
    return found


def _left_out(blotter: Blotter, windows: OrderWindows, alone: BoolArray, found: _Found) -> Iterator[str]:
    legs = int(np.count_nonzero(windows.known & ~blotter.is_single))
    if legs:
        yield f"{legs:,} legs of packages left out: they trade together, and their moves are of a premium"
    beside = int(np.count_nonzero(windows.known & blotter.is_single & ~alone))
    if beside:
        yield f"{beside:,} orders left out: another of ours was at work in the symbol before their first fill"
    uncovered = int(np.count_nonzero(alone)) - len(found.rows)
    if uncovered:
        yield (
            f"{uncovered:,} orders left out: market data do not cover their window and the look back before "
            f"it, or {FEWEST_CONTROLS} windows like it without an order of ours"
        )
