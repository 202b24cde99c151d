"""The episodes on which a champion and a challenger are compared: the same orders, in fresh markets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from execution.agents.champion import PairedEpisodes
from execution.agents.evaluate import BATCH, evaluate
from execution.agents.market_source import MarketSource
from execution.agents.task import ExecutionTask
from execution.agents.worker import Worker

ORDERS = 2  # one after the other in each market
# Apart from the seeds that agents are trained, watched and benchmarked on.
_SEED = 0xC4A3


def paired_episodes(
    champion: Worker, challenger: Worker, source: MarketSource, task: ExecutionTask
) -> Callable[[int, int], PairedEpisodes]:
    """A function of first and last episode that works them with both; see champion.challenge.

    Episodes come in whole batches of markets: both numbers must be multiples of BATCH * ORDERS.
    """

    def worked(first: int, stop: int) -> PairedEpisodes:
        per_batch = BATCH * ORDERS
        if first % per_batch or stop % per_batch or stop <= first:
            raise ValueError(f"episodes {first} to {stop} are no whole batches of {per_batch}")
        batches = [_batch(champion, challenger, source, task, at) for at in range(first, stop, per_batch)]
        episodes = batches[0]
        for later in batches[1:]:
            episodes = episodes.joined(later)
        return episodes

    return worked


def _batch(
    champion: Worker, challenger: Worker, source: MarketSource, task: ExecutionTask, first: int
) -> PairedEpisodes:
    seed = int(np.random.SeedSequence(_SEED, spawn_key=(first,)).generate_state(1)[0])
    old, new = (
        evaluate(worker, source, task, markets=BATCH, orders=ORDERS, seed=seed)
        for worker in (champion, challenger)
    )
    charge = task.reward.completion_ticks
    valid = old.makers_alive & new.makers_alive & np.isfinite(old.spread_ticks + new.spread_ticks)
    return PairedEpisodes(
        champion_bps=old.cost_bps(charge).ravel(),
        challenger_bps=new.cost_bps(charge).ravel(),
        champion_left=(old.left / old.quantity).ravel(),
        challenger_left=(new.left / new.quantity).ravel(),
        valid=valid.ravel(),
        regime=np.repeat(old.regime, ORDERS),
        cluster=np.repeat(first + np.arange(BATCH), ORDERS),
        champion_news_bps=np.nan_to_num(old.news_bps).ravel(),
        challenger_news_bps=np.nan_to_num(new.news_bps).ravel(),
    )
