"""Teaching the legging network: regimes at random, the exact programme's values as labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from execution.agents.card import AgentCard
from execution.agents.inference import CLIP, Layer, Network, SingleArray
from execution.agents.network_policy import NetworkPolicy
from execution.legging.features import FEATURE_NAMES, observed, simple_cost
from execution.legging.learned import OUTPUT_NAMES
from execution.legging.programme import solve
from execution.legging.regimes import RegimeLaw
from execution.legging.terms import LeggingTerms

COMMAND = "hedger train legging"
# Errors count relative to the value, but a value of next to nothing must not be all that is learned.
_LEAST_VALUE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class LeggingTraining:
    """regimes: drawn from law; units: of each of two hidden layers; rate: of Adam, one cycle."""

    regimes: int = 24_000
    units: int = 64
    steps: int = 22_000
    batch: int = 1_024
    rate: float = 4e-3
    seed: int = 0
    law: RegimeLaw = field(default_factory=RegimeLaw)


def train_legging(
    path: Path, *, settings: LeggingTraining | None = None, progress: Callable[[str], None] | None = None
) -> NetworkPolicy:
    """Teach a network and write its weights and card to a safetensors file.

    The same seed gives the same weights on the same machine.
    """
    how, tell = settings or LeggingTraining(), progress or (lambda line: None)
    seen, saved, weights = examples(how)
    tell(f"{len(seen):,} rows of {how.regimes:,} regimes")
    mean, scale = seen.mean(axis=0), np.maximum(seen.std(axis=0), np.float32(1e-6))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(how.seed)
        model = _fitted(np.clip((seen - mean) / scale, -CLIP, CLIP), saved, weights, how, tell)
    layers = [
        Layer(_array(module.weight.T), _array(module.bias))
        for module in model
        if isinstance(module, torch.nn.Linear)
    ]
    card = AgentCard(
        name="legging",
        algorithm="values of the exact programme as labels, least squares",
        feature_names=FEATURE_NAMES,
        action_names=OUTPUT_NAMES,
        notes={
            "command": COMMAND,
            "settings": str(asdict(how)),
            "limits": "Two legs that must be had, regimes within the settings' law.",
        },
    )
    policy = NetworkPolicy(card=card, network=Network.of(layers, mean=mean, scale=scale, is_tanh=False))
    policy.save(path)
    return policy


def examples(how: LeggingTraining) -> tuple[SingleArray, SingleArray, SingleArray]:
    """Features (row, feature), what the simple plans leave to save (row,), and weights (row,).

    A row for each number of steps left of each regime, and for the same with its legs exchanged.
    """
    rng = np.random.default_rng(how.seed)
    seen, saved, weights = [], [], []
    for _ in range(how.regimes):
        terms = how.law.draw(rng)
        value = solve(terms).values[1:, 0] / terms.crossing_cost
        for shown in (terms, exchanged(terms)):
            seen.append(observed(shown))
            saved.append(simple_cost(shown) / terms.crossing_cost - value)
            weights.append(1.0 / np.maximum(np.abs(value), _LEAST_VALUE))
    return (
        np.concatenate(seen),
        np.concatenate(saved).astype(np.float32),
        np.concatenate(weights).astype(np.float32),
    )


def exchanged(terms: LeggingTerms) -> LeggingTerms:
    """The same two legs, the second first."""
    return replace(
        terms,
        half_spreads=terms.half_spreads[::-1],
        fill_probabilities=terms.fill_probabilities[::-1],
        adverse_moves=terms.adverse_moves[::-1],
        leftover_costs=terms.leftover_costs[::-1],
        open_costs=tuple(terms.open_costs[held] for held in (0b00, 0b10, 0b01, 0b11)),
    )


def _fitted(
    seen: SingleArray,
    saved: SingleArray,
    weights: SingleArray,
    how: LeggingTraining,
    tell: Callable[[str], None],
) -> torch.nn.Sequential:
    model = torch.nn.Sequential(
        torch.nn.Linear(seen.shape[1], how.units),
        torch.nn.ReLU(),
        torch.nn.Linear(how.units, how.units),
        torch.nn.ReLU(),
        torch.nn.Linear(how.units, 1),
    )
    optimiser = torch.optim.Adam(model.parameters(), lr=how.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, how.rate, how.steps)
    inputs, labels, factors = map(torch.from_numpy, (seen, saved, weights))
    for step in range(how.steps):
        rows = torch.randint(0, len(inputs), (how.batch,))
        errors = (model(inputs[rows])[:, 0] - labels[rows]) * factors[rows]
        loss = (errors**2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if (step + 1) % 2000 == 0:
            tell(f"step {step + 1}: relative error {float(loss.detach()) ** 0.5:.4f}")
    return model


def _array(tensor: torch.Tensor) -> SingleArray:
    return np.array(tensor.detach().numpy(), dtype=np.float32)
