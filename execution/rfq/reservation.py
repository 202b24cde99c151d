"""Up to which price to deal, and when to ask: what a quote is worth against asking again or waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.rfq.best_quote import QuoteLaws

FloatArray = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRound:
    """One of several rounds: the laws of who is asked, and what asking them costs (leak) [half-spreads]."""

    laws: QuoteLaws
    leak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """What to do in one round. asks: whether to ask at all, or to trade elsewhere at once.

    reservation: highest markup to deal at. expected_cost: from this round on; both [half-spreads].
    """

    asks: bool
    reservation: float
    expected_cost: float


def reservation_plan(rounds: Sequence[AskRound], outside: float) -> tuple[RoundPlan, ...]:
    """The reservation price of each round, by backward induction: V_t = min(o, l_t + E min(best_t, V_t+1)).

    outside: o, expected cost of trading elsewhere, after the last round too. A quote that was declined is
    gone. The reservation price of a round is what the rounds after it cost, so that it rises to `outside`.
    """
    value, plan = outside, []
    for each in reversed(rounds):
        reservation = value
        asking = each.leak + each.laws.expected_price(reservation)
        value = min(outside, asking)
        plan.append(RoundPlan(asks=asking < outside, reservation=reservation, expected_cost=value))
    return tuple(reversed(plan))


def when_to_ask(
    cost: FloatArray, transition: FloatArray, *, steps: int, waiting_cost: float | FloatArray = 0.0
) -> tuple[Flags, FloatArray]:
    """Whether to ask in each state of the market rather than wait for a better one, and the expected cost.

    cost: of asking in each state (state,), as `best_ask` has it; transition: (state, state), a Markov chain's
    rows; steps: how often one can still wait, after which one asks; waiting_cost: of one step, a number or by
    state. Both results (step, state), the first step with all waits ahead. ValueError for shapes that differ,
    and rows that are no probabilities.
    """
    states = len(cost)
    is_chain = transition.shape == (states, states) and bool(np.all(transition >= 0.0))
    if not is_chain or not np.allclose(transition.sum(axis=1), 1.0, atol=1e-9) or steps < 0:
        raise ValueError("waiting needs steps of 0 or more and a matrix of probabilities from state to state")
    value = np.asarray(cost, dtype=np.float64)
    asks, values = [np.ones(states, dtype=np.bool_)], [value]
    for _ in range(steps):
        waiting = waiting_cost + transition @ value
        asks.append(cost <= waiting)
        value = np.minimum(cost, waiting)
        values.append(value)
    return np.stack(asks[::-1]), np.stack(values[::-1])
