"""What recorded fills say of the orders behind them: one row an order."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from execution.market.regime import SECONDS_PER_DAY
from execution.tca.calibrate import CostObservations

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedOrders:
    """Parent orders and what became of them; all arrays have shape (order,).

    Texts are empty and numbers NaN where the recording does not say. side: +1 bought. quantities: contracts.
    prices: currency; average_price NaN where nothing was filled; end_price: mid when the horizon was over.
    fee: currency, of the whole order. volatility: per sqrt(year). market_volume: contracts of everybody.
    taker_share: part of the filled quantity that took liquidity. multiplier: currency per contract and 1.00.
    """

    parent_id: TextArray
    symbol: TextArray
    algorithm: TextArray
    regime: TextArray
    side: IntArray
    order_quantity: IntArray
    filled_quantity: IntArray
    arrival_price: FloatArray
    average_price: FloatArray
    end_price: FloatArray
    arrival_ts_ns: IntArray
    horizon_ns: IntArray
    fee: FloatArray
    volatility: FloatArray
    market_volume: FloatArray
    taker_share: FloatArray
    multiplier: FloatArray

    def __len__(self) -> int:
        return len(self.side)

    def chosen(self, rows: BoolArray) -> Self:
        """The orders of these rows."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def joined(self, other: Self) -> Self:
        """These orders, then the others."""
        both: dict[str, Any] = {
            field.name: np.concatenate([getattr(self, field.name), getattr(other, field.name)])
            for field in fields(self)
        }
        return type(self)(**both)

    @property
    def leaves_quantity(self) -> IntArray:
        """Contracts that were wanted and not traded."""
        return self.order_quantity - self.filled_quantity

    @property
    def horizon_days(self) -> FloatArray:
        """Horizons in trading days of the regular session."""
        return np.asarray(self.horizon_ns / (1e9 * SECONDS_PER_DAY), dtype=np.float64)

    @property
    def participation(self) -> FloatArray:
        """Wanted quantity over what the market would have traded with all of it, in [0, 1].

        An order that stayed unfinished counts with the size it had, not with the part that went through.
        """
        whole = self.market_volume + self.leaves_quantity
        share = self.order_quantity / np.where(whole > 0.0, whole, np.nan)
        return np.asarray(np.minimum(share, 1.0), dtype=np.float64)

    @property
    def cost_bps(self) -> FloatArray:
        """Shortfall of the whole order before fees, opportunity included [bps of arrival notional].

        Opportunity: the mid's move to the horizon's end on what was left. Counting fills alone would leave
        out the orders that the market ran away from. NaN where something was left and the end's mid is not
        known.
        """
        paid = np.where(
            self.filled_quantity > 0, self.filled_quantity * (self.average_price - self.arrival_price), 0.0
        )
        left = self.leaves_quantity
        missed = np.where(left > 0, left * (self.end_price - self.arrival_price), 0.0)
        notional = self.order_quantity * self.arrival_price
        return np.asarray(1e4 * self.side * (paid + missed) / notional, dtype=np.float64)

    @property
    def fee_bps(self) -> float:
        """Fees over the notional traded [bps]; 0 where nothing was."""
        traded = float(np.sum(self.filled_quantity * self.arrival_price * self.multiplier))
        return 1e4 * float(self.fee.sum()) / traded if traded > 0.0 else 0.0

    def usable(self) -> BoolArray:
        """Orders of which cost, participation and volatility are known: those that a cost curve can use."""
        return np.asarray(
            np.isfinite(self.cost_bps) & np.isfinite(self.participation) & np.isfinite(self.volatility)
        )

    def observations(self, *, noise_floor_bps: float = 0.0) -> CostObservations:
        """What the usable orders cost. noise_floor_bps: see CostObservations."""
        known = self.chosen(self.usable())
        return CostObservations(
            participation=known.participation,
            horizon_days=known.horizon_days,
            volatility=known.volatility,
            cost_bps=known.cost_bps,
            noise_floor_bps=noise_floor_bps,
        )
