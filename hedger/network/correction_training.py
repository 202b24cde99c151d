"""Training of the market correction on groups of simulated paths, in two stages.

The gradient of a whole path's entropic risk is too noisy to find where the middle of the band belongs: a
network learns the drift of the sample. So the middle is learned date by date, by least squares on what the
delta at the forecast's volatility leaves of the forecast's own value (local risk minimisation), where every
date of every path says something. Then the width is learned by the pathwise gradient of the entropic risk,
the middle held.

Reference: Foellmer and Schweizer (1991), Hedging of contingent claims under incomplete information; Buehler,
Gonon, Teichmann and Wood (2019), Deep hedging, Quantitative Finance 19(8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi

import numpy as np
import torch

from hedger.network.correction import MarketCorrection
from hedger.network.correction_module import CorrectionModule, DateRows, WholeGroup
from hedger.network.market_study.states import PathStates

Progress = Callable[[str, int, float], None]
"""(stage, step, mean loss since the last call): a date's squares, or risk, less the core's, both scaled."""

_REPORT_EVERY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionSettings:
    """middle_steps, width_steps: of Adam in the two stages, at rates that fall as a cosine.

    rows_per_step: dates of paths; groups_per_step: whole groups. width: of the two hidden layers. decay: of
    weights. averaged_share: of a stage's steps whose weights are averaged at its end.
    """

    middle_steps: int = 4000
    middle_rate: float = 4e-3
    rows_per_step: int = 4096
    width_steps: int = 400
    width_rate: float = 1e-2
    groups_per_step: int = 8
    width: int = 16
    decay: float = 1e-3
    averaged_share: float = 0.5
    seed: int = 0


def train_correction(
    groups: Sequence[PathStates], settings: CorrectionSettings | None = None, report: Progress | None = None
) -> MarketCorrection:
    """Learn the middle, then the width; the same groups and settings give the same weights on one thread."""
    plan = settings or CorrectionSettings()
    torch.manual_seed(plan.seed)
    rows = DateRows.joined([DateRows.of(states) for states in groups])
    module = CorrectionModule(rows.inputs, plan.width)
    rng = np.random.default_rng(plan.seed)
    _descend(
        module,
        list(module.parameters()),
        lambda: rows.loss(module, torch.from_numpy(rng.integers(len(rows.left), size=plan.rows_per_step))),
        _Stage(name="middle", steps=plan.middle_steps, rate=plan.middle_rate),
        plan,
        report,
    )
    _learn_width(module, [WholeGroup.of(states) for states in groups], rng, plan, report)
    return module.correction()


def _learn_width(
    module: CorrectionModule,
    groups: Sequence[WholeGroup],
    rng: np.random.Generator,
    plan: CorrectionSettings,
    report: Progress | None,
) -> None:
    """Train the last output alone, on the hidden units that the middle has found."""
    with torch.no_grad():
        known = [(module.units(group.inputs), module(group.inputs)[:, :3]) for group in groups]
    own = torch.nn.Linear(plan.width, 1)
    torch.nn.init.zeros_(own.weight)
    torch.nn.init.zeros_(own.bias)

    def loss() -> torch.Tensor:
        chosen = rng.choice(len(groups), size=min(plan.groups_per_step, len(groups)), replace=False)
        parts = [groups[k].loss(torch.cat([known[k][1], own(known[k][0])], dim=1)) for k in chosen]
        return torch.stack(parts).mean()

    stage = _Stage(name="width", steps=plan.width_steps, rate=plan.width_rate)
    _descend(own, list(own.parameters()), loss, stage, plan, report)
    with torch.no_grad():
        module.last.weight[3] = own.weight[0]
        module.last.bias[3] = own.bias[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    name: str
    steps: int
    rate: float

    def rates(self) -> Iterator[float]:
        return (self.rate * 0.5 * (1.0 + cos(pi * step / self.steps)) for step in range(self.steps))


def _descend(
    module: torch.nn.Module,
    parameters: list[torch.nn.Parameter],
    loss_of_step: Callable[[], torch.Tensor],
    stage: _Stage,
    plan: CorrectionSettings,
    report: Progress | None,
) -> None:
    optimiser = torch.optim.AdamW(parameters, lr=stage.rate, weight_decay=plan.decay)
    averaged = torch.optim.swa_utils.AveragedModel(module)
    recent: list[float] = []
    for step, rate in enumerate(stage.rates()):
        for part in optimiser.param_groups:
            part["lr"] = rate
        loss = loss_of_step()
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        recent.append(loss.item())
        if step >= (1.0 - plan.averaged_share) * stage.steps:
            averaged.update_parameters(module)
        if report is not None and (step + 1) % _REPORT_EVERY == 0:
            report(stage.name, step + 1, float(np.mean(recent)))
            recent.clear()
    if averaged.n_averaged > 0:
        module.load_state_dict(averaged.module.state_dict())
