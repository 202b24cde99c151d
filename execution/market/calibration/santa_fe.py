"""The zero-intelligence flow fitted to a recording: counts over exposures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from execution.errors import ExecutionError
from execution.market.calibration.flow_events import (
    CANCEL,
    LIMIT,
    MARKET,
    FlowEvents,
    coarse_lots,
    flow_events,
    last_known_row,
    seconds_after,
)
from execution.market.calibration.lone_market import Instrument, simulate_alone
from execution.market.flow_start import FlowStart
from execution.market.flows.santa_fe import SantaFe, santa_fe_state
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedMessages

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_FARTHEST = 0.99  # quantile of limit orders' distance up to which rates are fitted
_OFTEN = 0.5  # of the time, for which the recorded levels must reach a distance
_MOST_DISTANCES = 2**16
_BIN_RATIO = 1.25
_LEAST_CANCELS = 25  # in a bin with a rate of its own
_BURN_IN_LIFETIMES = 8.0
_MOST_BURN_IN_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SantaFeFit:
    """Rates of the zero-intelligence flow with standard errors, after Cont, Stoikov and Talreja (2010).

    flow: the rates. bin_start: first distance of each bin of distances within which rates are constant,
    (bin,). limit_error: standard error of limit_rates, cancel_error: of cancel_rates, both (bin,) [1/s], NaN
    where nothing was seen; market_error: of market_rate [1/s]. seconds: both sides of the book were known.
    log_likelihood: of the counts as Poisson, up to what does not depend on the rates. bid_ticks, ask_ticks:
    at the recording's end.
    """

    flow: SantaFe
    instrument: Instrument
    bin_start: IntArray
    limit_error: FloatArray
    cancel_error: FloatArray
    market_error: float
    seconds: float
    events: int
    log_likelihood: float
    bid_ticks: int
    ask_ticks: int

    def describe(self) -> list[tuple[str, float, float, str]]:
        """Rows of name, value, standard error and unit for a table; limit and cancel rates at the touch."""
        flow, first = self.flow, 0
        return [
            ("limit orders at distance 1, a side", flow.limit_rates[first], self.limit_error[first], "1/s"),
            ("market orders, a side", flow.market_rate, self.market_error, "1/s"),
            ("cancels of one order at distance 1", flow.cancel_rates[first], self.cancel_error[first], "1/s"),
            ("mean limit order", flow.limit_size * self.instrument.lots, math.nan, "lots"),
            ("mean market order", flow.market_size * self.instrument.lots, math.nan, "lots"),
        ]

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
        slowest = float(self.flow.cancel_rates[self.flow.cancel_rates > 0.0].min(initial=1.0))
        burn_in_ns = round(1e9 * min(_BURN_IN_LIFETIMES / slowest, _MOST_BURN_IN_S))
        return FlowStart(
            parameters=self.flow.parameters(),
            state=santa_fe_state(
                start_ns=start_ns - burn_in_ns, bid_ticks=self.bid_ticks, ask_ticks=self.ask_ticks
            ),
            burn_in_ns=burn_in_ns,
        )


def calibrate_santa_fe(messages: RecordedMessages, history: BookHistory) -> SantaFeFit:
    """Fit the zero-intelligence flow to a recording and the levels after each of its messages.

    A distance counts from the opposite best price. Its limit-order rate is the number of orders there over
    the time for which the recorded levels reached so far, out to where they reach for half of the time; its
    cancel rate is what was cancelled over what was there to cancel, in mean limit orders. Both are constant
    within bins that widen by a quarter; cancel bins are merged until each has 25.

    Raises ExecutionError when a kind of event never happens.
    """
    events = flow_events(messages, history)
    limits, cancels, markets = (events.of(kind) for kind in (LIMIT, CANCEL, MARKET))
    if not (len(limits) and len(cancels) and len(markets)):
        raise ExecutionError(
            f"{len(limits)} limit orders, {len(cancels)} cancels and {len(markets)} market orders, expected "
            "some of each"
        )
    seconds = seconds_after(history)
    size = float(limits.quantity.mean())
    lots = coarse_lots(limits)
    reach = _reach_seconds(history, seconds, _MOST_DISTANCES)
    often = int(np.count_nonzero(reach >= _OFTEN * reach[0]))
    edges = _bin_edges(min(often, int(np.quantile(_distances(limits), _FARTHEST))))
    limit_count = np.histogram(_distances(limits), edges)[0]
    limit_exposure = 2.0 * np.add.reduceat(reach[: edges[-1] - 1], edges[:-1] - 1)
    limit_rate, limit_error = _rate(limit_count, limit_exposure)
    cancel_count, cancelled = _cancel_counts(cancels, edges, size)
    cancel_exposure = _standing(history, seconds, edges) / size
    cancel_rate, cancel_error = _merged_rate(cancel_count, cancelled, cancel_exposure)
    market_rate = len(markets) / (2.0 * seconds.sum())
    last = last_known_row(history)
    widths = np.diff(edges)
    return SantaFeFit(
        flow=SantaFe(
            limit_rates=np.repeat(limit_rate, widths),
            market_rate=market_rate,
            cancel_rates=np.repeat(cancel_rate, widths),
            limit_size=max(1.0, size / lots),
            market_size=max(1.0, float(markets.quantity.mean()) / lots),
        ),
        instrument=Instrument(
            symbol=messages.symbol, tick_size=messages.tick_size, lot_size=messages.lot_size, lots=lots
        ),
        bin_start=edges[:-1],
        limit_error=limit_error,
        cancel_error=cancel_error,
        market_error=market_rate / math.sqrt(len(markets)),
        seconds=float(seconds.sum()),
        events=len(events),
        log_likelihood=_poisson(limit_count, limit_exposure)
        + _poisson(cancel_count, cancel_exposure)
        + _poisson(np.array([len(markets)]), np.array([2.0 * seconds.sum()])),
        bid_ticks=int(history.bid_ticks[last, 0]),
        ask_ticks=int(history.ask_ticks[last, 0]),
    )


def _distances(events: FlowEvents) -> IntArray:
    """Distance from the opposite best price, at least 1."""
    return np.maximum(1, events.side * (events.opposite_best - events.price_ticks))


def _bin_edges(farthest: int) -> IntArray:
    """Bins of distances, one tick wide at first."""
    edges = [1]
    while edges[-1] <= farthest:
        edges.append(max(edges[-1] + 1, int(edges[-1] * _BIN_RATIO)))
    return np.array(edges)


def _reach_seconds(history: BookHistory, seconds: FloatArray, farthest: int) -> FloatArray:
    """For how long each distance 1 .. farthest - 1 was within the recorded levels, both sides' mean [s]."""
    reached = np.zeros(farthest + 1)
    for own, volume, opposite, sign in (
        (history.bid_ticks, history.bid_volume, history.ask_ticks, 1),
        (history.ask_ticks, history.ask_volume, history.bid_ticks, -1),
    ):
        whole = volume[:, -1] <= 0  # fewer orders than levels: the whole side is seen
        reach = np.where(whole, farthest, sign * (opposite[:, 0] - own[:, -1]))
        np.add.at(reached, np.clip(reach, 0, farthest), 0.5 * seconds)
    return np.asarray(np.cumsum(reached[::-1])[::-1][1:farthest], np.float64)


def _standing(history: BookHistory, seconds: FloatArray, edges: IntArray) -> FloatArray:
    """Lot-seconds that rested in each bin of distances, the last one open."""
    total = np.zeros(len(edges) - 1)
    for own, volume, opposite, sign in (
        (history.bid_ticks, history.bid_volume, history.ask_ticks, 1),
        (history.ask_ticks, history.ask_volume, history.bid_ticks, -1),
    ):
        distance = sign * (opposite[:, :1] - own)
        place = np.clip(np.searchsorted(edges, distance, "right") - 1, 0, len(total) - 1)
        weight = np.where(volume > 0, volume, 0) * seconds[:, None]
        total += np.bincount(place.ravel(), weight.ravel(), minlength=len(total))
    return total


def _cancel_counts(cancels: FlowEvents, edges: IntArray, size: float) -> tuple[FloatArray, FloatArray]:
    """Cancels in each bin, the last one open, by number and in mean limit orders."""
    place = np.clip(np.searchsorted(edges, _distances(cancels), "right") - 1, 0, len(edges) - 2)
    number = np.bincount(place, minlength=len(edges) - 1).astype(np.float64)
    amount = np.bincount(place, cancels.quantity / size, minlength=len(edges) - 1)
    return number, amount.astype(np.float64)


def _rate(count: FloatArray, exposure: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rates and their Poisson standard errors; 0 and NaN without exposure."""
    seen = exposure > 0.0
    divisor = np.where(seen, exposure, 1.0)
    return np.where(seen, count / divisor, 0.0), np.where(seen, np.sqrt(count) / divisor, np.nan)


def _merged_rate(
    number: FloatArray, amount: FloatArray, exposure: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Rates of runs of bins with enough cancels each, for every bin, and their standard errors."""
    run = np.zeros(len(number), np.int64)
    seen = 0.0
    for i in range(1, len(number)):
        seen += number[i - 1]
        run[i] = run[i - 1] + (seen >= _LEAST_CANCELS)
        seen = 0.0 if seen >= _LEAST_CANCELS else seen
    if seen + number[-1] < _LEAST_CANCELS and run[-1] > 0:
        run[run == run[-1]] -= 1
    sums = [np.bincount(run, values).astype(np.float64) for values in (number, amount, exposure)]
    rate, _ = _rate(sums[1], sums[2])
    error = rate / np.sqrt(np.maximum(sums[0], 1.0))
    return rate[run], np.where(sums[2] > 0.0, error, np.nan)[run]


def _poisson(count: npt.NDArray[np.generic], exposure: FloatArray) -> float:
    """Log-likelihood of counts at their own rates."""
    rate, _ = _rate(np.asarray(count, np.float64), exposure)
    return float(xlogy(count, rate).sum() - np.sum(rate * exposure))
