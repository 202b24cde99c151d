"""The task that an agent learns: parent orders of a range of sizes, worked by a decision every so often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.agents.terms import MarketTerms

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardTerms:
    """How costs become a reward: minus (shortfall + completion + risk), a lot of the order, per `ticks`.

    completion_ticks: on top of the shortfall, for each lot that is left at the end. risk_aversion: times the
    variance of the price of what is left over each decision [1 / (tick x lot)]. discount: of the agents'
    return, for each decision. ticks: of cost a lot that make one unit of reward. news_control: add back what
    news have moved the price of what is left; no agent can foresee them, so that the expected reward is the
    same and its variance a fraction, as long as news are a martingale. twin_action: the number of an action;
    what a twin of the order costs, worked by it throughout in a copy of the market, is added back too
    (execution.agents.twins). The best policy stays the best; None for no twins. marked_at_reference: until
    an order is over, count what is left at what a simulated market's instrument is worth, not at its mid,
    which bounces: a potential (Ng, Harada and Russell 1999), which leaves what is best as it is.
    finish_ticks: another potential, of what is still to come: a lot of an order that is worked evenly from
    now on costs so much times the share that is left over the share of time that is left.
    """

    completion_ticks: float = 4.0
    risk_aversion: float = 0.0
    discount: float = 1.0
    ticks: float = 1.0
    news_control: bool = False
    twin_action: int | None = None
    marked_at_reference: bool = False
    finish_ticks: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionTask:
    """Parent orders to be worked. horizon_seconds: of each; decisions: in it, evenly spaced.

    repeats: how often what was decided is done, evenly until the next decision, each time with a slice of
    what is left then and as far as it can be done then. participation: least and largest size over the usual
    volume of the horizon, drawn log-uniformly. pause: steps, `repeats` a decision, that a market is watched
    before an order begins in it.
    """

    horizon_seconds: float = 600.0
    decisions: int = 120
    repeats: int = 1
    participation: tuple[float, float] = (0.05, 0.2)
    pause: int = 10
    reward: RewardTerms = RewardTerms()

    @property
    def steps(self) -> int:
        """How often something is done."""
        return self.decisions * self.repeats

    @property
    def interval_ns(self) -> int:
        """Time between two steps."""
        return round(1e9 * self.horizon_seconds / self.steps)

    def draw(self, rng: np.random.Generator, terms: MarketTerms) -> tuple[int, int]:
        """Side and quantity [lots] of a parent order."""
        low, high = np.log(self.participation)
        share = float(np.exp(rng.uniform(low, high)))
        side = 1 if rng.random() < 0.5 else -1
        return side, max(1, round(share * terms.lots_per_second * self.horizon_seconds))
