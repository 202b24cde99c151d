from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from execution.agents.alpha_spending import sequential_bounds, spent
from execution.agents.champion import (
    Decision,
    PairedEpisodes,
    PromotionRule,
    challenge,
    judge,
    settle,
)

RULE = PromotionRule(alpha=0.05, looks=(100, 200, 400))


def episodes(count: int, *, gain: float = 0.0, seed: int = 0, noise: float = 1.0) -> PairedEpisodes:
    """Costs that mostly differ by what both share; the challenger is cheaper by `gain` [bps]."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(5.0, 10.0, count)
    return PairedEpisodes(
        champion_bps=shared,
        challenger_bps=shared - gain + noise * rng.standard_normal(count),
        champion_left=np.zeros(count),
        challenger_left=np.zeros(count),
        valid=np.ones(count, np.bool_),
        regime=np.where(np.arange(count) % 2 == 0, "calm", "volatile"),
        cluster=np.arange(count),
        champion_news_bps=np.zeros(count),
        challenger_news_bps=np.zeros(count),
    )


def test_bounds_are_those_that_are_published() -> None:
    # Lan and DeMets' O'Brien-Fleming bounds, five equal looks, 0.025 one-sided, as in the documentation of
    # the R package ldbounds: 4.8769, 3.3569, 2.6803, 2.2898, 2.0310.
    bounds = sequential_bounds([0.2, 0.4, 0.6, 0.8, 1.0], 0.025)
    np.testing.assert_allclose(bounds, [4.8769, 3.3569, 2.6803, 2.2898, 2.0310], atol=2e-4)


def test_one_look_is_the_usual_test() -> None:
    assert sequential_bounds([1.0], 0.025) == pytest.approx([1.959964], abs=1e-6)
    assert spent(1.0, 0.01) == pytest.approx(0.01)


@pytest.mark.parametrize("fractions", [[], [0.5], [0.5, 0.4, 1.0], [0.0, 1.0], [0.5, 1.0, 1.1]])
def test_looks_that_are_none_are_refused(fractions: list[float]) -> None:
    with pytest.raises(ValueError, match="fractions"):
        sequential_bounds(fractions, 0.05)


@pytest.mark.parametrize("alpha", [0.0, 0.5, -0.1, float("nan")])
def test_an_alpha_that_is_none_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        sequential_bounds([1.0], alpha)


def test_all_looks_together_err_no_more_often_than_alpha() -> None:
    rng = np.random.default_rng(1)
    bounds = sequential_bounds([0.25, 0.5, 1.0], 0.05)
    sums = rng.normal(size=(200_000, 3)) * np.sqrt([0.25, 0.25, 0.5])
    scores = sums.cumsum(axis=1) / np.sqrt([0.25, 0.5, 1.0])
    crossed = (scores > bounds).any(axis=1).mean()
    assert crossed == pytest.approx(0.05, abs=4.0 * np.sqrt(0.05 * 0.95 / 200_000))


def test_a_challenger_that_is_surely_cheaper_is_promoted_at_the_first_look() -> None:
    verdict = challenge(lambda first, stop: episodes(stop - first, gain=1.0, seed=first), RULE)
    assert verdict.decision is Decision.PROMOTE
    assert verdict.look == 0
    assert verdict.difference.mean_bps == pytest.approx(-1.0, abs=0.4)


def test_one_that_is_no_better_is_kept_out_after_the_last_look() -> None:
    verdict = challenge(lambda first, stop: episodes(stop - first, gain=-0.05, seed=first), RULE)
    assert verdict.decision is Decision.KEEP
    assert (verdict.look, verdict.episodes) == (2, 400)
    assert verdict.objections == ()


def test_a_small_gain_needs_more_looks() -> None:
    verdict = challenge(lambda first, stop: episodes(stop - first, gain=0.15, seed=first), RULE)
    assert verdict.decision is Decision.PROMOTE
    assert verdict.look > 0


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        ({"valid": np.arange(100) > 0}, "valid in 99.00%"),
        ({"challenger_left": np.full(100, 0.01)}, "leaves 1.00% more"),
    ],
)
def test_a_cheap_challenger_is_kept_out_by_each_guard(change: dict[str, object], objection: str) -> None:
    found = replace(episodes(100, gain=1.0), **change)
    verdict = judge(found, RULE, look=0)
    assert verdict.decision is Decision.KEEP
    assert objection in verdict.objections[0]


def test_one_that_is_worse_in_one_regime_is_kept_out() -> None:
    found = episodes(100, gain=4.0)
    volatile = found.regime == "volatile"
    worse = replace(found, challenger_bps=found.challenger_bps + np.where(volatile, 5.0, 0.0))
    verdict = judge(worse, RULE, look=0)
    assert verdict.p_value < verdict.level
    assert verdict.decision is Decision.KEEP
    assert "dearer in regime volatile" in verdict.objections[0]


def test_a_look_that_was_not_planned_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be taken on 150 episodes"):
        judge(episodes(150), RULE, look=1)
    with pytest.raises(ValueError, match="look 3"):
        judge(episodes(400), RULE, look=3)


def test_a_promotion_replaces_the_weights_and_leaves_a_record(tmp_path: Path) -> None:
    champion, challenger = tmp_path / "champion.safetensors", tmp_path / "challenger.safetensors"
    champion.write_bytes(b"old")
    challenger.write_bytes(b"new")
    verdict = judge(episodes(100, gain=1.0), RULE, look=0)
    assert settle(verdict, champion=champion, challenger=challenger, record=tmp_path / "verdict.json")
    assert champion.read_bytes() == b"new"
    record = json.loads((tmp_path / "verdict.json").read_text())
    assert record["decision"] == "promote"
    assert record["champion_sha256"] != record["challenger_sha256"]
    assert record["rule"]["alpha"] == 0.05


def test_a_challenger_that_lost_leaves_a_record_and_the_champion_alone(tmp_path: Path) -> None:
    champion, challenger = tmp_path / "a", tmp_path / "b"
    champion.write_bytes(b"old")
    challenger.write_bytes(b"new")
    verdict = judge(episodes(400, gain=-1.0), RULE, look=2)
    assert not settle(verdict, champion=champion, challenger=challenger, record=tmp_path / "v.json")
    assert champion.read_bytes() == b"old"
    assert json.loads((tmp_path / "v.json").read_text())["decision"] == "keep"


def test_evidence_that_does_not_decide_cannot_be_settled(tmp_path: Path) -> None:
    verdict = judge(episodes(100, gain=-0.1), RULE, look=0)
    assert verdict.decision is Decision.CONTINUE
    with pytest.raises(ValueError, match="next look"):
        settle(verdict, champion=tmp_path / "a", challenger=tmp_path / "b", record=tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("champion_bps", np.array([np.nan, 1.0])),
        ("challenger_bps", np.array([1.0])),
        ("challenger_left", np.array([0.0, 1.5])),
    ],
)
def test_episodes_that_no_market_gives_are_refused(column: str, values: object) -> None:
    with pytest.raises(ValueError, match=r"shape|finite|share"):
        replace(episodes(2), **{column: values})


def test_two_who_cost_the_same_to_the_last_bit_do_not_displace_each_other() -> None:
    same = episodes(400, noise=0.0)
    verdict = judge(same, RULE, look=2)
    assert verdict.decision is Decision.KEEP
    assert verdict.p_value == pytest.approx(0.5)
