"""Random books to hedge in a simulated market, at an aversion that makes their risk matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hedger.network.market_study.book import Book, BookAtDate
from hedger.network.market_study.classical import along, delta
from hedger.network.market_study.score import hedged_losses
from hedger.network.market_study.states import HedgingTask
from hedger.network.markets.paths import MarketPaths
from hedger.network.sampling import ProblemLaw, random_problem

_BOOKS = ProblemLaw(volatility=(0.1, 0.3), steps=(5, 60), fixed_share=0.0, long_share=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLaw:
    """Ranges of the cost [fraction] and of aversion x deviation of the hedged loss; both log-uniform."""

    proportional_cost: tuple[float, float] = (1e-4, 1e-2)
    scaled_deviation: tuple[float, float] = (0.2, 1.0)

    def cost(self, rng: np.random.Generator) -> float:
        """Draw a proportional cost."""
        return _log_uniform(rng, self.proportional_cost)

    def deviation(self, rng: np.random.Generator) -> float:
        """Draw an aversion times the deviation of the hedged loss."""
        return _log_uniform(rng, self.scaled_deviation)


def random_book(rng: np.random.Generator) -> Book:
    """A book of 5 to 60 dates around a spot of 1; the largest line is one unit."""
    problem = random_problem(rng, _BOOKS)
    return Book(
        strike=problem.strike,
        is_call=problem.is_call,
        units=problem.units,
        expiry_step=problem.expiry_step,
    )


def task_at_risk(
    book: Book, paths: MarketPaths, dates: Sequence[BookAtDate], *, cost: float, scaled_deviation: float
) -> HedgingTask:
    """The task whose aversion times the deviation of the loss, hedged daily without costs, is as given."""
    free = HedgingTask(book=book, proportional_cost=0.0, risk_aversion=1.0)
    spot = np.ascontiguousarray(paths.spot[:, : book.steps + 1].T)
    hedged = hedged_losses(free, spot, book.owed_net(paths), *along(delta, free, dates, implied=True))
    deviation = float(hedged.loss.std())
    return HedgingTask(book=book, proportional_cost=cost, risk_aversion=scaled_deviation / deviation)


def _log_uniform(rng: np.random.Generator, bounds: tuple[float, float]) -> float:
    return float(np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1]))))
