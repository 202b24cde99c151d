"""Simulated dealers request by request in plain Python, from the sentences of `DealerTerms`."""

from __future__ import annotations

import math

import numpy as np

from execution.random_stream import new_stream, normal, uniform
from execution.rfq.panel import DealerTerms, RfqTerms
from execution.rfq.simulation import Requests


def slow_answers(
    requests: Requests,
    panel: tuple[DealerTerms, ...],
    seed: np.random.SeedSequence,
    terms: RfqTerms,
    volatility: float,
) -> list[tuple[list[float | None], int, str, float]]:
    """Of each request the markups, the winner (-1 nobody), how it ended and the news against the asker."""
    stream, held, told = new_stream(seed), [0.0] * len(panel), []
    for row in range(len(requests.side)):
        side, size, v = requests.side[row], requests.size[row], requests.volatility[row]
        for at, dealer in enumerate(panel):
            kept = math.exp(-dealer.inventory_fade * requests.seconds[row])
            shaken = dealer.inventory_deviation * math.sqrt(1.0 - kept * kept)
            held[at] = kept * held[at] + shaken * normal(stream)
        news = volatility * v * math.sqrt(terms.response_seconds) * normal(stream)
        look = volatility * v * math.sqrt(terms.look_seconds) * normal(stream)
        count, markups = int(requests.asked[row].sum()), []
        for at, dealer in enumerate(panel):
            drawn, z = uniform(stream), normal(stream)
            markups.append(
                markup(dealer, held[at], side, size, v, count, drawn, z) if requests.asked[row, at] else None
            )
        quoted = [(price, at) for at, price in enumerate(markups) if price is not None]
        best, winner = min(quoted, default=(math.inf, -1))
        end = "none"
        if winner >= 0 and best <= requests.reservation[row]:
            end = "rejected" if side * look > panel[winner].last_look else "traded"
        if end == "traded":
            held[winner] -= side * size
        told.append((markups, winner, end, side * news))
    return told


def markup(
    dealer: DealerTerms, held: float, side: float, size: float, v: float, count: int, drawn: float, z: float
) -> float | None:
    odds = dealer.response - dealer.response_dealers * math.log(count)
    odds -= dealer.response_size * math.log(size) + dealer.response_volatility * math.log(v)
    if drawn >= 1.0 / (1.0 + math.exp(-odds)):
        return None
    wanted = dealer.markup + dealer.markup_size * math.log(size) + dealer.markup_volatility * math.log(v)
    return wanted + dealer.markup_shared / count - dealer.skew * side * held + dealer.noise * z
