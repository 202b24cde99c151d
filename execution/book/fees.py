"""What a venue charges and pays for trades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.book.layout import EventKind, RecordArray

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSchedule:
    """Fees of one venue; negative is a rebate.

    maker_per_lot, taker_per_lot: currency per lot. maker_rate, taker_rate: fraction of the notional.
    """

    maker_per_lot: float = 0.0
    taker_per_lot: float = 0.0
    maker_rate: float = 0.0
    taker_rate: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a fee that is not a finite number by a ValueError."""
        for name in ("maker_per_lot", "taker_per_lot", "maker_rate", "taker_rate"):
            if not np.isfinite(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)}, expected a finite number")

    def maker_fees(self, events: RecordArray, *, currency_per_tick: float) -> FloatArray:
        """What each event costs the maker [currency], shape (event,); 0 but for trades.

        currency_per_tick: value of one tick of one lot, so that a notional is price * quantity * it; a
        negative price has the notional of its absolute value.
        """
        return _fees(events, self.maker_per_lot, self.maker_rate * currency_per_tick)

    def taker_fees(self, events: RecordArray, *, currency_per_tick: float) -> FloatArray:
        """What each event costs the taker [currency], shape (event,); as maker_fees."""
        return _fees(events, self.taker_per_lot, self.taker_rate * currency_per_tick)


def _fees(events: RecordArray, per_lot: float, per_lot_tick: float) -> FloatArray:
    quantity = np.where(events["kind"] == EventKind.TRADE, events["quantity"], 0).astype(np.float64)
    price = np.abs(events["price_ticks"].astype(np.float64))
    fees: FloatArray = quantity * (per_lot + per_lot_tick * price)
    return fees
