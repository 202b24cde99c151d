"""Anybody's orders and fills as columns: what a transaction-cost analysis reads."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.str_]
BoolArray = npt.NDArray[np.bool_]

NO_TIME = -(2**63)  # of a time that nobody stated


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderColumns:
    """Parent orders, arrays of shape (order,); NaN, NO_TIME and '' where the file does not say.

    side: +1 buys, -1 sells. quantity: ordered [contracts]; NaN means that what filled was all. Prices
    [currency]: decision_price when the trade was decided, arrival_price the mid when the order reached the
    market, end_price the mid at the order's end, reversion_price the mid some time later; interval_vwap and
    interval_twap from arrival to end; close_price of the day. Times [ns]. volatility: annualised per
    sqrt(year) as 0.20. market_volume: contracts traded by everybody while the order was worked. multiplier:
    currency per contract per 1.00 of price. package_id: of the order for several legs that it is one of.
    """

    parent_id: TextArray
    symbol: TextArray
    side: FloatArray
    quantity: FloatArray
    decision_ns: IntArray
    arrival_ns: IntArray
    end_ns: IntArray
    decision_price: FloatArray
    arrival_price: FloatArray
    end_price: FloatArray
    reversion_price: FloatArray
    interval_vwap: FloatArray
    interval_twap: FloatArray
    close_price: FloatArray
    volatility: FloatArray
    market_volume: FloatArray
    multiplier: FloatArray
    algorithm: TextArray
    regime: TextArray
    package_id: TextArray

    def __len__(self) -> int:
        return len(self.parent_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FillColumns:
    """Fills, arrays of shape (fill,), by order and then by time.

    order: row of the order. price, mid, bid, ask [currency], the last three as quoted just before the fill
    and NaN where unknown. fee: paid [currency], a rebate is negative. taker: 1.0 took liquidity, 0.0 added
    it, NaN unknown. venue, counterparty: '' unknown.
    """

    order: IntArray
    ts_ns: IntArray
    price: FloatArray
    quantity: FloatArray
    fee: FloatArray
    mid: FloatArray
    bid: FloatArray
    ask: FloatArray
    taker: FloatArray
    venue: TextArray
    counterparty: TextArray

    def __len__(self) -> int:
        return len(self.ts_ns)

    def sorted(self) -> FillColumns:
        """The same fills by order and then by time; equal times keep their order in the file."""
        at = np.lexsort((self.ts_ns, self.order))
        return FillColumns(**{field.name: getattr(self, field.name)[at] for field in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Blotter:
    """Orders and their fills from one file. notes: how the file was read, a sentence each.

    fills must be sorted (see FillColumns.sorted).
    """

    origin: str
    orders: OrderColumns
    fills: FillColumns
    notes: tuple[str, ...] = ()

    @property
    def filled(self) -> FloatArray:
        """Contracts filled of each order, shape (order,)."""
        return self.sum_by_order(self.fills.quantity)

    @property
    def ordered(self) -> FloatArray:
        """Contracts ordered, or filled where the file does not say what was ordered, shape (order,)."""
        return np.where(np.isnan(self.orders.quantity), self.filled, self.orders.quantity)

    @property
    def is_single(self) -> BoolArray:
        """Whether each order is an order of its own, no leg of a package, shape (order,)."""
        return np.asarray(self.orders.package_id == "", dtype=np.bool_)

    @property
    def unit(self) -> IntArray:
        """A number of what each order was decided with: the legs of a package share one, shape (order,)."""
        _, first, own = np.unique(self.orders.package_id, return_index=True, return_inverse=True)
        return np.where(self.is_single, np.arange(len(self.orders)), first[own])

    @property
    def starts(self) -> IntArray:
        """First fill of each order, and the number of all fills at the end, shape (order + 1,)."""
        return np.searchsorted(self.fills.order, np.arange(len(self.orders) + 1)).astype(np.int64)

    def sum_by_order(self, values: FloatArray) -> FloatArray:
        """Sum over each order's fills, zero for an order without any, shape (order,)."""
        found = np.bincount(self.fills.order, weights=values, minlength=len(self.orders))
        return found.astype(np.float64)

    def first_ns(self) -> IntArray:
        """Time of each order's first fill, NO_TIME without one, shape (order,)."""
        return self._edge_ns(self.starts[:-1])

    def last_ns(self) -> IntArray:
        """Time of each order's last fill, NO_TIME without one, shape (order,)."""
        return self._edge_ns(self.starts[1:] - 1)

    def arrival_ns(self) -> IntArray:
        """When each order reached the market: as stated, else its first fill, shape (order,)."""
        stated = self.orders.arrival_ns
        return np.where(stated == NO_TIME, self.first_ns(), stated)

    def end_ns(self) -> IntArray:
        """When each order ended: as stated, else its last fill, but never before that, shape (order,)."""
        last = self.last_ns()
        return np.where(self.orders.end_ns == NO_TIME, last, np.maximum(self.orders.end_ns, last))

    def _edge_ns(self, at: IntArray) -> IntArray:
        if not len(self.fills):
            return np.full(len(self.orders), NO_TIME)
        has_fills = np.diff(self.starts) > 0
        return np.where(has_fills, self.fills.ts_ns[np.clip(at, 0, len(self.fills) - 1)], NO_TIME)
