"""Training of the correction: losses as numpy has them, a response that is learned, a prudent choice."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra 'train'")

from dataclasses import replace

import torch

from hedger.network.correction_module import CorrectionModule, WholeGroup
from hedger.network.correction_selection import gain_over_core, scaled, select
from hedger.network.correction_training import CorrectionSettings, train_correction
from hedger.network.market_study.score import hedged_losses
from hedger.network.market_study.states import PathStates
from hedger.network.markets.gbm import BlackScholesMarket
from hedger.network.risk import entropic_risk
from tests.hedger.network.market_study.small_networks import correction, states_of

MARKET = BlackScholesMarket()
QUICK = CorrectionSettings(middle_steps=300, width_steps=10, rows_per_step=512, groups_per_step=2)


def _responding(seed: int, response: float) -> PathStates:
    """Volatility is constant, but the book is owed as though its right hedge were `response` shifts away."""
    states = states_of(MARKET.simulate(400, 8, np.random.SeedSequence(seed)))
    shift = np.full_like(states.middle, 10.0)
    extra = response * shift / states.scale * np.diff(states.spot, axis=0)
    return replace(
        states,
        strength=np.ones(400),
        response=shift,
        left=states.left + extra,
        owed=states.owed + extra.sum(axis=0),
    )


def test_the_training_loss_is_the_gain_that_numpy_scores() -> None:
    states, own = _responding(1, 0.5), correction(0.0, 0.4, 0.1, 0.2)
    group = WholeGroup.of(states)
    outputs = torch.from_numpy(own.network.outputs(states.inputs.reshape(-1, states.inputs.shape[-1])))
    run = (states.task, states.spot, states.owed)
    risks = [
        entropic_risk(hedged_losses(*run, *edges).loss, 50.0)
        for edges in (states.corrected_band(own), states.core_band())
    ]
    assert group.loss(outputs).item() * group.size / 50.0 == pytest.approx(risks[0] - risks[1], abs=1e-9)


def test_training_finds_the_response_that_the_market_has_and_selection_keeps_it() -> None:
    groups = [_responding(seed, 0.5) for seed in range(4)]
    learned = train_correction(groups, QUICK)
    chosen = select(learned, [_responding(seed, 0.5) for seed in (10, 11)])
    assert chosen.gain.interval[0] > 0.0
    assert chosen.shares[1] > 0.0
    # Half of a response of ten scaled units everywhere; part of it may come as half widths.
    own = learned.network.outputs(groups[0].inputs[0])
    moved = 10.0 * own[:, 1] + own[:, 2] * groups[0].half[0]
    assert np.mean(moved) == pytest.approx(5.0, abs=0.75)


def test_selection_keeps_nothing_of_a_correction_that_harms() -> None:
    groups = [_responding(seed, 0.0) for seed in (20, 21)]
    chosen = select(correction(0.0, 1.5, 0.0, 1.0), groups)
    assert chosen.shares == (0.0,) * 4
    assert gain_over_core(chosen.correction, groups).value == 0.0


def test_a_share_of_zero_is_the_core_and_of_one_the_correction() -> None:
    own = correction(0.1, 0.2, 0.3, 0.4)
    assert not scaled(own, (0.0,) * 4).network.last_bias.any()
    assert np.array_equal(scaled(own, (1.0,) * 4).network.last_bias, own.network.last_bias)


def test_the_same_seed_gives_the_same_weights_and_an_untrained_module_answers_nothing() -> None:
    groups = [_responding(seed, 0.5) for seed in range(2)]
    plan = replace(QUICK, middle_steps=20)
    first, second = (train_correction(groups, plan).network for _ in range(2))
    assert np.array_equal(first.last, second.last)
    rows = torch.from_numpy(groups[0].inputs[0].astype(np.float32))
    assert not CorrectionModule(rows, 8)(rows).detach().numpy().any()
