"""A real book as a hedging problem with an exact optimum, to fine-tune the network on."""

from __future__ import annotations

import numpy as np

from hedger.optimum.problem import HedgingProblem
from hedger.policy.book_states import HedgedBook, hedged_book
from hedger.policy.forecast_ladder import expected_trade, forecast_ladder
from hedger.policy.policy import HedgeSituation
from hedger.policy.trade_costs import TradeCosts


def book_problem(situation: HedgeSituation) -> HedgingProblem | None:
    """The book's options under geometric Brownian motion at its gamma-weighted volatility; None without any.

    In units of spot and of the largest line: by the scaling law the same problem as the book's. Dates are
    trading days. The cost is the CostCurve's for the trade that is expected at a decision.
    """
    middle = len(situation.exposure.ladder_spot) // 2
    book = hedged_book(situation, np.array([middle]))
    size = float(np.abs(book.units).max(initial=0.0))
    if size == 0.0 or situation.risk_aversion == 0.0:
        return None
    trade = expected_trade(situation, forecast_ladder(situation).book_gamma(situation))[middle]
    return HedgingProblem(
        strike=np.exp(book.moneyness[0]),
        is_call=book.is_call,
        units=book.units[0] / size,
        expiry_step=np.maximum(np.round(book.dates[0]), 1.0).astype(np.int64),
        spot=1.0,
        step_variance=_step_variance(book),
        proportional_cost=float(TradeCosts.of(situation).at(trade)),
        risk_aversion=situation.risk_aversion * float(book.spot[0]) * size,
    )


def _step_variance(book: HedgedBook) -> float:
    moneyness, variance, dates = book.moneyness[0], book.variance[0], book.dates[0]
    nearness = -0.5 * moneyness**2 / variance
    weights = np.abs(book.units[0]) * np.exp(nearness - nearness.max()) / np.sqrt(variance)
    return float(weights @ (variance / dates) / weights.sum())
