"""Simulated dealers: the compiled law beside its twin; responses, sizes, inventories and leaks."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from execution.rfq.best_of_dealers import best_spread_ratio
from execution.rfq.panel import DealerTerms, RfqTerms, leaks, standard_panel
from execution.rfq.simulation import RequestLog, Requests, drawn_requests, simulate
from tests.twins.rfq_answers import slow_answers

SEED = np.random.SeedSequence(5)


def history(rows: int, panel: tuple[DealerTerms, ...], ask: int | None = None) -> RequestLog:
    return simulate(drawn_requests(rows, len(panel), np.random.default_rng(1), ask=ask), panel, SEED)


def test_the_compiled_law_is_its_slow_twins() -> None:
    panel, terms = standard_panel(5, 3), RfqTerms(look_seconds=1.0)
    requests = drawn_requests(200, 5, np.random.default_rng(2))
    requests = replace(requests, reservation=np.random.default_rng(3).normal(0.5, 0.3, 200))
    log = simulate(requests, panel, SEED, terms=terms, volatility_half_spreads=0.2)
    for row, (markups, winner, end, news) in enumerate(slow_answers(requests, panel, SEED, terms, 0.2)):
        expected = [math.nan if each is None else each for each in markups]
        np.testing.assert_allclose(log.markup[row], expected, rtol=0.0, atol=1e-12)
        assert (log.winner[row], log.news[row]) == (winner, pytest.approx(news, abs=1e-14))
        assert (log.traded[row], log.rejected[row]) == (end == "traded", end == "rejected")
    assert log.rejected.any()


def test_the_share_that_responds_falls_with_the_number_asked_and_with_size() -> None:
    log = history(40_000, standard_panel(8))
    asked, number = log.requests.asked, log.requests.asked.sum(axis=1)
    share = [log.responded[number == n].sum() / asked[number == n].sum() for n in range(1, 9)]
    assert share == sorted(share, reverse=True)
    large = log.requests.size > 2.0
    assert log.responded[large].sum() / asked[large].sum() < log.responded[~large].sum() / asked[~large].sum()


def test_nobody_quotes_who_is_not_asked_and_the_best_quote_wins() -> None:
    log = history(2_000, standard_panel(6))
    assert not (log.responded & ~log.requests.asked).any()
    won = log.winner >= 0
    assert np.array_equal(log.markup[won, log.winner[won]], log.best_markup[won])
    assert np.isnan(log.best_markup[~won]).all()
    assert not (log.traded & log.rejected).any()


def test_asking_others_leaves_a_dealers_first_quote_as_it_is() -> None:
    plain = tuple(replace(each, markup_shared=0.0, response=50.0) for each in standard_panel(4))
    requests = drawn_requests(500, 4, np.random.default_rng(1), ask=1)
    everyone = replace(requests, asked=np.ones_like(requests.asked), reservation=np.full(500, -9.0))
    alone = simulate(replace(requests, reservation=np.full(500, -9.0)), plain, SEED)
    both = alone.responded & np.ones_like(requests.asked)
    np.testing.assert_array_equal(alone.markup[both], simulate(everyone, plain, SEED).markup[both])


def test_a_dealer_that_sold_much_asks_more_of_the_next_buyer() -> None:
    dealer = DealerTerms(noise=0.0, skew=0.2, inventory_deviation=0.0, inventory_fade=0.0, response=50.0)
    requests = Requests(
        seconds=np.ones(3),
        side=np.array([1.0, 1.0, -1.0]),
        size=np.ones(3),
        volatility=np.ones(3),
        asked=np.ones((3, 1), dtype=np.bool_),
        reservation=np.full(3, np.inf),
    )
    first, second, third = simulate(requests, (dealer,), SEED).markup[:, 0]
    assert second == pytest.approx(first + 0.2)
    assert third == pytest.approx(first - 0.4)


def test_leaks_grow_with_dealers_and_size_and_spare_the_winner() -> None:
    panel = standard_panel(4)
    log = history(500, panel, ask=4)
    before, after = leaks(panel)
    np.testing.assert_allclose(log.leak_before, before.sum() * log.requests.size)
    lost = after.sum() - np.where(log.traded, after[log.winner], 0.0)
    np.testing.assert_allclose(log.leak_after, lost * log.requests.size)


def test_the_best_of_three_alike_costs_what_the_closed_form_says() -> None:
    plain = DealerTerms(
        response=60.0,
        markup=1.0,
        markup_size=0.0,
        markup_volatility=0.0,
        markup_shared=0.0,
        skew=0.0,
        noise=0.5,
    )
    best = history(60_000, (plain,) * 3, ask=3).best_markup
    assert abs(best.mean() - best_spread_ratio(3, 4.0)) < 4.0 * best.std() / math.sqrt(len(best))


@pytest.mark.parametrize(
    "terms",
    [{"noise": -1.0}, {"markup": math.nan}, {"leak_before": 1.5}, {"last_look": -0.1}, {"leak": math.inf}],
)
def test_dealers_that_cannot_be_are_errors(terms: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        DealerTerms(**terms)


@pytest.mark.parametrize(
    "bad",
    [
        {"size": np.zeros(1)},
        {"side": np.zeros(1)},
        {"volatility": np.full(1, np.nan)},
        {"seconds": np.ones(2)},
    ],
)
def test_requests_that_cannot_be_are_errors(bad: dict[str, np.ndarray]) -> None:
    good = drawn_requests(1, 2, np.random.default_rng(0))
    with pytest.raises(ValueError, match="requests"):
        replace(good, **bad)


def test_counts_that_do_not_fit_the_panel_are_errors() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="expected 1 to 2"):
        drawn_requests(1, 2, rng, ask=3)
    with pytest.raises(ValueError, match="expected 3"):
        simulate(drawn_requests(1, 2, rng), standard_panel(3), SEED)
    with pytest.raises(ValueError, match="1 or more"):
        standard_panel(0)
