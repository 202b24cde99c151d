"""The queue-reactive flow fitted to a recording: what happened to queues of each length, over how long they
had it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.errors import ExecutionError
from execution.market.calibration.flow_events import (
    MARKET,
    FlowEvents,
    coarse_lots,
    flow_events,
    last_known_row,
    seconds_after,
)
from execution.market.calibration.lone_market import Instrument, simulate_alone
from execution.market.calibration.queue_frame import QueueFrame, queue_frame
from execution.market.flow_start import FlowStart
from execution.market.flows.queue_law import QueueReactive, stationary_law
from execution.market.flows.queue_reactive import queue_reactive_state
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedMessages

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_LONGEST = 60  # event sizes
_LONG = 0.995  # quantile of a queue's length, over time, up to which rates are fitted
_BURN_IN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReactiveFit:
    """Rates by queue and length, after Huang, Lehalle and Rosenbaum (2015), with standard errors.

    rates_error: of flow.rates, NaN where a length never was. theta_error: of flow.theta, the share of
    mid-price moves that the reference followed; theta_reinit is theirs and not fitted. seconds: each queue's
    time at each length, both sides together, (queue, length). law_distance: total variation between the
    recorded law of each queue's length and the one that follows from its rates, (queue,), NaN where none
    follows. ticks_per_queue: how many ticks of the recording one of the flow's is, the median spread.
    """

    flow: QueueReactive
    instrument: Instrument
    rates_error: FloatArray
    theta_error: float
    seconds: FloatArray
    law_distance: FloatArray
    ticks_per_queue: int
    events: int
    log_likelihood: float
    reference_ticks: float

    def describe(self) -> list[tuple[str, float, float, str]]:
        """Rows of name, value, standard error and unit; rates at each queue's commonest length."""
        rows = [("reference follows the mid-price", self.flow.theta, self.theta_error, "")]
        for queue, spent in enumerate(self.seconds):
            length = int(np.argmax(spent))
            for kind, name in enumerate(("limit orders", "cancels", "market orders")):
                rate, error = self.flow.rates[kind, queue, 0, length], self.rates_error[kind, queue, length]
                rows.append((f"{name} at queue {queue + 1} of length {length}", rate, error, "1/s"))
            distance = float(self.law_distance[queue])
            rows.append((f"law of queue {queue + 1}: total variation", distance, math.nan, ""))
        return rows

    def simulate(
        self, duration_ns: int, seed: int | np.random.SeedSequence, *, levels: int = 10
    ) -> tuple[RecordedMessages, BookHistory]:
        """A market with nothing but this flow, from the recording's last prices on; see simulate_alone."""
        start = self.start()
        return simulate_alone(
            start.parameters,
            start.state,
            self.instrument,
            duration_ns=duration_ns,
            burn_in_ns=start.burn_in_ns,
            levels=levels,
            seed=seed,
        )

    def start(self, start_ns: int = 0) -> FlowStart:
        """The flow before a burn-in that ends at start_ns, for MarketSimulator.from_flow."""
        burn_in_ns = round(1e9 * _BURN_IN_S)
        return FlowStart(
            parameters=self.flow.parameters(),
            state=queue_reactive_state(start_ns=start_ns - burn_in_ns, reference_ticks=self.reference_ticks),
            burn_in_ns=burn_in_ns,
        )


def calibrate_queue_reactive(
    messages: RecordedMessages, history: BookHistory, *, queues: int = 3
) -> QueueReactiveFit:
    """Fit model I to a recording and the levels after each of its messages.

    A queue is as wide as the median spread, one tick where that is one, so that the first queues are seldom
    empty, which the model is made for. Its event size is the mean size of what happens to it, its rates the
    counts by its length just before over the time it had that length, both sides together; a length that
    never was takes the nearest one's.

    Raises ExecutionError when no event falls into one of the queues.
    """
    events = flow_events(messages, history)
    frame = queue_frame(history, queues)
    queue, hit_side = _places(events, frame)
    inside = (queue >= 0) & (queue < queues)
    sizes = np.array([_mean_size(events.quantity[queue == i], i) for i in range(queues)])
    length = np.ceil(frame.volume / sizes[None, None, :]).astype(np.int64)
    weight = seconds_after(history)
    longest = max(2, min(_LONGEST, _time_quantile(length, weight)))
    length = np.minimum(length, longest)
    seconds = np.zeros((queues, longest + 1))
    counts = np.zeros((3, queues, longest + 1))
    for i in range(queues):
        for side in range(2):
            seconds[i] += np.bincount(length[:, side, i], weight, minlength=longest + 1)
    before = length[events.row - 1, np.where(hit_side > 0, 0, 1), np.clip(queue, 0, queues - 1)]
    np.add.at(counts, (events.kind[inside], queue[inside], before[inside]), 1.0)
    rates, errors = _rates(counts, seconds)
    moves, followed = frame.moves()
    theta = followed / moves if moves else 0.0
    lots = coarse_lots(events)
    last = last_known_row(history)
    return QueueReactiveFit(
        flow=QueueReactive(
            rates=rates,
            event_size=np.maximum(1, np.rint(sizes / lots)).astype(np.int64),
            theta=theta,
            stationary=seconds,
        ),
        instrument=Instrument(
            symbol=messages.symbol,
            tick_size=messages.tick_size * frame.ticks_per_queue,
            lot_size=messages.lot_size,
            lots=lots,
        ),
        rates_error=errors,
        theta_error=math.sqrt(theta * (1.0 - theta) / moves) if moves else math.nan,
        seconds=seconds,
        law_distance=np.array([_law_distance(rates[:, i], seconds[i]) for i in range(queues)]),
        ticks_per_queue=frame.ticks_per_queue,
        events=int(inside.sum()),
        log_likelihood=float(
            (counts * np.log(np.where((counts > 0) & (rates > 0), rates, 1.0))).sum() - counts.sum()
        ),
        reference_ticks=float(frame.below[last]) + 0.5,
    )


def _places(events: FlowEvents, frame: QueueFrame) -> tuple[IntArray, IntArray]:
    """Which queue each event happens to, from 0, and on which side; a market order's is the one it takes."""
    side = np.where(events.kind == MARKET, -events.side, events.side)
    below = frame.below[events.row - 1]
    price = frame.coarse(events.price_ticks, side)
    return np.where(side > 0, below - price, price - below - 1), side


def _mean_size(quantity: IntArray, queue: int) -> float:
    if not len(quantity):
        raise ExecutionError(f"nothing recorded happens to queue {queue + 1}: fit fewer queues")
    return max(1.0, float(quantity.mean()))


def _time_quantile(length: IntArray, weight: FloatArray) -> int:
    """The length that no queue exceeds but for a small part of the time."""
    longest = 0
    for queue in range(length.shape[2]):
        spent = np.bincount(np.minimum(length[:, :, queue], _LONGEST).sum(axis=1) // 2, weight)
        longest = max(longest, int(np.searchsorted(np.cumsum(spent), _LONG * spent.sum())))
    return longest


def _rates(counts: FloatArray, seconds: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rates and standard errors (kind, queue, length); unseen lengths take the nearest seen one's rate."""
    divisor = np.where(seconds > 0.0, seconds, 1.0)
    rates, errors = counts / divisor, np.sqrt(counts) / divisor
    errors[:, seconds <= 0.0] = math.nan
    for queue, spent in enumerate(seconds):
        seen = np.flatnonzero(spent > 0.0)
        nearest = seen[np.abs(np.arange(len(spent))[:, None] - seen).argmin(axis=1)]
        rates[:, queue] = rates[:, queue, nearest]
    return rates, errors


def _law_distance(rates: FloatArray, seconds: FloatArray) -> float:
    """Total variation between a recorded law and the rates'; NaN when orders would never leave."""
    try:
        law = stationary_law(*rates)
    except ValueError:
        return math.nan
    return 0.5 * float(np.abs(law - seconds / seconds.sum()).sum())
