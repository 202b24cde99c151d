"""The zero-intelligence market as two lists of prices, unit orders, drawn by Gillespie's algorithm."""

from __future__ import annotations

import numpy as np

from execution.market.flows.santa_fe import SantaFe


class ZeroIntelligence:
    """orders: prices of the resting unit orders of each side, +1 bids."""

    def __init__(self, flow: SantaFe, rng: np.random.Generator) -> None:
        self.flow, self.rng, self.now, self.due = flow, rng, 0.0, 0.0
        self.orders: dict[int, list[int]] = {1: [], -1: []}
        self.last = {1: 0, -1: 1}

    def best(self, side: int) -> int:
        if self.orders[side]:
            self.last[side] = max(self.orders[side]) if side > 0 else min(self.orders[side])
        return self.last[side]

    def cancel_rate(self, side: int, price: int) -> float:
        distance = max(1, side * (self.best(-side) - price))
        return float(self.flow.cancel_rates[min(distance, len(self.flow.cancel_rates)) - 1])

    def run(self, until: float) -> None:
        while True:
            moves = [
                (rate, side, "limit", d + 1)
                for side in (1, -1)
                for d, rate in enumerate(self.flow.limit_rates)
            ]
            moves += [(self.flow.market_rate, side, "market", 0) for side in (1, -1)]
            moves += [
                (self.cancel_rate(side, price), side, "cancel", price)
                for side in (1, -1)
                for price in self.orders[side]
            ]
            rates = np.array([move[0] for move in moves])
            if self.due <= self.now:
                self.due = self.now + self.rng.exponential(1.0 / rates.sum())
            if self.due > until:
                return
            self.now = self.due
            _, side, what, number = moves[self.rng.choice(len(moves), p=rates / rates.sum())]
            if what == "limit":
                self.orders[side].append(self.best(-side) - side * number)
            elif what == "cancel":
                self.orders[side].remove(number)
            elif self.orders[-side]:
                self.orders[-side].remove(self.best(-side))
            self.best(1), self.best(-1)
