"""Groups of paths: one random book, cost and aversion in one market, ready to train or to judge on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hedger.network.inference import BandNetwork
from hedger.network.market_study.states import PathStates, dates_of, path_states
from hedger.network.market_study.tasks import TaskLaw, random_book, task_at_risk
from hedger.network.markets.paths import HedgingMarket


def random_group(
    markets: Sequence[HedgingMarket],
    core: BandNetwork,
    *,
    paths: int,
    seed: np.random.SeedSequence,
    law: TaskLaw | None = None,
) -> PathStates:
    """Draw a book, a cost, an aversion and one of the markets; depends on `seed` alone."""
    own, moves = np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key).spawn(2)
    rng, ranges = np.random.default_rng(own), law or TaskLaw()
    book = random_book(rng)
    market = markets[int(rng.integers(len(markets)))]
    simulated = market.simulate(paths, book.steps, moves)
    book = book.sized(simulated)
    dates = dates_of(book, simulated)
    task = task_at_risk(book, simulated, dates, cost=ranges.cost(rng), scaled_deviation=ranges.deviation(rng))
    return path_states(task, simulated, core, dates)
