"""Zero-intelligence flow: orders arrive, are cancelled and trade at rates that know nothing of the state.

Smith, Farmer, Gillemot and Krishnamurthy (2003), 'Statistical theory of the continuous double auction', with
rates by distance from the opposite best price as in Cont, Stoikov and Talreja (2010), 'A stochastic model for
order book dynamics'. The flow has no reference price: the book alone carries the price.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from execution.book.compiled import inlined
from execution.book.layout import NO_SLOT, BookArrays, Record, RecordArray
from execution.market.flows.alias_table import AliasTable, alias_table, draw_index
from execution.market.flows.background import (
    THINNED,
    best_ticks,
    draw_geometric,
    draw_live_slot,
    has_ask,
    has_bid,
    log_one_minus,
    remember_best,
    write_cancel,
    write_limit,
    write_market,
)
from execution.random_stream import Stream, exponential, uniform

FloatArray = npt.NDArray[np.float64]

SANTA_FE_STATE = np.dtype(
    [
        ("clock_ns", "i8"),  # the present, set by whoever runs the flow
        ("last_bid", "i8"),  # best prices [ticks] as last seen while there were any
        ("last_ask", "i8"),
    ]
)


class SantaFeParameters(NamedTuple):
    """What the compiled flow reads: see SantaFe, from whom they come. Rates [1/s] are of both sides."""

    limit_rate: float
    market_rate: float
    cancel_rate: float  # of one order where it is highest
    distance: AliasTable  # of a limit order's distance - 1
    cancel_share: FloatArray  # of cancel_rate by distance - 1; the last one holds from there on
    log_one_minus_limit: float
    log_one_minus_market: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SantaFe:
    """Rates of the zero-intelligence flow, the same for both sides.

    limit_rates: limit orders [1/s] at 1, 2, ... ticks from the opposite best price, shape (distance,).
    market_rate: market orders of one side [1/s]. cancel_rates: of each resting order [1/s] by the same
    distance, shape (distance,), the last one for all that is farther: one number makes it uniform.
    limit_size, market_size: mean of the geometric sizes [lots], 1 makes every order one lot.

    Raises ValueError when a rate is negative or not finite, no limit order ever comes, or a size is below 1.
    """

    limit_rates: FloatArray
    market_rate: float
    cancel_rates: FloatArray
    limit_size: float = 1.0
    market_size: float = 1.0

    def __post_init__(self) -> None:
        for name in ("limit_rates", "cancel_rates"):
            rates = np.atleast_1d(np.asarray(getattr(self, name), np.float64))
            if rates.ndim != 1 or not len(rates) or not np.isfinite(rates).all() or (rates < 0.0).any():
                raise ValueError(f"{name} are {rates}, expected finite numbers from 0 on")
            object.__setattr__(self, name, rates)
        if not 0.0 <= self.market_rate < math.inf:
            raise ValueError(f"market_rate is {self.market_rate}, expected a finite number from 0 on")
        if self.limit_rates.sum() <= 0.0:
            raise ValueError("limit_rates are all 0, expected a positive one: the book would stay empty")
        for name in ("limit_size", "market_size"):
            if not 1.0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is {getattr(self, name)}, expected a finite number from 1 on")

    def parameters(self) -> SantaFeParameters:
        """What the compiled flow reads."""
        highest = float(self.cancel_rates.max())
        return SantaFeParameters(
            limit_rate=2.0 * float(self.limit_rates.sum()),
            market_rate=2.0 * float(self.market_rate),
            cancel_rate=highest,
            distance=alias_table(self.limit_rates),
            cancel_share=self.cancel_rates / highest if highest > 0.0 else np.ones(1),
            log_one_minus_limit=log_one_minus(self.limit_size),
            log_one_minus_market=log_one_minus(self.market_size),
        )


def santa_fe_state(*, start_ns: int, bid_ticks: int, ask_ticks: int) -> RecordArray:
    """The flow's state at the start, shape (1,); the prices stand in while a side of the book is empty."""
    if bid_ticks >= ask_ticks:
        raise ValueError(f"bid_ticks is {bid_ticks}, expected less than ask_ticks, {ask_ticks}")
    state = np.zeros(1, SANTA_FE_STATE)
    state[0] = (start_ns, bid_ticks, ask_ticks)
    return state


@inlined
def next_time(book: BookArrays, state: Record, parameters: SantaFeParameters, stream: Stream) -> int:
    """Draw the time [ns] of the next event from the rates as they are now."""
    return int(state["clock_ns"] + 1 + np.int64(1e9 * exponential(stream) / _total_rate(book, parameters)))


@inlined
def draw(
    book: BookArrays, state: Record, parameters: SantaFeParameters, stream: Stream, message: Record
) -> int:
    """Draw which event happens now and fill its message; see flows.background for what is returned."""
    u = _total_rate(book, parameters) * uniform(stream) - parameters.limit_rate
    if u < 0.0:
        side = 1 if u < -0.5 * parameters.limit_rate else -1
        opposite = best_ticks(book, state, -side)
        distance = 1 + draw_index(parameters.distance, stream)
        quantity = draw_geometric(parameters.log_one_minus_limit, stream)
        return write_limit(message, side, quantity, opposite - side * distance)
    u -= parameters.market_rate
    if u < 0.0:
        side = 1 if u < -0.5 * parameters.market_rate else -1
        if not (has_ask(book) if side > 0 else has_bid(book)):
            return THINNED
        return write_market(message, side, draw_geometric(parameters.log_one_minus_market, stream))
    slot = draw_live_slot(book, stream)
    if len(parameters.cancel_share) > 1 and uniform(stream) >= _cancel_share(book, state, parameters, slot):
        return THINNED
    return write_cancel(book, message, slot)


@inlined
def observe(
    book: BookArrays, state: Record, parameters: SantaFeParameters, events: RecordArray, count: int
) -> None:
    """Remember the best prices, for when a side is empty."""
    remember_best(book, state)


@inlined
def _total_rate(book: BookArrays, parameters: SantaFeParameters) -> float:
    """Rate of all events together, thinned ones included [1/s]."""
    cancels = parameters.cancel_rate * book.state[0]["live_orders"]
    return float(parameters.limit_rate + parameters.market_rate + cancels)


@inlined
def _cancel_share(book: BookArrays, state: Record, parameters: SantaFeParameters, slot: int) -> float:
    """Cancellation rate of a live order relative to the highest; it is 1 where no order lives."""
    if slot == NO_SLOT:
        return 1.0
    side = book.orders[slot]["side"]
    distance = side * (best_ticks(book, state, -side) - book.orders[slot]["price_ticks"])
    return float(parameters.cancel_share[max(1, min(distance, len(parameters.cancel_share))) - 1])
