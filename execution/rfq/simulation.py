"""Histories of requests with simulated dealers, a million in seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.random_stream import new_stream
from execution.rfq import kernel
from execution.rfq.panel import DealerTerms, FloatArray, RfqTerms, leaks, panel_matrix

IntArray = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """What is asked, when and of whom; a row a request, in order of time.

    seconds: since the request before. side: +1 the asker buys, -1 it sells. size [typical sizes], volatility
    [typical ones]: positive. asked: (request, dealer). reservation: highest markup that is taken
    [half-spreads], infinite to take any. ValueError where shapes differ or a number cannot be.
    """

    seconds: FloatArray
    side: FloatArray
    size: FloatArray
    volatility: FloatArray
    asked: Flags
    reservation: FloatArray

    def __post_init__(self) -> None:
        columns = (self.seconds, self.side, self.size, self.volatility, self.reservation)
        if self.asked.ndim != 2 or any(each.shape != (len(self.asked),) for each in columns):
            raise ValueError("columns of requests must have one row each a request")
        good = (
            np.all((self.seconds >= 0.0) & np.isfinite(self.seconds))
            and np.all(np.abs(self.side) == 1.0)
            and np.all((self.size > 0.0) & np.isfinite(self.size))
            and np.all((self.volatility > 0.0) & np.isfinite(self.volatility))
            and not np.any(np.isnan(self.reservation))
        )
        if not good:
            raise ValueError("requests need times of 0 or more, sides +1 or -1, positive sizes, volatilities")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLog:
    """What became of requests. markup: of each quote over the mid [half-spreads], NaN of none.

    inventory: of each dealer before the quote, known to itself alone; both (request, dealer). winner: whose
    quote was best, -1 without a quote. traded; rejected: by its last look. news: move of the mid while quotes
    were awaited, leak_before, leak_after: what asking moved it by before and after the trade; all against the
    asker [half-spreads], (request,).
    """

    requests: Requests
    markup: FloatArray
    inventory: FloatArray
    winner: IntArray
    traded: Flags
    rejected: Flags
    news: FloatArray
    leak_before: FloatArray
    leak_after: FloatArray

    @property
    def responded(self) -> Flags:
        """Who quoted, (request, dealer)."""
        answered: Flags = ~np.isnan(self.markup)
        return answered

    @property
    def best_markup(self) -> FloatArray:
        """Best quote [half-spreads], NaN without one, (request,)."""
        best = np.where(self.responded, self.markup, np.inf).min(axis=1)
        return np.where(np.isinf(best), np.nan, best)


def drawn_requests(
    count: int, dealers: int, rng: np.random.Generator, *, ask: int | None = None, gap_seconds: float = 60.0
) -> Requests:
    """Requests with lognormal sizes and volatilities to dealers drawn at random.

    ask: how many; None has it uniform from 1 to all. ValueError where it is not from 1 to `dealers`.
    """
    if ask is not None and not 1 <= ask <= dealers:
        raise ValueError(f"{ask} of {dealers} dealers, expected 1 to {dealers}")
    number = rng.integers(1, dealers + 1, count) if ask is None else np.full(count, ask)
    rank = rng.random((count, dealers)).argsort(axis=1).argsort(axis=1)
    return Requests(
        seconds=rng.exponential(gap_seconds, count),
        side=rng.choice([-1.0, 1.0], count),
        size=np.exp(0.8 * rng.standard_normal(count)),
        volatility=np.exp(0.4 * rng.standard_normal(count)),
        asked=rank < number[:, None],
        reservation=np.full(count, np.inf),
    )


def simulate(
    requests: Requests,
    panel: tuple[DealerTerms, ...],
    seed: np.random.SeedSequence,
    *,
    terms: RfqTerms | None = None,
    volatility_half_spreads: float = 0.1,
) -> RequestLog:
    """Requests answered by the panel, in order; the best quote is taken within the reservation markup.

    volatility_half_spreads: deviation of the mid over a second at the typical volatility. The same seed gives
    dealers the same numbers whoever is asked. ValueError where the panel is not the requests'.
    """
    count, dealers = requests.asked.shape
    if dealers != len(panel):
        raise ValueError(f"requests to {dealers} dealers, expected {len(panel)}")
    waits = RfqTerms() if terms is None else terms
    matrix = panel_matrix(panel)
    columns = (requests.seconds, requests.side, requests.size, requests.volatility, requests.reservation)
    markup, seen, result = np.empty((count, dealers)), np.empty((count, dealers)), np.empty((count, 3))
    kernel.run_requests(
        matrix,
        np.column_stack(columns).astype(np.float64),
        requests.asked.astype(np.float64),
        np.array([waits.response_seconds, waits.look_seconds, volatility_half_spreads]),
        np.zeros(dealers),
        new_stream(seed),
        markup,
        seen,
        result,
    )
    winner, traded = result[:, 0].astype(np.int64), result[:, 1] == kernel.TRADED
    before, after = leaks(panel)
    spared = np.where(traded, after[winner], 0.0)
    return RequestLog(
        requests=requests,
        markup=markup,
        inventory=seen,
        winner=winner,
        traded=traded,
        rejected=result[:, 1] == kernel.REJECTED,
        news=result[:, 2],
        leak_before=(requests.asked @ before) * requests.size,
        leak_after=(requests.asked @ after - spared) * requests.size,
    )
