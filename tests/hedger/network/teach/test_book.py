"""Fine-tuning to a book: what it learns near, what it keeps, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from hedger.exposure import measure  # noqa: E402
from hedger.network.inference import BandNetwork  # noqa: E402
from hedger.network.teach import book as tuning  # noqa: E402
from hedger.network.teach.book import fine_tune, mean_and_half_interval  # noqa: E402
from hedger.network.teach.near_book import FineTuneSettings, drawn, nearby  # noqa: E402
from hedger.optimum.problem import HedgingProblem, short_call  # noqa: E402
from hedger.policy import HedgeSituation  # noqa: E402
from hedger.policy.book_problem import book_problem  # noqa: E402
from tests.hedger.policy.test_deep import CALL, PLAIN  # noqa: E402
from tests.markets import book, flat_underlying, future_position, market_of, option_position  # noqa: E402
from tests.networks import constant_network  # noqa: E402

PROBLEM = short_call(proportional_cost=1e-3, risk_aversion=100.0, steps=8)
QUICK = FineTuneSettings(problems=4, fresh=4, states=96, steps=150, rows=128, rate=5e-3)


class AtOnce:
    """A process pool without processes."""

    def __init__(self, workers: int) -> None:
        pass

    def __enter__(self) -> AtOnce:
        return self

    def __exit__(self, *raised: object) -> None:
        pass

    @staticmethod
    def map(work, *columns, chunksize: int = 1):  # type: ignore[no-untyped-def]
        return map(work, *columns)


@pytest.fixture(autouse=True)
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "process_pool", AtOnce)


def tune(network: BandNetwork, settings: FineTuneSettings = QUICK) -> tuning.FineTuned:
    return fine_tune(network, [PROBLEM], settings, workers=1, say=lambda line: None)


def situation(*lines, risk_aversion: float = 1e-6) -> HedgeSituation:  # type: ignore[no-untyped-def]
    market = flat_underlying()
    exposure = measure(book(*lines), market_of(market)).by_underlying["SPX"]
    return HedgeSituation(exposure=exposure, market=market, cost_curve=PLAIN, risk_aversion=risk_aversion)


def test_a_network_that_is_wrong_by_a_shift_is_tuned_and_kept() -> None:
    found = tune(constant_network(0.5, 0.5, 0.0, 0.0))
    assert found.better
    assert found.after < 0.6 * found.before
    assert found.change == pytest.approx(found.after - found.before)
    assert found.change + found.half_interval < 0.0


def test_without_a_significant_gain_the_given_network_stays() -> None:
    given = constant_network(0.5, 0.5, 0.0, 0.0)
    idle = tune(given, FineTuneSettings(problems=2, fresh=3, states=48, steps=1, rows=8, rate=1e-12))
    assert not idle.better
    assert idle.network is given


def test_the_interval_is_of_paired_differences() -> None:
    mean, half = mean_and_half_interval(np.array([1.0, 2.0, 3.0, 4.0]))
    assert mean == 2.5
    assert half == pytest.approx(1.96 * np.sqrt(5.0 / 3.0) / 2.0)


def test_problems_near_a_book_s_keep_it_and_repeat_with_the_seed() -> None:
    near = drawn([PROBLEM], QUICK, 20, stream=0)
    assert all(np.array_equal(found.units, PROBLEM.units) for found in near)
    costs = np.array([found.proportional_cost for found in near]) / PROBLEM.proportional_cost
    assert costs.min() >= np.exp(-0.7)
    assert costs.max() <= np.exp(0.7)
    again = nearby(PROBLEM, QUICK, np.random.default_rng([0, 0, 7]))
    assert again.strike == near[7].strike
    assert drawn([PROBLEM], QUICK, 8, stream=1)[7].strike != near[7].strike


def test_the_problem_of_a_book_is_its_scaled_own() -> None:
    case = situation(CALL, option_position(250, strike=2500), future_position(3))
    problem = book_problem(case)
    assert isinstance(problem, HedgingProblem)
    assert problem.units.tolist() == [-1.0, 0.25]
    assert problem.strike == pytest.approx([2700 / 2648.94, 2500 / 2648.94])
    assert problem.expiry_step.tolist() == [27, 27]
    assert problem.step_variance == pytest.approx(0.04 / 252.0)
    assert problem.risk_aversion == pytest.approx(1e-6 * 2648.94 * 100_000)
    assert problem.proportional_cost == pytest.approx(5e-4)


def test_a_book_without_options_has_no_problem() -> None:
    assert book_problem(situation(future_position(10))) is None


def test_the_command_writes_weights_that_a_run_can_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hedger.cli import train_book
    from hedger.cli.main import exit_status
    from hedger.network import weights
    from hedger.network.teach import near_book

    monkeypatch.setattr(weights, "shipped_network", lambda: constant_network(0.5, 0.5, 0.0, 0.0))
    monkeypatch.setattr(near_book, "FineTuneSettings", lambda: QUICK)
    monkeypatch.setattr(train_book, "_problems", lambda files, risk_aversion: [PROBLEM])
    out = tmp_path / "desk"
    assert exit_status(["train", "hedge", "--out", str(out), "--book", "example", "--workers", "1"]) == 0
    assert json.loads((out / "hedge.json").read_text())["tuned"] is True
    arguments = [
        "run",
        "example",
        "--policy",
        "deep",
        "--weights",
        str(out / "hedge.safetensors"),
        "--dry-run",
    ]
    assert exit_status(arguments) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "hedge", "--out", "x", "--book", "example", "--steps", "5"],
        ["train", "hedge", "--out", "x", "--risk-aversion", "1e-5"],
        ["train", "hedge", "--out", "x", "--problems", "700"],
        ["run", "example", "--weights", "x.safetensors", "--dry-run"],
        ["run", "example", "--policy", "deep", "--weights", "no.safetensors", "--dry-run"],
    ],
)
def test_what_cannot_be_trained_or_used_is_refused_in_a_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from hedger.cli.main import exit_status

    assert exit_status(arguments) == 2
    assert capsys.readouterr().err.startswith("hedger: ")
