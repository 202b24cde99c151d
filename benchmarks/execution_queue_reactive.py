"""DQN and PPO on the execution task of arXiv 2511.15262 in our queue-reactive market, against its rules.

`python benchmarks/execution_queue_reactive.py` plays the rules and the agents of five training seeds of each
algorithm on 20,000 new markets, the same for all; `--episodes 2000` for a quick look. `--train FOLDER` trains
the agents into a folder first (what is there is kept, a killed training goes on), `--agents FOLDER` plays
those of another folder, `--ship` puts the best of each algorithm by validation markets into the package.
`--kept FOLDER` keeps what was played, so that a killed run goes on. Costs are rewards with the other sign
[currency]; differences are paired by market.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.special import stdtr, stdtrit

from benchmarks.queue_reactive_referee import induced, referee, sampled
from execution.agents.comparison import PairedDifference, paired_difference
from execution.agents.network_policy import NetworkPolicy
from execution.agents.queue_reactive_observation import BOOK_FEATURES, observe
from execution.agents.queue_reactive_play import PlayedEpisodes, Rule, agent, play, posted_share, twap
from execution.agents.queue_reactive_task import (
    IntArray,
    QueueReactiveMarkets,
    QueueReactiveTask,
    still_market,
)

TRAINED = Path(__file__).parent / "queue_reactive_agents"
SHIPPED = Path(__file__).parents[1] / "execution" / "agents" / "shipped"
ALGORITHMS, SEEDS, SIGN_FLIPPED = ("dqn", "ppo"), 5, "flipped"
TEST, VALIDATION = np.random.SeedSequence(251_115_262), np.random.SeedSequence(20_002)
VALIDATION_EPISODES, CONTROL_EPISODES = 4_000, 4_000
REFEREE_STEPS, REFEREE_SEED = 600, 20_003
HEADERS = (
    "who",
    "reward",
    "sd",
    "less TWAP's",
    "p",
    "cost, of TWAP's",
    "unfinished",
    "decisions",
    "published",
)
PUBLISHED = {
    "TWAP": (-0.365, 0.652),
    "POPV1, 50%": (-0.343, 0.378),
    "POPV2, 50%": (-0.342, 0.472),
    "POPV3, 100%": (-0.400, 0.388),
    "POPV4, 100%": (-0.399, 0.437),
}
PUBLISHED_AGENT = (-0.259, 0.631)
RULES: dict[str, Rule] = {
    "TWAP": twap,
    "POPV1, 50%": posted_share(1, 1),
    "POPV2, 50%": posted_share(2, 1),
    "POPV3, 100%": posted_share(3, 2),
    "POPV4, 100%": posted_share(4, 2),
    "all at the end": lambda markets: np.zeros(len(markets), np.int64),
}


@dataclass(frozen=True, kw_only=True)
class Study:
    """Where results are kept, by name, and how many markets they are of."""

    folder: Path | None
    episodes: int

    def played(self, name: str, rule: Rule) -> PlayedEpisodes:
        """The rule's test episodes; read where they were played before."""
        if self.folder is None:
            return play(rule, episodes=self.episodes, seed=TEST)
        path = self.folder / f"played_{self.episodes}_{name.replace(' ', '_')}.npz"
        if not path.exists():
            found = play(rule, episodes=self.episodes, seed=TEST)
            np.savez(path, reward=found.reward, unfinished=found.unfinished, decisions=found.decisions)
        with np.load(path) as file:
            return PlayedEpisodes(
                reward=file["reward"], unfinished=file["unfinished"], decisions=file["decisions"]
            )


def blind(policy: NetworkPolicy) -> Rule:
    """The agent, shown each market's own clock and inventory but its neighbour's book."""
    own = [BOOK_FEATURES.index(name) for name in ("time_left", "inventory")]

    def rule(markets: QueueReactiveMarkets) -> IntArray:
        seen = observe(markets)
        other = np.roll(seen, 1, axis=0)
        other[:, own] = seen[:, own]
        return markets.lots(policy.act(other, markets.action_masks()))

    return rule


def against(found: PlayedEpisodes, base: PlayedEpisodes, name: str) -> PairedDifference:
    """Difference of the costs on the same markets [currency]."""
    return paired_difference(-found.reward, -base.reward, challenger=name, baseline="TWAP")


def results_table(found: Mapping[str, PlayedEpisodes]) -> Table:
    """A line a rule or agent, each against TWAP."""
    table = Table(title="queue-reactive task: buy 25 event sizes in 600 s")
    for header in HEADERS:
        table.add_column(header, justify="left" if header == "who" else "right")
    base = found["TWAP"]
    for name, each in found.items():
        paired = against(each, base, name)
        row = [name, f"{each.reward.mean():.4f}", f"{each.reward.std():.3f}"]
        if name == "TWAP":
            row += ["", "", ""]
        else:
            row += [
                f"{-paired.mean_bps:+.4f} ({-paired.upper:+.4f} to {-paired.lower:+.4f})",
                f"{paired.p_value:.1g}",
                f"{paired.relative:+.1%} ({paired.relative_lower:+.1%} to {paired.relative_upper:+.1%})",
            ]
        row += [f"{(each.unfinished > 0).mean():.2%}", f"{each.decisions.mean():.1f}"]
        published = PUBLISHED.get(name)
        table.add_row(*row, f"{published[0]:.3f} (sd {published[1]:.3f})" if published else "")
    return table


def seeds_line(algorithm: str, found: list[PlayedEpisodes], base: PlayedEpisodes) -> str:
    """The test over training seeds, and over markets with the seeds' mean."""
    gains = np.array([(each.reward - base.reward).mean() for each in found])
    mean, freedom = float(gains.mean()), len(gains) - 1
    error = float(gains.std(ddof=1) / np.sqrt(len(gains)))
    reach, p_value = float(stdtrit(freedom, 0.975)) * error, 2.0 * float(stdtr(freedom, -abs(mean) / error))
    pooled = PlayedEpisodes(
        reward=np.mean([each.reward for each in found], axis=0),
        unfinished=base.unfinished,
        decisions=base.decisions,
    )
    paired = against(pooled, base, algorithm)
    rewards = ", ".join(f"{each.reward.mean():.4f}" for each in found)
    published = PUBLISHED_AGENT[0] / PUBLISHED["TWAP"][0] - 1.0
    return (
        f"{algorithm} over {len(gains)} training seeds: rewards {rewards}; mean {pooled.reward.mean():.4f}\n"
        f"  less TWAP {mean:+.4f} ({mean - reach:+.4f} to {mean + reach:+.4f}, p {p_value:.1g} over seeds); "
        f"over markets {-paired.mean_bps:+.4f} ({-paired.upper:+.4f} to {-paired.lower:+.4f}, "
        f"p {paired.p_value:.1g})\n  cost {paired.relative:+.1%} of TWAP's "
        f"({paired.relative_lower:+.1%} to {paired.relative_upper:+.1%}); published agent {published:+.1%}"
    )


def control_lines(policies: Mapping[str, NetworkPolicy], base: PlayedEpisodes) -> list[str]:
    """What becomes of agents where there is nothing to be seen, or nothing to be won."""
    count = min(CONTROL_EPISODES, len(base.reward))
    first = PlayedEpisodes(
        reward=base.reward[:count], unfinished=base.unfinished[:count], decisions=base.decisions[:count]
    )
    lines = []
    for name, policy in policies.items():
        paired = against(play(blind(policy), episodes=count, seed=TEST), first, name)
        still = [
            play(rule, episodes=250, seed=TEST, model=still_market()).reward for rule in (agent(policy), twap)
        ]
        lines.append(
            f"{name} shown another market's book: less TWAP {-paired.mean_bps:+.4f} "
            f"({-paired.upper:+.4f} to {-paired.lower:+.4f})\n"
            f"  in a market that never moves: less TWAP, in the mean and at most, "
            f"{float((still[0] - still[1]).mean()):+.6f}, {float(np.abs(still[0] - still[1]).max()):.1g}"
        )
    return lines


def agents_in(folder: Path, algorithm: str) -> dict[str, NetworkPolicy]:
    """Agents of the training seeds and the one for the wrong aim, by name."""
    names = [*map(str, range(SEEDS)), f"0_{SIGN_FLIPPED}"]
    paths = [folder / f"{algorithm}_{name}.safetensors" for name in names]
    return {path.stem: NetworkPolicy.load(path, features=BOOK_FEATURES) for path in paths if path.exists()}


def rules_played(study: Study) -> dict[str, PlayedEpisodes]:
    """The rules and the referee, by name."""
    found = {name: study.played(name, rule) for name, rule in RULES.items()}
    values = induced(sampled(REFEREE_STEPS, REFEREE_SEED), QueueReactiveTask())
    return found | {"referee (table)": study.played("referee", referee(values))}


def best_of(policies: Mapping[str, NetworkPolicy]) -> str:
    """The agent with the best mean on validation markets, which no test or training has.

    By the paper's equation 11 in full: the reward less 1.0 for each event size that the last decision left.
    """
    rewards: dict[str, float] = {}
    for name, policy in policies.items():
        found = play(agent(policy), episodes=VALIDATION_EPISODES, seed=VALIDATION)
        fine = QueueReactiveTask().penalty * found.unfinished
        rewards[name] = float((found.reward - fine).mean())
    return max(rewards, key=rewards.__getitem__)


def train_all(folder: Path) -> None:
    """Train what is not there, and one agent of each algorithm for the wrong aim."""
    from benchmarks.queue_reactive_training import train_missing  # needs torch

    for algorithm in ALGORITHMS:
        train_missing(folder, algorithm, [*map(str, range(SEEDS)), f"0_{SIGN_FLIPPED}"])


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--episodes", type=int, default=20_000)
    parser.add_argument("--train", type=Path)
    parser.add_argument("--agents", type=Path, default=TRAINED)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--ship", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Train where asked for, then print the results, the tests over seeds and the controls."""
    numba.set_num_threads(1)
    chosen, console = options(), Console(width=190)
    folder: Path = chosen.train or chosen.agents
    if chosen.train:
        train_all(folder)
    study = Study(folder=chosen.kept, episodes=chosen.episodes)
    groups = {name: agents_in(folder, name) for name in ALGORITHMS}
    found = rules_played(study)
    for policies in groups.values():
        found |= {name: study.played(name, agent(policy)) for name, policy in policies.items()}
    console.print(results_table(found))
    kept: dict[str, NetworkPolicy] = {}
    for algorithm, policies in groups.items():
        honest = {name: policy for name, policy in policies.items() if SIGN_FLIPPED not in name}
        if len(honest) > 1:
            console.print(seeds_line(algorithm, [found[name] for name in honest], found["TWAP"]))
            best = best_of(honest)
            console.print(f"{algorithm}: best on {VALIDATION_EPISODES:,} validation markets is {best}")
            kept[best] = policies[best]
            if chosen.ship:
                policies[best].save(SHIPPED / f"queue_reactive_{algorithm}.safetensors")
    for line in control_lines(kept, found["TWAP"]):
        console.print(line)


if __name__ == "__main__":
    main()
