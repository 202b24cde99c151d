"""What one may choose about learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DqnSettings:
    """Deep Q-learning. ValueError for what cannot be trained.

    hidden: units of each hidden layer. dueling_units: of each stream, 0 for one head (Wang et al. 2016).
    double: the network chooses and its target values the next action (van Hasselt et al. 2016). n_steps: of
    reward before the value. priority_exponent: 0 draws evenly; importance: exponent of the weights at the
    start, 1 at the end (Schaul et al. 2016). learning_rate falls in a line to final_rate_share of itself.
    buffer_steps, learning_starts, target_every: in steps of all markets together. train_every: steps of each
    market between trainings of gradient_steps batches. exploration: chance of a random action, falling in a
    line from 1 to exploration_final in the first exploration_share of all steps. discount: per decision.
    standard_steps: random steps before training, by which features are standardised. usual_action: what half
    of the exploration does instead of a random action, where it is permitted; None for none. averaged_share:
    of all steps, the last, over which the weights are averaged that are handed back; 0 for the last ones.
    """

    hidden: tuple[int, ...] = (64, 64)
    dueling_units: int = 32
    double: bool = True
    n_steps: int = 3
    priority_exponent: float = 0.6
    importance: float = 0.4
    learning_rate: float = 1e-3
    final_rate_share: float = 0.1
    batch_size: int = 128
    buffer_steps: int = 100_000
    learning_starts: int = 1_000
    train_every: int = 1
    gradient_steps: int = 1
    target_every: int = 1_000
    target_share: float = 1.0
    exploration_final: float = 0.02
    exploration_share: float = 0.5
    discount: float = 1.0
    standard_steps: int = 2_000
    largest_gradient: float = 10.0
    usual_action: int | None = None
    averaged_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse counts and shares out of range."""
        counts = (*self.hidden, self.n_steps, self.batch_size, self.buffer_steps, self.train_every)
        if not self.hidden or min(*counts, self.gradient_steps, self.target_every) < 1:
            raise ValueError("layers, steps, batches and intervals must be at least 1")
        if min(self.dueling_units, self.learning_starts, self.standard_steps) < 0:
            raise ValueError("dueling_units, learning_starts and standard_steps cannot be negative")
        shares = (self.discount, self.target_share, self.exploration_final, self.exploration_share)
        rest = (self.final_rate_share, self.importance, self.averaged_share)
        if not all(0.0 <= share <= 1.0 for share in (*shares, *rest)):
            raise ValueError("shares, chances, discount and importance lie between 0 and 1")
        if not (0.0 < self.learning_rate < 1.0 and self.priority_exponent >= 0.0 < self.largest_gradient):
            raise ValueError("learning_rate lies in (0, 1); exponents and norms are not negative")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PpoSettings:
    """Proximal policy optimisation (Schulman et al. 2017). ValueError for what cannot be trained.

    hidden: units of each hidden layer, of the actor and of the critic. tanh: hidden units' answer, otherwise
    max(x, 0). learning_rate falls in a line to final_rate_share of itself. rollout_steps: of each market
    between trainings of epochs passes over the rollout in batches. clip: of the probability ratio.
    advantage_decay: lambda of generalised advantages. critic_decay: of what the critic is taught, by default
    the same; a longer one tells it of what is far off (Yuan et al. 2025). first_deviation: of continuous
    actions at the start; it falls by equal factors to final_deviation, or is learnt where that is None.
    standard_steps: random steps before training, by which features are standardised. first_odds: actions,
    by number, that are likelier at the start, by how much [log]. sharpening: by what log-odds of discrete
    actions are multiplied before each rollout, so that what learns by chance comes to act as the likeliest
    action would, and learns from that too; at least 1. averaged_share: as of DQN (Polyak and Juditsky 1992).
    """

    hidden: tuple[int, ...] = (64, 64)
    tanh: bool = True
    learning_rate: float = 3e-4
    final_rate_share: float = 0.1
    rollout_steps: int = 64
    batch_size: int = 512
    epochs: int = 10
    clip: float = 0.2
    discount: float = 1.0
    advantage_decay: float = 0.95
    critic_decay: float | None = None
    entropy_share: float = 0.0
    value_share: float = 0.5
    first_deviation: float = 1.0
    final_deviation: float | None = None
    standard_steps: int = 2_000
    largest_gradient: float = 0.5
    first_odds: tuple[tuple[int, float], ...] = ()
    sharpening: float = 1.0
    averaged_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse counts and shares out of range."""
        if not self.hidden or min(*self.hidden, self.rollout_steps, self.batch_size, self.epochs) < 1:
            raise ValueError("layers, steps, batches and epochs must be at least 1")
        decays = (self.advantage_decay, self.critic_decay or 0.0)
        shares = (self.discount, *decays, self.final_rate_share, self.averaged_share)
        if not all(0.0 <= share <= 1.0 for share in shares):
            raise ValueError("discount, decays and shares of all steps lie between 0 and 1")
        deviations = (self.first_deviation, 1.0 if self.final_deviation is None else self.final_deviation)
        if not (0.0 < self.learning_rate < 1.0 and self.clip > 0.0 and min(deviations) > 0.0):
            raise ValueError("learning_rate lies in (0, 1); clip and deviations are positive")
        if not 1.0 <= self.sharpening < 2.0:
            raise ValueError(f"sharpening is {self.sharpening}, must be at least 1 and below 2")
        if min(self.entropy_share, self.value_share, self.standard_steps) < 0.0 or self.largest_gradient <= 0:
            raise ValueError("shares and steps cannot be negative, and the gradient's norm is positive")


@final
@dataclass(frozen=True, slots=True)
class FallingRate:
    """A learning rate that falls in a line, as stable-baselines3 asks for it: by the share still to do."""

    first: float
    last: float

    def __call__(self, remaining: float) -> float:
        """The rate with a share of 1 to 0 still to do."""
        return self.last + (self.first - self.last) * max(0.0, remaining)


@final
@dataclass(frozen=True, slots=True)
class FallingDeviation:
    """A deviation that falls by equal factors; both are positive."""

    first: float
    last: float

    def __call__(self, remaining: float) -> float:
        """The deviation with a share of 1 to 0 still to do."""
        return float(self.last * (self.first / self.last) ** max(0.0, remaining))
