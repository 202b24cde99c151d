"""What forecasts and a memory are worth to an agent that works orders.

`python -m benchmarks.execution_ablation [--steps 700000] [--seeds 3] [--folder DIR]`: PPO is trained as it
is, with the forecasts of a predictor before it, and with a memory, on the same seeds and for as many
decisions; what DIR holds is not trained again. All then work the same orders in fresh markets. Costs are in
bps of arrival notional, fees and a charge for what is left included; what unforeseen news made is taken out
by regression, the same in mean. A market is an independent group of its orders; over the training seeds
costs are averaged, and what each seed alone came to stands behind.

`--rules` trains nothing: it asks what the same forecasts are worth to a rule that anybody can read.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from execution.agents.actions import default_actions
from execution.agents.comparison import PairedDifference, compare
from execution.agents.evaluate import Evaluation, evaluate
from execution.agents.observation import FEATURES
from execution.agents.shipped_task import (
    MARKETS,
    shipped_curriculum,
    shipped_source,
    shipped_task,
    training_source,
)
from execution.agents.task import ExecutionTask
from execution.agents.training import Algorithm, difference, load_agent, train_agent, twap
from execution.agents.worker import Worker, agent_worker
from execution.impact.predictor import Predictor, read_predictor, shipped_predictor

ORDERS, ROUNDS = 2, 7
TEST_SEED = 0xAB1A
BASE = "plain"
_COMES = -0.15  # chosen in 24 calm markets of other seeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What is trained: an algorithm, and whether forecasts are before it."""

    algorithm: Algorithm
    sees_forecasts: bool = False


VARIANTS = {
    BASE: Variant(algorithm="ppo"),
    "forecasts": Variant(algorithm="ppo", sees_forecasts=True),
    "memory": Variant(algorithm="recurrent-ppo"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The training to do, and where what it makes is kept."""

    folder: Path
    predictor: Predictor
    steps: int
    seeds: tuple[int, ...]

    def trained(self, name: str, seed: int) -> Worker:
        """A variant of a seed, trained where the folder has none."""
        variant, out = VARIANTS[name], self.folder / f"{name}-{seed}"
        predictor = self.predictor if variant.sees_forecasts else None
        start = time.process_time()
        path = train_agent(
            variant.algorithm,
            training_source(),
            shipped_task(),
            out=out,
            steps=self.steps,
            rounds=ROUNDS,
            seed=seed,
            curriculum=partial(shipped_curriculum, rounds=ROUNDS),
            predictor=predictor,
        )
        print(f"{out.name}: {self.steps:,} decisions, {time.process_time() - start:.0f} s of CPU", flush=True)
        policy = load_agent(path)
        return agent_worker(replace(policy, card=replace(policy.card, name=out.name)), predictor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Rests one slice at the near touch; behind it, where the price is told to come, beyond a threshold.

    waits_below: a forecast move of the next second [deviations over a decision], negative is for the order.
    """

    name: str
    waits_below: float = -np.inf

    def act(self, observation: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Actions (market,)."""
        join, behind = (default_actions().names.index(name) for name in ("join 1", "behind 2"))
        waits = observation[:, FEATURES.index("forecast_move")] < self.waits_below
        wanted = np.where(waits, behind, join)
        return np.where(mask[np.arange(len(mask)), wanted], wanted, 0)


def judge_rules(market: str, predictor: Predictor, markets: int) -> None:
    """Print what waiting for a price that is told to come is worth in a market."""
    task, source = shipped_task(), shipped_source((market,))
    rules = (Rule(name="join"), Rule(name="join or wait", waits_below=_COMES))
    plain, waiting = (
        evaluate(agent_worker(rule, predictor), source, task, markets=markets, orders=ORDERS, seed=TEST_SEED)
        for rule in rules
    )
    found = difference(waiting, plain, task)
    print(f"{market:<10}{found.challenger:<14}{found.challenger_bps:>8.3f}{told(found)}", flush=True)


def judge(market: str, workers: Mapping[str, Sequence[Worker]], markets: int) -> None:
    """Print what every variant costs in a market, less the plain one and less TWAP."""
    task, source = shipped_task(), shipped_source((market,))

    def found(worker: Worker) -> Evaluation:
        return evaluate(worker, source, task, markets=markets, orders=ORDERS, seed=TEST_SEED)

    schedule = found(twap())
    results = {name: [found(one) for one in own] for name, own in workers.items()}
    for name, own in results.items():
        to_twap = averaged(name, own, "twap", [schedule] * len(own), task)
        row = f"{market:<10}{name:<12}{to_twap.challenger_bps:>8.3f}{told(to_twap)}"
        if name != BASE:
            gains = [
                difference(one, base, task).mean_bps for one, base in zip(own, results[BASE], strict=True)
            ]
            row += told(averaged(name, own, BASE, results[BASE], task))
            row += "  " + ", ".join(f"{gain:+.3f}" for gain in gains)
        print(row, flush=True)


def averaged(
    name: str, own: Sequence[Evaluation], baseline: str, base: Sequence[Evaluation], task: ExecutionTask
) -> PairedDifference:
    """Paired difference of the means over training seeds, markets as independent groups."""
    charge, (markets, orders) = task.reward.completion_ticks, own[0].quantity.shape
    both = {name: own, baseline: base}
    return compare(
        {key: np.mean([one.cost_bps(charge) for one in each], axis=0).ravel() for key, each in both.items()},
        baseline=baseline,
        control_bps={
            key: np.mean([one.news_bps for one in each], axis=0).ravel() for key, each in both.items()
        },
        cluster=np.repeat(np.arange(markets), orders),
    )[0]


def told(found: PairedDifference) -> str:
    """A difference with its interval, as a column."""
    return f"{found.mean_bps:>+10.3f} ({found.lower:+.3f}, {found.upper:+.3f})"


def main() -> None:
    """Train what is not there, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=700_000, help="decisions of each training")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--markets", type=int, default=64, help="fresh markets of each kind")
    parser.add_argument("--folder", type=Path, help="of trained agents; by default nothing is kept")
    parser.add_argument("--predictor", type=Path, help="weights; by default the shipped LSTM's")
    parser.add_argument("--rules", action="store_true", help="train nothing, judge a rule")
    parser.add_argument("--only", help="train one, such as memory-2, and no more")
    others = [name for name in VARIANTS if name != BASE]
    parser.add_argument("--variants", nargs="+", choices=others, default=others, help="beside the plain one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        study = Study(
            folder=options.folder or Path(scratch),
            predictor=read_predictor(options.predictor) if options.predictor else shipped_predictor(),
            steps=options.steps,
            seeds=tuple(range(1, options.seeds + 1)),
        )
        if options.rules:
            print(f"{'market':<10}{'rule':<14}{'cost':>8}{'less join':>12}")
            for market in MARKETS:
                judge_rules(market, study.predictor, options.markets)
            return
        if options.only:
            name, _, seed = options.only.rpartition("-")
            study.trained(name, int(seed))
            return
        names = (BASE, *options.variants)
        workers = {name: [study.trained(name, seed) for seed in study.seeds] for name in names}
    print(f"{'market':<10}{'agent':<12}{'cost':>8}{'less TWAP':>12}{'less plain, and by training seed':>50}")
    for market in MARKETS:
        judge(market, workers, options.markets)


if __name__ == "__main__":
    main()
