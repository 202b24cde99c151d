"""The mutually exciting flow fitted to a recording."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
from execution.market.calibration.hawkes_fit import HawkesFit, fit_hawkes
from execution.market.calibration.lone_market import Instrument, simulate_alone
from execution.market.flow_start import FlowStart
from execution.market.flows.hawkes import ASK_SIDE, EVENT_TYPES, HawkesEvent, HawkesFlow, hawkes_state
from execution.market.flows.hawkes_process import Hawkes, spectral_radius
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedMessages

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_MOST_DISTANCES = 2**14
_LARGEST_RADIUS = 0.95  # of the process that the flow plays
_LEAST_ORDERS = 10.0
_BURN_IN_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HawkesFlowFit:
    """Estimates by maximum likelihood, and the flow that plays them.

    The flow treats both sides alike, by their mean: a recording's trend is not played. played_radius: its
    spectral radius, less than the estimate where that was beyond 0.95.
    """

    fit: HawkesFit
    flow: HawkesFlow
    instrument: Instrument
    bid_ticks: int
    ask_ticks: int

    @property
    def played_radius(self) -> float:
        """Spectral radius of the flow's branching matrix."""
        return self.flow.process.spectral_radius

    def describe(self) -> list[tuple[str, float, float, str]]:
        """Rows of name, value, standard error and unit for a table."""
        fit = self.fit
        gain = (fit.log_likelihood - fit.poisson_log_likelihood) / fit.events
        rows = [("branching ratio", fit.branching_ratio, fit.branching_ratio_error, "")]
        rows += [
            (f"decay {scale + 1}", float(decay), float(error), "1/s")
            for scale, (decay, error) in enumerate(zip(fit.decay, fit.decay_error, strict=True))
        ]
        rows += [
            (f"baseline {_name(kind)}", float(fit.baseline[kind]), float(fit.baseline_error[kind]), "1/s")
            for kind in range(EVENT_TYPES)
        ]
        rows.append(("log-likelihood over constant rates, an event", gain, math.nan, ""))
        rows.append(("Kolmogorov-Smirnov of rescaled time", fit.kolmogorov_smirnov, math.nan, ""))
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
            state=hawkes_state(
                start_ns=start_ns - burn_in_ns, bid_ticks=self.bid_ticks, ask_ticks=self.ask_ticks
            ),
            burn_in_ns=burn_in_ns,
        )


def calibrate_hawkes(
    messages: RecordedMessages, history: BookHistory, *, scales: int = 2, most_events: int = 60_000
) -> HawkesFlowFit:
    """Fit the Hawkes flow to the last `most_events` events of a recording and the levels after its messages.

    scales: exponentials in each kernel, shared decays. Placement, sizes and the number of orders at which
    cancels run at their usual speed are the recording's means.

    Raises ExecutionError when there are fewer events than parameters or no limit order.
    """
    events = flow_events(messages, history)
    if len(events) > most_events:
        events = events.where(np.arange(len(events)) >= len(events) - most_events)
    limits = events.of(LIMIT)
    parameters = EVENT_TYPES * (1 + EVENT_TYPES * scales) + scales
    if not len(limits) or len(events) <= parameters:
        raise ExecutionError(
            f"{len(events)} events with {len(limits)} limit orders, expected limit orders and more events "
            f"than the {parameters} parameters"
        )
    times = 1e-9 * (events.ts_ns - events.ts_ns[0])
    fit = fit_hawkes(times, event_types(events), float(times[-1]), kinds=EVENT_TYPES, scales=scales)
    lots = coarse_lots(limits)
    last = last_known_row(history)
    return HawkesFlowFit(
        fit=fit,
        flow=_flow(fit, events, _mean_orders(history, float(limits.quantity.mean())), lots),
        instrument=Instrument(
            symbol=messages.symbol, tick_size=messages.tick_size, lot_size=messages.lot_size, lots=lots
        ),
        bid_ticks=int(history.bid_ticks[last, 0]),
        ask_ticks=int(history.ask_ticks[last, 0]),
    )


def event_types(events: FlowEvents) -> IntArray:
    """Each event's type in the Hawkes process, shape (event,): see HawkesEvent."""
    behind = events.side * (events.price_ticks - events.own_best) < 0
    kind = np.select(
        [events.kind == LIMIT, events.kind == CANCEL],
        [HawkesEvent.LIMIT_TOUCH + behind, HawkesEvent.CANCEL_TOUCH + behind],
        HawkesEvent.TRADE.value,
    )
    return np.where(events.side > 0, kind, kind + ASK_SIDE).astype(np.int64)


def _flow(fit: HawkesFit, events: FlowEvents, orders: float, lots: int) -> HawkesFlow:
    limits, markets = events.of(LIMIT), events.of(MARKET)
    ahead = limits.side * (limits.price_ticks - limits.own_best)
    room = limits.side * (limits.opposite_best - limits.own_best) - 1
    could, improved = (ahead >= 0) & (room > 0), (ahead > 0) & (room > 0)
    behind = np.minimum(-ahead[ahead < 0], _MOST_DISTANCES)
    return HawkesFlow(
        process=_both_sides_alike(fit),
        improve_share=float(improved[could].mean()) if could.any() else 0.0,
        usual_spread=max(1.0, float((events.ask_ticks - events.bid_ticks).mean())),
        improve_fraction=float((ahead / np.maximum(room, 1))[improved].mean()) if improved.any() else 0.5,
        behind_weights=np.bincount(behind - 1).astype(np.float64) if len(behind) else np.ones(1),
        limit_size=max(1.0, float(limits.quantity.mean()) / lots),
        market_size=max(1.0, float(markets.quantity.mean()) / lots) if len(markets) else 1.0,
        target_orders=orders,
    )


def _both_sides_alike(fit: HawkesFit) -> Hawkes:
    """The mean of the estimates and their mirror image, its branching within what can be played."""
    mirror = (np.arange(EVENT_TYPES) + ASK_SIDE) % EVENT_TYPES
    baseline = 0.5 * (fit.baseline + fit.baseline[mirror])
    branching = 0.5 * (fit.branching + fit.branching[np.ix_(mirror, mirror)])
    radius = spectral_radius(branching.sum(axis=2))
    return Hawkes(
        baseline=baseline,
        branching=branching * min(1.0, _LARGEST_RADIUS / max(radius, 1e-12)),
        decay=fit.decay,
    )


def _mean_orders(history: BookHistory, size: float) -> float:
    """Mean number of orders that rest within the recorded levels, by volume over the mean order."""
    volume = np.maximum(history.bid_volume, 0).sum(axis=1) + np.maximum(history.ask_volume, 0).sum(axis=1)
    seconds = seconds_after(history)
    return max(_LEAST_ORDERS, float(volume @ seconds / seconds.sum()) / size)


def _name(kind: int) -> str:
    event = HawkesEvent(kind % ASK_SIDE).name.lower().replace("_", " ")
    return f"{event}, {'buy' if kind < ASK_SIDE else 'sell'}"
