"""A simulated history as a desk's own file has it: for the example, and to see what a file may look like."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from execution.rfq.log_history import Flags, RfqHistory
from execution.rfq.panel import DealerTerms, standard_panel
from execution.rfq.simulation import RequestLog, drawn_requests, simulate

EXAMPLE_DEALERS, EXAMPLE_REQUESTS = 8, 2_000
HALF_SPREAD, TYPICAL_QUANTITY, TYPICAL_VOLATILITY = 0.20, 50, 0.2
_MID, _MID_DEVIATION, _TICK = 20.0, 0.5, 0.01
_LATER_DEVIATION = 0.3  # of the mid from the trade until `mid_after` at the typical volatility [half-spreads]
_START_NS = 1_704_205_800 * 10**9  # 2024-01-02 14:30 UTC


def example_history(
    requests: int = EXAMPLE_REQUESTS, dealers: int = EXAMPLE_DEALERS, seed: int = 0
) -> RfqHistory:
    """Requests to a simulated panel (`panel.standard_panel`) of one package, prices in ticks of 0.01.

    The half-spread is 0.20 and a typical size 50 packages. Nothing in it is of a market.
    """
    rng = np.random.default_rng(seed)
    panel = standard_panel(dealers, seed)
    log = simulate(drawn_requests(requests, dealers, rng), panel, np.random.SeedSequence(seed))
    names = tuple(
        f"dealer {chr(ord('A') + at)}" if dealers <= 26 else f"dealer {at:03d}" for at in range(dealers)
    )
    return history_of(log, names, rng)


def example_panel(dealers: int = EXAMPLE_DEALERS, seed: int = 0) -> tuple[DealerTerms, ...]:
    """The terms that the example's dealers follow."""
    return standard_panel(dealers, seed)


def history_of(log: RequestLog, names: tuple[str, ...], rng: np.random.Generator) -> RfqHistory:
    """A simulated log as a history of one package; `rng` draws the mids."""
    terms, count = log.requests, len(log.winner)
    mid = np.round(_MID + _MID_DEVIATION * rng.standard_normal(count), 3)
    later = _LATER_DEVIATION * terms.volatility * rng.standard_normal(count)
    at_trade = mid + terms.side * HALF_SPREAD * (log.news + log.leak_before)
    quote = at_trade[:, None] + terms.side[:, None] * HALF_SPREAD * log.markup
    return RfqHistory(
        origin="example (simulated)",
        dealers=names,
        request_id=np.array([f"R{number:06d}" for number in range(1, count + 1)]),
        ts_ns=_START_NS + np.rint(1e9 * np.cumsum(terms.seconds)).astype(np.int64),
        symbol=np.full(count, "PACKAGE"),
        side=terms.side,
        quantity=np.maximum(np.rint(TYPICAL_QUANTITY * terms.size), 1.0),
        mid=mid,
        half_spread=np.full(count, HALF_SPREAD),
        volatility=TYPICAL_VOLATILITY * terms.volatility,
        mid_at_trade=np.round(at_trade, 4),
        mid_after=np.round(at_trade + terms.side * HALF_SPREAD * (log.leak_after + later), 4),
        asked=terms.asked,
        answered=log.responded,
        quote=_TICK * np.rint(quote / _TICK),
        quote_mid=np.full(quote.shape, np.nan),
        traded=_of_winner(log, log.traded),
        rejected=_of_winner(log, log.rejected),
        knows_outcome=True,
        notes=("Simulated: the dealers, their prices and the mids are drawn, none is of a market.",),
    )


def history_table(history: RfqHistory) -> pa.Table:
    """A row a dealer asked, under headers that `log_file.read_history` reads."""
    request, dealer = np.nonzero(history.asked)
    cell = (request, dealer)
    words = np.select(
        [history.rejected[cell], history.traded[cell], history.answered[cell]],
        ["rejected", "won", "lost"],
        "no quote",
    )
    half = history.half_spread[request]
    names = np.array(history.dealers)
    own_mid = history.quote_mid[cell]
    numbers = {
        "quote": history.quote[cell],
        "mid": history.mid[request],
        "bid": history.mid[request] - half,
        "ask": history.mid[request] + half,
        "volatility": history.volatility[request],
        "mid_at_trade": np.where(np.isfinite(own_mid), own_mid, history.mid_at_trade[request]),
        "mid_after": history.mid_after[request],
    }
    return pa.table(
        {
            "request_id": history.request_id[request],
            "ts_ns": history.ts_ns[request],
            "symbol": history.symbol[request],
            "side": np.where(history.side[request] > 0.0, "buy", "sell"),
            "quantity": history.quantity[request],
            "dealer": names[dealer],
            "outcome": words,
            **{name: pa.array(values, from_pandas=True) for name, values in numbers.items()},
        }
    )


def _of_winner(log: RequestLog, which: Flags) -> Flags:
    found = np.zeros(log.markup.shape, dtype=np.bool_)
    rows = np.flatnonzero(which)
    found[rows, log.winner[rows]] = True
    return found
