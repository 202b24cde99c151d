from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra 'train'")

import torch

from execution.impact.examples import Examples, examples_of, joined
from execution.impact.features import FEATURE_NAMES
from execution.impact.layers import KINDS, Kind
from execution.impact.release import ReleaseSettings, train_predictors
from execution.impact.simulated import RandomOrders, simulated_samples
from execution.impact.skill import skill
from execution.impact.train import EpochReport, TrainingSettings, train_predictor
from tests.execution.impact.made_markets import made_depth, samples_from


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def planted(seed: int, steps: int = 1500) -> Examples:
    """Moves that the touch's imbalance decides, and responses of the square root of the size."""
    rng = np.random.default_rng(seed)
    samples = samples_from(made_depth(steps, seed))
    order = np.where(
        rng.random(steps) < 0.3, rng.choice([-1.0, 1.0], steps) * rng.integers(1, 200, steps), 0.0
    )
    examples = examples_of(replace(samples, order=order))
    imbalance = examples.features[examples.at, FEATURE_NAMES.index("touch_imbalance")]
    move, root = examples.scales[:, 0], np.sqrt(examples.quantity / examples.scales[:, 1])
    response = np.where(examples.quantity > 0, 0.5 * move * root, np.nan)
    noise = rng.normal(size=(2, len(examples)))
    moves = move * (np.array([[2.0], [1.0]]) * imbalance + 0.3 * noise)
    return replace(examples, short_move=moves[0], long_move=moves[1], response=response)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_planted_is_found_out_of_sample(kind: Kind) -> None:
    settings = TrainingSettings(epochs=6, batch=128, rate=5e-3)
    predictor = train_predictor(kind, planted(1), planted(2, 500), settings=settings)
    test = planted(3)
    told = predictor.forecast(test.windows(), test.scales, 1.0, test.quantity)
    assert skill(test.short_move, told.next_move_ticks, np.zeros(len(test)), block=50).value > 0.7
    ordered = test.quantity > 0
    np.testing.assert_allclose(told.impact_ticks[ordered].mean(), test.response[ordered].mean(), rtol=0.15)


def test_a_seed_gives_the_same_weights_and_progress_falls() -> None:
    training, validation = planted(1, 400), planted(2, 200)
    reports: list[EpochReport] = []
    settings = TrainingSettings(epochs=3, batch=64)
    first, again = (
        train_predictor("cnn", training, validation, settings=settings, seed=4, progress=reports.append)
        for _ in range(2)
    )
    assert all(np.array_equal(first.weights[name], again.weights[name]) for name in first.weights)
    assert [each.epoch for each in reports] == [0, 1, 2] * 2
    assert reports[2].training < reports[0].training


def test_a_feature_that_never_moved_is_not_listened_to() -> None:
    predictor = train_predictor("lstm", planted(1, 200), planted(2, 200), settings=TrainingSettings(epochs=1))
    test = planted(3, 100)
    windows = test.windows()
    before = np.array(predictor.forecast(windows, test.scales, 1.0))
    windows[:, :, FEATURE_NAMES.index("sentiment")] = 1.0
    np.testing.assert_array_equal(np.array(predictor.forecast(windows, test.scales, 1.0)), before)


def test_no_examples_are_refused() -> None:
    some = planted(1, 100)
    with pytest.raises(ValueError, match="0 training"):
        train_predictor("lstm", some.rows(slice(0)), some)


def test_a_simulated_market_is_the_same_again_and_its_orders_move_it() -> None:
    orders = RandomOrders(every_steps=3, least=5.0, most=10.0)
    runs = [simulated_samples("calm", 240, np.random.SeedSequence(5), orders=orders) for _ in range(2)]
    np.testing.assert_array_equal(runs[0].depth, runs[1].depth)
    assert np.count_nonzero(runs[0].order) == 80
    examples = joined([examples_of(run) for run in runs])
    response = examples.response[np.isfinite(examples.response)]
    assert response.mean() > 2.0 * response.std() / np.sqrt(len(response) / 2)


def test_every_event_tells_more_than_snapshots_of_the_same_market() -> None:
    seed = np.random.SeedSequence(6)
    fine = simulated_samples("calm", 120, seed, every_event=True)
    coarse = fine.from_snapshots()
    mid = np.diff(fine.mid_ticks)
    explained = [np.corrcoef(each.flow[1:, 0], mid)[0, 1] for each in (fine, coarse)]
    assert explained[0] > explained[1] > 0.0
    with pytest.raises(ValueError, match="steps is 1"):
        simulated_samples("calm", 1, seed)


def test_training_the_shipped_ones_writes_weights_and_card(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("execution.impact.release._HOUR", 150)
    lines: list[str] = []
    settings = ReleaseSettings(markets=("calm",), training_hours=1, training=TrainingSettings(epochs=1))
    written = train_predictors(tmp_path, settings=settings, progress=lines.append)  # type: ignore[arg-type]
    assert [path.name for path in written] == ["lstm.safetensors", "cnn.safetensors", "predictors.json"]
    assert len(lines) == 3
