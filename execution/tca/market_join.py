"""A blotter with what market data adds to it: mids and quotes at fills, benchmarks, volume, volatility."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from execution.tca.blotter import NO_TIME, Blotter, FillColumns, FloatArray, IntArray, OrderColumns
from execution.tca.market_tape import MarketTape, SymbolTape

_MOMENTUM_NS = 1_800 * 10**9
_MARKOUT_NS = 60 * 10**9
_SHORTEST_WAIT_NS, _LONGEST_WAIT_NS = 60 * 10**9, 1_800 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the market was like around orders and fills; NaN where no data says.

    spread_bps: of the mid, at arrival, shape (order,). momentum_bps: of the mid over the half hour before
    arrival, positive where it moved against the order, shape (order,). markout_bps: how far the mid had moved
    in the order's favour a minute after each fill, from the mid at it, shape (fill,).
    """

    spread_bps: FloatArray
    momentum_bps: FloatArray
    markout_bps: FloatArray


def join_market(
    blotter: Blotter, tape: MarketTape | None, *, reversion_ns: int | None = None
) -> tuple[Blotter, Surroundings]:
    """Fill in from market data what the file of fills does not say itself; what it says stands.

    A fill's mid and quotes are the last before its instant, an order's arrival price the last mid at its
    arrival, or just before its first fill where no arrival is stated. reversion_ns: how long after the
    order's end the reversion price is looked up; by default as long as the order took, at least a minute and
    at most half an hour, and only where the market data goes on until then.

    Raises no error for symbols without market data: theirs stays unknown.
    """
    orders, fills = blotter.orders, blotter.fills
    around = Surroundings(
        spread_bps=_first_spread_bps(blotter),
        momentum_bps=np.full(len(orders), np.nan),
        markout_bps=np.full(len(fills), np.nan),
    )
    for symbol in np.unique(orders.symbol) if tape is not None else ():
        market = tape.of(str(symbol)) if tape is not None else None
        if market is not None:
            own = orders.symbol == symbol
            fills = _joined_fills(fills, own[fills.order], market)
            orders = _joined_orders(blotter, orders, own, market, reversion_ns)
            _look_around(blotter, fills, own, market, around)
    return replace(blotter, orders=orders, fills=fills), around


def _joined_fills(fills: FillColumns, own: npt.NDArray[np.bool_], market: SymbolTape) -> FillColumns:
    bid, ask = market.at(fills.ts_ns[own], before=True)
    mid = 0.5 * (bid + ask)
    quoted = np.full(len(bid), market.has_quotes)
    return replace(
        fills,
        mid=_completed(fills.mid, own, mid),
        bid=_completed(fills.bid, own, np.where(quoted, bid, np.nan)),
        ask=_completed(fills.ask, own, np.where(quoted, ask, np.nan)),
    )


def _joined_orders(
    blotter: Blotter,
    orders: OrderColumns,
    own: npt.NDArray[np.bool_],
    market: SymbolTape,
    reversion_ns: int | None,
) -> OrderColumns:
    arrival, end = blotter.arrival_ns()[own], blotter.end_ns()[own]
    stated = orders.arrival_ns[own] != NO_TIME
    arrival_mid = np.where(stated, market.mid(arrival), market.mid(arrival, before=True))
    wait = (
        np.clip(end - arrival, _SHORTEST_WAIT_NS, _LONGEST_WAIT_NS) if reversion_ns is None else reversion_ns
    )
    later = np.where(end == NO_TIME, NO_TIME, end + wait)
    after = np.where(market.goes_on(later), market.mid(later), np.nan)
    volume = market.volume(arrival, end)
    enough = volume >= np.maximum(blotter.filled[own], 1e-300)
    found = {
        "decision_price": market.mid(orders.decision_ns[own]),
        "arrival_price": arrival_mid,
        "end_price": np.where(market.goes_on(end), market.mid(end), np.nan),
        "reversion_price": after,
        "interval_vwap": market.vwap(arrival, end),
        "interval_twap": market.twap(arrival, end),
        "close_price": market.close(end),
        "volatility": market.volatility(arrival),
        "market_volume": np.where(enough, volume, np.nan),
    }
    completed = {name: _completed(getattr(orders, name), own, value) for name, value in found.items()}
    return replace(orders, **completed)  # type: ignore[arg-type]  # names and arrays of its own fields


def _look_around(
    blotter: Blotter,
    fills: FillColumns,
    own: npt.NDArray[np.bool_],
    market: SymbolTape,
    around: Surroundings,
) -> None:
    arrival = blotter.arrival_ns()[own]
    side = blotter.orders.side
    bid, ask = market.at(arrival)
    if market.has_quotes:
        around.spread_bps[own] = 1e4 * (ask - bid) / (0.5 * (ask + bid))
    earlier = np.where(arrival == NO_TIME, NO_TIME, arrival - _MOMENTUM_NS)
    around.momentum_bps[own] = 1e4 * side[own] * np.log(market.mid(arrival) / market.mid(earlier))
    mine = own[fills.order]
    later = fills.ts_ns[mine] + _MARKOUT_NS
    then = np.where(market.goes_on(later), market.mid(later), np.nan)
    around.markout_bps[mine] = 1e4 * side[fills.order[mine]] * (then / fills.mid[mine] - 1.0)


def _first_spread_bps(blotter: Blotter) -> FloatArray:
    """Quoted spread at each order's first fill, as the file of fills says [bps of the mid]."""
    fills = blotter.fills
    if not len(fills):
        return np.full(len(blotter.orders), np.nan)
    first: IntArray = np.minimum(blotter.starts[:-1], len(fills) - 1)
    spread = 1e4 * (fills.ask - fills.bid) / fills.mid
    return np.where(blotter.filled > 0.0, spread[first], np.nan)


def _completed(values: FloatArray, own: npt.NDArray[np.bool_], found: FloatArray) -> FloatArray:
    """Values with the unknown ones among `own` taken from what was found."""
    completed = values.copy()
    completed[own] = np.where(np.isnan(values[own]), found, values[own])
    return completed
