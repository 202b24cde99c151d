"""The queue-reactive model's rates and the stationary law of a queue that follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LIMIT, CANCEL, MARKET = 0, 1, 2  # first axis of the rates
MAX_QUEUES = 8


class QueueReactiveParameters(NamedTuple):
    """What the compiled flow reads: see QueueReactive, from whom they come."""

    rates: FloatArray  # (queue, context, length, kind) [1/s]
    total_rate: FloatArray  # of all kinds together, (queue, context, length)
    event_size: IntArray  # (queue,) [lots]
    cumulative: FloatArray  # (queue, length): stationary law
    opposite_edges: IntArray  # (3,) [event sizes]
    theta: float
    theta_reinit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReactive:
    """Rates of K queues a side, the same for both sides.

    rates: limit orders, cancels and market orders [1/s], shape (3, queue, context, length) or without the
    context (model I), by the queue's length 0 .. Q in event sizes; limit orders stop at Q, the others at 0.
    Contexts are four: for the first queue the opposite first queue's length, 0, up to opposite_edges[0], up
    to opposite_edges[1], more (model IIb); for the second queue whether the first is empty, 0, or not, 1
    (model IIa); other queues use 0. event_size: lots of one event, (queue,). theta: probability that the
    reference follows a mid-price move; theta_reinit: that the book is then redrawn. stationary: law of each
    queue's length for the redraws, (queue, length); left out it follows from the rates averaged over
    contexts by the product formula.

    Raises ValueError when a shape does not fit or a number is out of its range.
    """

    rates: FloatArray
    event_size: IntArray
    theta: float = 0.7
    theta_reinit: float = 0.85
    opposite_edges: tuple[int, int] = (4, 12)
    stationary: FloatArray = field(default_factory=lambda: np.empty((0, 0)))

    def __post_init__(self) -> None:
        rates = np.array(self.rates, np.float64)
        if rates.ndim == 3:
            rates = rates[:, :, None, :]
        if rates.ndim != 4 or rates.shape[0] != 3 or rates.shape[2] not in (1, 4) or rates.shape[3] < 2:
            raise ValueError(f"rates have shape {rates.shape}, expected (3, queue, 1 or 4, length)")
        if not 1 <= rates.shape[1] <= MAX_QUEUES:
            raise ValueError(f"rates are of {rates.shape[1]} queues, expected 1 to {MAX_QUEUES}")
        if not np.isfinite(rates).all() or (rates < 0.0).any():
            raise ValueError("rates hold a negative or infinite number, expected finite ones from 0 on")
        rates[LIMIT, :, :, -1] = 0.0
        rates[CANCEL:, :, :, 0] = 0.0
        object.__setattr__(self, "rates", rates)
        sizes = np.array(self.event_size, np.int64)
        if sizes.shape != (rates.shape[1],) or (sizes < 1).any():
            raise ValueError(f"event_size is {sizes}, expected {rates.shape[1]} numbers from 1 on")
        object.__setattr__(self, "event_size", sizes)
        for name in ("theta", "theta_reinit"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} is {getattr(self, name)}, expected a number from 0 to 1")
        if not 0 <= self.opposite_edges[0] <= self.opposite_edges[1]:
            raise ValueError(f"opposite_edges are {self.opposite_edges}, expected two rising numbers")
        self._settle_stationary()

    def _settle_stationary(self) -> None:
        law = self.stationary
        if not law.size:
            law = np.array([stationary_law(*queue) for queue in self.rates.mean(axis=2).swapaxes(0, 1)])
        shape = (self.rates.shape[1], self.rates.shape[3])
        if law.shape != shape or not np.isfinite(law).all() or (law < 0.0).any():
            raise ValueError(f"stationary has shape {law.shape}, expected {shape} numbers from 0 on")
        total = law.sum(axis=1, keepdims=True)
        if (total <= 0.0).any() or (law[:, 1:].sum() <= 0.0):
            raise ValueError("stationary leaves the book empty, expected a law with some queue that is not")
        object.__setattr__(self, "stationary", law / total)

    def parameters(self) -> QueueReactiveParameters:
        """What the compiled flow reads."""
        return QueueReactiveParameters(
            rates=np.ascontiguousarray(self.rates.transpose(1, 2, 3, 0)),
            total_rate=self.rates.sum(axis=0),
            event_size=self.event_size.copy(),
            cumulative=np.cumsum(self.stationary, axis=1),
            opposite_edges=np.array([0, *self.opposite_edges], np.int64),
            theta=float(self.theta),
            theta_reinit=float(self.theta_reinit),
        )


def stationary_law(limit: FloatArray, cancel: FloatArray, market: FloatArray) -> FloatArray:
    """Law of a queue's length from its rates by length, shapes (length,), all [1/s].

    pi(n) = pi(0) times the product over m = 1 .. n of limit(m - 1) / (cancel(m) + market(m)): equation (4) of
    Huang, Lehalle and Rosenbaum (2015). Lengths beyond one that no limit order reaches have probability 0;
    ValueError when orders come but never leave.
    """
    leave = cancel[1:] + market[1:]
    if ((leave <= 0.0) & (limit[:-1] > 0.0)).any():
        raise ValueError("a queue's orders never leave at some length, expected a positive rate")
    with np.errstate(divide="ignore"):
        step = np.log(limit[:-1]) - np.log(np.where(leave > 0.0, leave, 1.0))
    log_law = np.concatenate([[0.0], np.cumsum(step)])
    law = np.exp(log_law - log_law.max())
    return np.asarray(law / law.sum(), np.float64)
