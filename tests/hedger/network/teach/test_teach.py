"""Teaching the universal network: what is resumed, what is published, and what training minimises."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from hedger.errors import UsageError  # noqa: E402
from hedger.network.inference import BandNetwork  # noqa: E402
from hedger.network.labels import Labels  # noqa: E402
from hedger.network.ladder import FEATURES, bands_of  # noqa: E402
from hedger.network.teach import gate, teach  # noqa: E402
from hedger.network.teach.module import BandModule, Rows, edges, row_gaps, tolerated_gap  # noqa: E402
from hedger.network.teach.settings import TeachSettings  # noqa: E402
from hedger.network.teach.shards import make_shards, read_shards, shard_path  # noqa: E402
from hedger.network.teach.train import problem_gaps, rate_at, train  # noqa: E402
from hedger.network.weights import read_network  # noqa: E402

torch.set_num_threads(1)

SMALL = TeachSettings(
    problems=6,
    shard_problems=2,
    validation_problems=2,
    states=48,
    steps=40,
    rows=64,
    width=8,
    layers=2,
    report_every=20,
    gate_cells=2,
    seeds=(0, 1),
)


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labels")
    make_shards(folder, SMALL, workers=1, done=lambda done, wanted: None)
    return folder


def networks_differ(one: BandNetwork, other: BandNetwork) -> bool:
    return any(not np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(BandNetwork))


def module_like(labels: Labels) -> BandModule:
    torch.manual_seed(3)
    module = BandModule(
        torch.from_numpy(labels.features.mean(axis=0)),
        torch.from_numpy(labels.features.std(axis=0) + np.float32(1e-3)),
        width=8,
        layers=3,
    )
    torch.nn.init.normal_(module.last.weight, std=0.3)
    return module


def test_a_shard_that_is_there_is_kept_and_a_missing_one_made_again_the_same(
    shards: Path, tmp_path: Path
) -> None:
    heard: list[tuple[int, int]] = []
    for shard in (0, 2):
        shard_path(tmp_path, shard).write_bytes(shard_path(shards, shard).read_bytes())
    make_shards(tmp_path, SMALL, workers=1, done=lambda done, wanted: heard.append((done, wanted)))
    assert heard == [(2, 3), (3, 3)]
    assert shard_path(tmp_path, 1).read_bytes() == shard_path(shards, 1).read_bytes()


def test_a_training_that_was_stopped_ends_at_the_same_weights(shards: Path, tmp_path: Path) -> None:
    labels, held_out = read_shards(shards, [1, 2]), read_shards(shards, [0])

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    whole = train(labels, held_out, SMALL, seed=1, checkpoint=tmp_path / "whole", report=lambda at: None)
    with pytest.raises(KeyboardInterrupt):
        train(labels, held_out, SMALL, seed=1, checkpoint=tmp_path / "cut", report=stop)
    rest = train(labels, held_out, SMALL, seed=1, checkpoint=tmp_path / "cut", report=lambda at: None)
    assert not networks_differ(whole.network, rest.network)
    other = train(labels, held_out, SMALL, seed=2, checkpoint=tmp_path / "two", report=lambda at: None)
    assert networks_differ(whole.network, other.network)


def test_training_lowers_the_gap_of_what_it_is_taught(shards: Path, tmp_path: Path) -> None:
    labels = read_shards(shards, [0, 1, 2])
    settings = replace(SMALL, steps=200, rows=256, report_every=200)
    trained = train(labels, labels, settings, seed=0, checkpoint=tmp_path / "c", report=lambda at: None)
    assert trained.report.gap[1] < 0.7 * trained.report.reference_gap[1]


def test_the_shipped_arithmetic_answers_as_the_module_does(shards: Path) -> None:
    labels = read_shards(shards, [0])
    module = module_like(labels)
    network = module.network(labels.features.min(axis=0), labels.features.max(axis=0))
    expected = module(torch.from_numpy(labels.features)).detach().numpy()
    found = network.outputs(labels.features.astype(np.float64))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    again = module_like(labels)
    again.load_network(network)
    np.testing.assert_array_equal(again(torch.from_numpy(labels.features)).detach().numpy(), expected)


def test_torch_and_numba_make_the_same_bands_of_outputs() -> None:
    rng = np.random.default_rng(0)
    outputs, reference = rng.normal(size=(20, 4)) * 3.0, rng.uniform(0.0, 2.0, (20, 4))
    expected = np.empty((20, 4))
    for row in range(20):
        bands_of(outputs[row], reference[row], expected[row])
    found = edges(torch.from_numpy(outputs), torch.from_numpy(reference)).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_an_untrained_network_has_the_gap_of_the_reference_where_errors_are_small(shards: Path) -> None:
    labels = read_shards(shards, [0, 1, 2])
    rows = Rows.of(labels, torch.device("cpu"))
    gaps = problem_gaps(module_like(labels).requires_grad_(False), rows, SMALL.states)
    assert gaps.shape == (6,)
    zero = torch.zeros(len(rows), 4)
    by_problem = row_gaps(zero, rows).numpy().reshape(-1, SMALL.states).sum(axis=1)
    reference = labels.reference_gap.reshape(-1, SMALL.states)[:, 0]
    assert np.all(by_problem <= reference * (1 + 1e-4))
    assert np.all(row_gaps(zero, replace(rows, bands=edges(zero, rows.reference))).numpy() == 0.0)


def test_an_edge_beyond_the_recursion_s_holdings_may_lie_further_out_but_not_inside() -> None:
    reference = torch.tensor([[0.0, 1.0, 0.0, 1.0]])
    plain = torch.zeros(1, len(fields(Rows)))
    rows = Rows(
        features=plain,
        reference=reference,
        bands=torch.tensor([[-0.5, -0.5, 1.5, 1.5]]),
        weights=torch.ones(1, 4),
        open=torch.tensor([[1.0, 1.0, 1.0, 1.0]]),
        importance=torch.ones(1),
    )
    assert row_gaps(torch.zeros(1, 4), rows).item() == pytest.approx(2 * 0.25)


def test_more_is_tolerated_at_a_high_cost_and_never_more_than_part_of_the_reference_s_gap() -> None:
    gap = tolerated_gap(np.array([1e-4, 1e-3, 1e-2]), np.full(3, 1e5))
    assert gap == pytest.approx([50.0] * 3)
    assert tolerated_gap(np.array([1e-3]), np.array([4.0]))[0] == pytest.approx(1 / (10 + 1 / 1.003))
    assert tolerated_gap(np.array([1e-3]), np.array([0.0]))[0] < 0.003 + 1e-9


def test_the_rate_rises_and_falls_to_nothing() -> None:
    plan = TeachSettings()
    rates = [rate_at(step, plan) for step in (0, 199, plan.steps // 2, plan.steps - 1)]
    assert rates[0] < 2e-5
    assert rates[1] == pytest.approx(plan.rate, rel=1e-3)
    assert rates[2] == pytest.approx(0.5 * plan.rate, rel=1e-2)
    assert rates[3] < 2e-6


@pytest.fixture
def quick_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "LIMITS_BP", (1e6, 1e6))
    monkeypatch.setattr(gate, "TIE_BP", 1e6)


def run(
    folder: Path, shards: Path, *, resume: bool = False, settings: TeachSettings = SMALL
) -> teach.Teaching:
    if not resume:
        (folder / "labels").mkdir(parents=True)
        for path in shards.iterdir():
            (folder / "labels" / path.name).write_bytes(path.read_bytes())
        (folder / "settings.json").write_text(json.dumps(teach.asdict(settings), indent=2))
    return teach.teach(
        folder, settings, workers=1, resume=True, command="hedger train hedge", say=lambda line: None
    )


@pytest.mark.usefixtures("quick_gate")
def test_what_passes_is_published_with_its_card_and_can_be_read(shards: Path, tmp_path: Path) -> None:
    found = run(tmp_path / "work", shards)
    assert found.published == tmp_path / "work" / "published"
    network = read_network(found.published / "universal.safetensors")
    assert network.lowest.shape == (FEATURES,)
    card = json.loads((found.published / "universal.json").read_text())
    assert card["settings"]["steps"] == 40
    assert set(card["gate"]["worst_bp_by_seed"]) == {"0", "1"}
    assert set(card["seconds"]) == {"labels", "training", "gate"}


def test_what_fails_is_not_published_and_says_in_which_cells(
    shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "LIMITS_BP", (1e-9, 1e-9))
    found = run(tmp_path / "work", shards)
    assert found.published is None
    assert len(found.failures) == 2
    assert "bp above 1e-09" in found.failures[0]
    assert not (tmp_path / "work" / "published").exists()


def test_a_folder_of_other_settings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{}")
    for resume, message in ((True, "other settings"), (False, "is not empty")):
        with pytest.raises(UsageError, match=message):
            teach.teach(tmp_path, SMALL, workers=1, resume=resume, command="", say=lambda line: None)


@pytest.mark.parametrize(
    "wrong", [{"problems": 7}, {"problems": 2}, {"steps": 0}, {"seeds": ()}, {"layers": 1}]
)
def test_settings_that_teach_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        replace(SMALL, **wrong)
