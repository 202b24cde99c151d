"""Whom to ask, up to which price and when: against brute force, simulation and limits."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.rfq import asker
from execution.rfq.asker import AskTerms, best_ask, expected_ask
from execution.rfq.best_of_dealers import mean_maximum
from execution.rfq.best_quote import QuoteLaws
from execution.rfq.panel import leaks, standard_panel
from execution.rfq.reservation import AskRound, reservation_plan, when_to_ask
from tests.twins.rfq_worlds import true_laws

LAWS = true_laws(standard_panel(5), count=3, size=1.0, volatility=1.0)


def alike(dealers: int) -> QuoteLaws:
    return QuoteLaws(mean=np.full(dealers, 0.7), deviation=np.full(dealers, 0.3), response=np.ones(dealers))


def terms(size: float = 1.0, panel: int = 5, outside: float = 1.5) -> AskTerms:
    before, after = leaks(standard_panel(panel))
    return AskTerms(leak_before=before * size, leak_after=after * size, outside=outside)


@pytest.mark.parametrize("dealers", [1, 2, 5])
def test_the_best_of_dealers_alike_is_the_order_statistic(dealers: int) -> None:
    expected = 0.7 - 0.3 * mean_maximum(dealers)
    assert alike(dealers).expected_price(10.0) == pytest.approx(expected, abs=1e-9)
    assert alike(dealers).win_probability() == pytest.approx(np.full(dealers, 1.0 / dealers), abs=1e-9)


def test_prices_and_win_probabilities_are_those_of_a_simulation() -> None:
    rng = np.random.default_rng(1)
    quoted = LAWS.mean + LAWS.deviation * rng.standard_normal((200_000, 5))
    quoted = np.where(rng.random(quoted.shape) < LAWS.response, quoted, np.inf)
    best = quoted.min(axis=1)
    wins = (
        np.array([(quoted.argmin(axis=1) == dealer)[np.isfinite(best)].sum() for dealer in range(5)])
        / 200_000
    )
    assert LAWS.win_probability() == pytest.approx(wins, abs=0.005)
    assert LAWS.win_probability().sum() == pytest.approx(1.0 - np.prod(1.0 - LAWS.response), abs=1e-9)
    assert LAWS.expected_price(0.4) == pytest.approx(np.minimum(best, 0.4).mean(), abs=0.003)


def test_a_quote_that_is_nearly_sure_keeps_its_probability() -> None:
    laws = QuoteLaws(
        mean=np.array([0.5, 0.9]), deviation=np.array([1e-4, 0.5]), response=np.array([1.0, 1.0])
    )
    assert laws.win_probability().sum() == pytest.approx(1.0, abs=1e-6)
    assert laws.expected_price(-50.0) == pytest.approx(-50.0)


@pytest.mark.parametrize("size", [0.3, 1.0, 3.0, 30.0])
def test_no_other_set_of_dealers_costs_less(size: float) -> None:
    def laws(count: int) -> QuoteLaws:
        return true_laws(standard_panel(5), count=count, size=size, volatility=1.0)

    best = best_ask(laws, terms(size))
    for count in range(1, 6):
        for dealers in combinations(range(5), count):
            assert best.expected_cost <= expected_ask(laws(count), terms(size), dealers).expected_cost + 1e-12
    assert best.expected_cost <= 1.5


def test_exchanges_find_what_enumeration_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = standard_panel(7, 2)

    def laws(count: int) -> QuoteLaws:
        return true_laws(panel, count=count, size=1.0, volatility=1.0)

    exact = best_ask(laws, terms(panel=7))
    monkeypatch.setattr(asker, "_MOST_ENUMERATED", 0)
    found = best_ask(laws, terms(panel=7))
    assert found.expected_cost == pytest.approx(exact.expected_cost, abs=1e-12)


def test_larger_orders_ask_fewer_and_at_last_nobody() -> None:
    panel, counts = standard_panel(5), []
    for size in (0.25, 1.0, 4.0, 100.0):

        def laws(count: int, size: float = size) -> QuoteLaws:
            return true_laws(panel, count=count, size=size, volatility=1.0)

        counts.append(len(best_ask(laws, terms(size)).dealers))
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == 0


def test_a_dealer_that_backs_out_is_left_out() -> None:
    backing = AskTerms(
        leak_before=np.zeros(2),
        leak_after=np.zeros(2),
        outside=2.0,
        rejection=np.array([0.9, 0.0]),
        rejected=3.0,
    )
    assert best_ask(lambda _: alike(2), backing).dealers == (1,)
    assert best_ask(lambda _: alike(2), backing, most=1).dealers == (1,)
    with pytest.raises(ValueError, match="1 or more"):
        best_ask(lambda _: alike(2), backing, most=0)


def test_reservation_prices_rise_to_the_outside_price_and_match_a_simulation() -> None:
    rounds = [AskRound(laws=alike(2), leak=0.05)] * 3
    plan = reservation_plan(rounds, 0.9)
    prices = [each.reservation for each in plan]
    assert prices == sorted(prices)
    assert prices[-1] == 0.9
    rng, left = np.random.default_rng(2), np.ones(200_000, dtype=np.bool_)
    cost = np.zeros(200_000)
    for each in plan:
        best = (0.7 + 0.3 * rng.standard_normal((200_000, 2))).min(axis=1)
        cost[left] += 0.05
        dealt = left & (best <= each.reservation)
        cost[dealt] += best[dealt]
        left &= ~dealt
    cost[left] += 0.9
    assert plan[0].expected_cost == pytest.approx(cost.mean(), abs=0.004)


def test_nobody_is_asked_where_the_market_is_cheaper() -> None:
    plan = reservation_plan([AskRound(laws=alike(2), leak=0.05)], 0.1)
    assert not plan[0].asks
    assert plan[0].expected_cost == 0.1
    assert reservation_plan([], 0.1) == ()


@given(seed=st.integers(0, 1_000), steps=st.integers(0, 4))
@settings(deadline=None, max_examples=30)
def test_waiting_is_right_when_no_rule_of_asking_costs_less(seed: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    cost, chain = rng.random(2), rng.dirichlet(np.ones(2), 2)
    asks, values = when_to_ask(cost, chain, steps=steps, waiting_cost=0.02)
    for code in range(4 ** min(steps, 3)):
        rule = [[bool(code >> (2 * step + state) & 1) for state in range(2)] for step in range(steps)]
        value = cost
        for step in reversed(rule):
            value = np.where(step, cost, 0.02 + chain @ value)
        assert np.all(values[0] <= value + 1e-12)
    assert asks[-1].all()
    assert np.array_equal(values[-1], cost)


@pytest.mark.parametrize(
    ("chain", "steps"), [(np.ones((2, 2)), 1), (np.eye(3), 1), (np.eye(2), -1), (np.full((2, 2), np.nan), 1)]
)
def test_chains_that_are_no_chains_are_errors(chain: np.ndarray, steps: int) -> None:
    with pytest.raises(ValueError, match="matrix of probabilities"):
        when_to_ask(np.ones(2), chain, steps=steps)


@pytest.mark.parametrize(
    "bad",
    [
        {"deviation": np.zeros(1)},
        {"response": np.full(1, 1.1)},
        {"mean": np.full(1, np.nan)},
        {"mean": np.zeros(2)},
    ],
)
def test_laws_that_cannot_be_are_errors(bad: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="laws of quotes"):
        QuoteLaws(**{"mean": np.zeros(1), "deviation": np.ones(1), "response": np.ones(1), **bad})


@pytest.mark.parametrize("outside", [np.inf, np.nan])
def test_a_trade_elsewhere_must_have_a_price(outside: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        reservation_plan([AskRound(laws=alike(2), leak=0.0)], outside)
