"""Liquidating several hedged legs at once, whose best is known: multi-asset Almgren-Chriss."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

import numpy as np

from execution.schedules.multi_asset import MultiAssetAlmgrenChriss
from execution.schedules.schedule import FloatArray


def hedged_pair() -> MultiAssetAlmgrenChriss:
    """Two legs of correlation 0.9 in shares, days and dollars, with one horizon of a day and lambda 1e-4."""
    deviation = np.array([0.95, 0.80])
    return MultiAssetAlmgrenChriss(
        horizon=1.0,
        covariance=np.multiply.outer(deviation, deviation) * np.array([[1.0, 0.9], [0.9, 1.0]]),
        temporary_impact=np.array([[2.5e-6, 4e-7], [4e-7, 4e-6]]),
        risk_aversion=1e-4,
    )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiquidationTask:
    """Trades of all legs in each of `trades` equal slices; cost in units of trading all of them evenly.

    quantities: by leg, signed, none 0. Left and traded are parts of the quantities, shape (market, leg).
    """

    model: MultiAssetAlmgrenChriss = field(default_factory=hedged_pair)
    quantities: tuple[float, ...] = (1e6, -1e6)
    trades: int = 10
    _even_cost: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.quantities) != self.model.legs or not all(self.quantities) or self.trades < 1:
            raise ValueError(
                f"expected a trade, and a quantity for each of {self.model.legs} legs; got {self}"
            )
        even = np.tile(np.array(self.quantities) / self.trades, (self.trades, 1))
        object.__setattr__(self, "_even_cost", self.model.utility(even))

    def step_cost(self, left: FloatArray, parts: FloatArray) -> FloatArray:
        """What trading the parts pays in impact, and in risk for what it leaves, shape (market,)."""
        return self._impact(parts) + self._risk(left - parts)

    def finish_cost(self, left: FloatArray, trades_left: int) -> FloatArray:
        """What it costs to trade all that is left evenly, shape (market,); 0 where no trade is left."""
        if trades_left == 0:
            return np.zeros(len(left))
        squares = float(np.sum(np.arange(trades_left) ** 2)) / trades_left**2
        return self._impact(left) / trades_left + squares * self._risk(left)

    def cost(self, parts: FloatArray) -> float:
        """Cost of a whole schedule, shape (trade, leg), by the model's own formula; 1 for the even one."""
        return self.model.utility(parts * np.array(self.quantities)) / self._even_cost

    def best_parts(self) -> FloatArray:
        """The optimal schedule, shape (trade, leg), in closed form."""
        holdings = self.model.holdings(self.quantities, self.trades)
        parts: FloatArray = -np.diff(holdings, axis=0) / np.array(self.quantities)
        return parts

    def _impact(self, parts: FloatArray) -> FloatArray:
        tau = self.model.horizon / self.trades
        return self._form(parts, self.model.net_temporary_impact(tau) / tau)

    def _risk(self, left: FloatArray) -> FloatArray:
        tau = self.model.horizon / self.trades
        return self._form(left, self.model.risk_aversion * tau * self.model.covariance)

    def _form(self, parts: FloatArray, matrix: FloatArray) -> FloatArray:
        sized = parts * np.array(self.quantities)
        form: FloatArray = np.einsum("mi,ij,mj->m", sized, matrix, sized)
        return form / self._even_cost
