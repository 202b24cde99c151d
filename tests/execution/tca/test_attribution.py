"""Attribution: known effects are found again, noise is not explained, and later orders are the judge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from execution.tca.analysis import CostAnalysis, analyse
from execution.tca.attribution import attribute
from execution.tca.groups import buckets, group_means, weighted_mean
from tests.execution.tca.blotters import explained_orders


def analysed(folder: Path, **settings: float) -> CostAnalysis:
    return analyse(explained_orders(folder, orders=200, noise_bps=settings["noise_bps"]))


def test_the_effects_that_made_the_costs_are_found_within_their_errors(tmp_path: Path) -> None:
    found = analysed(tmp_path, noise_bps=2.0).attribution
    assert found is not None
    effects = {effect.factor: effect for effect in found.effects}
    for name, truth in (("participation [%]", 0.5), ("taker share [%]", 0.03)):
        assert abs(effects[name].estimate - truth) < 3.0 * effects[name].standard_error
    assert effects["taker share [%]"].is_choice
    assert not effects["participation [%]"].is_choice
    assert effects["participation [%]"].t_statistic > 4.0
    assert found.out_of_sample is not None
    assert found.out_of_sample.r_squared > 0.3


def test_costs_that_are_noise_are_not_explained_out_of_sample(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, noise_bps=2.0)
    noise = np.random.default_rng(3).standard_normal(200)
    found = attribute(analysis.factors, noise, np.random.default_rng(0))
    assert found is not None
    assert found.out_of_sample is not None
    assert found.out_of_sample.r_squared < 0.1
    assert found.out_of_sample.lower < 0.0


def test_a_factor_that_others_tell_or_that_does_not_vary_is_left_out_with_a_word(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, noise_bps=2.0)
    numbers = dict(analysis.factors.numbers)
    numbers["twice"] = 2.0 * numbers["participation [%]"] + 1.0
    factors = replace(analysis.factors, numbers=numbers)
    found = attribute(factors, analysis.costs.bps, np.random.default_rng(0))
    assert found is not None
    said = " ".join(found.left_out)
    assert ("twice: told by" in said) or ("participation [%]: told by" in said)
    assert "slice size [%]: the same for every order" in said


def test_fewer_than_twenty_orders_are_not_attributed(tmp_path: Path) -> None:
    assert analyse(explained_orders(tmp_path, orders=19, noise_bps=1.0)).attribution is None


def test_boosted_trees_find_effects_and_stay_at_the_mean_of_noise(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    from execution.tca.boosting import boosted

    analysis = analysed(tmp_path, noise_bps=1.0)
    found = boosted(analysis.factors, analysis.costs.bps, np.random.default_rng(0))
    assert found is not None
    assert found.importances[0].factor == "participation [%]"
    assert found.out_of_sample.r_squared > 0.4
    noise = np.random.default_rng(3).standard_normal(200)
    nothing = boosted(analysis.factors, noise, np.random.default_rng(0))
    assert nothing is not None
    assert nothing.out_of_sample.r_squared > -0.2


def test_an_interval_of_a_weighted_mean_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(100):
        weight = rng.uniform(1.0, 2.0, 60)
        mean = weighted_mean(1.0 + rng.standard_normal(60), weight, rng)
        held += mean.lower <= 1.0 <= mean.upper
    assert 86 <= held <= 100


def test_orders_of_one_unit_are_drawn_together_as_one_that_adds_them_up() -> None:
    rng = np.random.default_rng(6)
    cost, weight, pair = rng.standard_normal(40), rng.uniform(1.0, 2.0, 40), np.arange(40) // 2
    whole = np.add.reduceat(weight, np.arange(0, 40, 2))
    added = np.add.reduceat(cost * weight, np.arange(0, 40, 2)) / whole
    found = weighted_mean(cost, weight, np.random.default_rng(1), unit=pair)
    expected = weighted_mean(added, whole, np.random.default_rng(1))
    assert (found.value, found.lower, found.upper) == pytest.approx(
        (expected.value, expected.lower, expected.upper)
    )
    assert found.orders == 40
    few = weighted_mean(cost, weight, rng, unit=np.arange(40) // 10)
    assert np.isnan(few.lower)


def test_legs_that_cost_alike_make_the_interval_of_their_packages_as_often_right_as_it_says() -> None:
    rng, held = np.random.default_rng(5), {"alone": 0, "together": 0}
    package = np.repeat(np.arange(40), 4)
    for _ in range(100):
        cost = 1.0 + rng.standard_normal(40)[package]
        for name, unit in (("alone", None), ("together", package)):
            mean = weighted_mean(cost, np.ones(160), rng, unit=unit)
            held[name] += mean.lower <= 1.0 <= mean.upper
    assert held["alone"] < 80
    assert 86 <= held["together"] <= 100


def test_group_means_add_up_to_the_whole_and_unknown_orders_are_in_none() -> None:
    rng = np.random.default_rng(0)
    names, values = np.array(["a", "b", "a", ""]), np.array([1.0, 3.0, 2.0, np.nan])
    groups = group_means(names, values, np.array([1.0, 2.0, 1.0, 5.0]), rng)
    assert [group.notional_share for group in groups] == [0.5, 0.5]
    assert sum(group.notional_share * group.mean.value for group in groups) == pytest.approx(2.25)


def test_a_value_on_an_edge_is_in_the_upper_bucket_and_nan_in_none() -> None:
    found = buckets(np.array([0.0, 1.0, 2.0, np.nan]), [1.0], ["low", "high"])
    assert found.tolist() == ["low", "high", "high", ""]
