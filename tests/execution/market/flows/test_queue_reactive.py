from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.book.core import enter_market
from execution.book.layout import NO_ASK, NO_BID
from execution.market.flows.queue_law import QueueReactive, stationary_law
from execution.market.flows.queue_reactive import observe, queue_reactive_state
from execution.market.flows.stylised_queues import stylised_queue_reactive
from tests.execution.market.flows.lone_book import LoneBook

FloatArray = npt.NDArray[np.float64]
LONGEST = 40


def flow(queues: int = 3, **changes: object) -> QueueReactive:
    length = np.arange(LONGEST + 1.0)
    rates = np.zeros((3, queues, LONGEST + 1))
    rates[0] = 1.2
    rates[1] = 0.12 * length
    rates[2, 0] = 0.4
    model = QueueReactive(rates=rates, event_size=np.full(queues, 5))
    return replace(model, **changes) if changes else model  # type: ignore[arg-type]


def alone(model: QueueReactive, seed: int = 0) -> LoneBook:
    state = queue_reactive_state(start_ns=0, reference_ticks=0.5)
    return LoneBook(model.parameters(), state, seed=seed, levels=4096)


def lengths(lone: LoneBook, queues: int) -> list[list[int]]:
    below = int(lone.state["below_ticks"][0])
    bids = [-(-lone.volume(below - i) // 5) for i in range(queues)]
    return [bids, [-(-lone.volume(below + 1 + i) // 5) for i in range(queues)]]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.floats(0.1, 5.0), st.floats(0.1, 5.0)), min_size=2, max_size=12))
def test_the_product_formula_is_the_generators_null_vector(pairs: list[tuple[float, float]]) -> None:
    limit, leave = np.array(pairs).T
    size = len(limit)
    generator = np.diag(limit[:-1], 1) + np.diag(leave[1:], -1)
    generator -= np.diag(generator.sum(axis=1))
    system = np.vstack([generator.T, np.ones(size)])
    law = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0))[0]
    found = stationary_law(limit, 0.5 * leave, 0.5 * leave)
    assert found == pytest.approx(law, abs=1e-9)


def test_queues_have_their_stationary_law_while_the_reference_stays() -> None:
    model = flow(theta=0.0)
    lone = alone(model, seed=1)
    seen: list[list[list[int]]] = []
    for k in range(1, 3_001):
        lone.run(until_s=25.0 * k)
        seen.append(lengths(lone, 3))
    counts = np.array(seen)  # (sample, side, queue)
    for queue in range(3):
        law = model.stationary[queue]
        mean = float(law @ np.arange(LONGEST + 1))
        deviation = math.sqrt(float(law @ (np.arange(LONGEST + 1) - mean) ** 2))
        found = counts[:, :, queue].ravel()
        assert found.mean() == pytest.approx(mean, abs=3.5 * deviation / math.sqrt(len(found)))
        empirical = np.bincount(found, minlength=LONGEST + 1) / len(found)
        assert 0.5 * np.abs(empirical - law).sum() < 0.04


def test_a_redrawn_book_follows_the_stationary_law_at_once() -> None:
    model = flow(theta=1.0, theta_reinit=1.0)
    openings = []
    for seed in range(150):
        lone = alone(model, seed)
        lone.run(events=1)
        while lone.state["repairing"][0]:
            lone.run(events=1)
        openings.append(lengths(lone, 3))
    law = model.stationary
    mean = law @ np.arange(LONGEST + 1)
    assert np.array(openings).reshape(-1, 3).mean(axis=0) == pytest.approx(mean, abs=0.9)


@pytest.mark.parametrize("theta_reinit", [0.0, 0.85, 1.0])
def test_the_reference_walks_and_the_book_always_has_both_sides(theta_reinit: float) -> None:
    model = flow(theta_reinit=theta_reinit)
    lone = alone(model, seed=3)
    references = []
    for k in range(1, 2_001):
        lone.run(until_s=5.0 * k)
        state = lone.book.state[0]
        references.append(int(lone.state["below_ticks"][0]))
        if not lone.state["repairing"][0]:
            assert state["best_bid"] != NO_BID
            assert state["best_ask"] != NO_ASK
            assert references[-1] - 3 < state["best_bid"] < state["best_ask"] < references[-1] + 5
    assert len(set(references)) > 5


def test_orders_outside_of_the_queues_are_taken_out() -> None:
    lone = alone(flow(), seed=4)
    for k in range(1, 300):
        lone.run(until_s=10.0 * k)
        while lone.state["repairing"][0] or lone.state["mid_move"][0]:
            lone.run(events=1)
        below = int(lone.state["below_ticks"][0])
        orders = lone.book.orders[lone.book.orders["quantity"] > 0]
        bids = orders["price_ticks"][orders["side"] > 0]
        asks = orders["price_ticks"][orders["side"] < 0]
        assert set(bids.tolist()) <= {below, below - 1, below - 2}
        assert set(asks.tolist()) <= {below + 1, below + 2, below + 3}


def test_the_mid_price_moves_the_reference_with_probability_theta() -> None:
    lone = alone(flow(theta=0.7), seed=5)
    lone.run(events=200)
    moves = followed = 0
    for _ in range(20_000):
        move, below = int(lone.state["mid_move"][0]), int(lone.state["below_ticks"][0])
        lone.run(events=1)
        if move:
            moves += 1
            followed += int(lone.state["below_ticks"][0]) == below + move
    assert moves > 20
    assert followed / moves == pytest.approx(0.7, abs=3.5 * math.sqrt(0.21 / moves))


def test_a_first_queue_that_fills_again_leaves_the_reference_where_it_is() -> None:
    lone = alone(flow(theta=1.0), seed=2)
    lone.run(until_s=1.0)
    below = int(lone.state["below_ticks"][0])
    lone.parameters = flow(theta=0.0).parameters()
    enter_market(lone.book, 1, lone.volume(below + 1), 7, 10**9, 0, lone.events, 0)
    observe(lone.book, lone.state[0], lone.parameters, lone.events, 1)
    assert lone.state["mid_move"][0] == 1
    while lone.volume(below + 1) == 0 and lone.state["mid_move"][0] >= 0:
        lone.run(events=1)
    assert int(lone.state["mid_move"][0]) == 0
    assert int(lone.state["below_ticks"][0]) == below


def test_the_stylised_market_has_its_published_pace_and_queues() -> None:
    lone = LoneBook(
        replace(stylised_queue_reactive(), event_size=np.ones(3, np.int64)).parameters(),
        queue_reactive_state(start_ns=0, reference_ticks=0.5),
        seed=1,
        levels=8192,
    )
    rates, posted = [], []
    for k in range(1, 1_500):
        lone.run(until_s=20.0 * k)
        rates.append(float(lone.state["rate"][0]))
        posted.append(lone.volume(int(lone.book.state[0]["best_ask"])))
    assert np.mean(rates) == pytest.approx(7.0, rel=0.05)
    assert np.mean(posted) == pytest.approx(8.36, rel=0.15)
    assert np.std(posted) == pytest.approx(6.45, rel=0.15)


def test_buying_25_event_sizes_in_600_seconds_finds_a_market() -> None:
    # The task of arXiv 2511.15262: a decision each 25 s, half of the best ask's size at most.
    costs = []
    for seed in range(20):
        lone = alone(flow(), seed)
        lone.run(until_s=1.0)
        bought, paid, arrival = 0, 0, 0.5
        for k in range(24):
            lone.run(until_s=1.0 + 25.0 * k)
            state = lone.book.state[0]
            best = int(state["best_ask"])
            quantity = min(5 * 25 - bought, max(5, lone.volume(best) // 10 * 5))
            count = enter_market(lone.book, 1, quantity, 7, 10**9 + k, 0, lone.events, 0)
            trades = lone.events[:count][lone.events["kind"][:count] == 0]
            bought += int(trades["quantity"].sum())
            paid += int((trades["quantity"] * trades["price_ticks"].astype(int)).sum())
        costs.append((paid - arrival * bought) / 5)
        assert bought == 125
    assert np.mean(costs) > 0.0


def test_the_context_of_the_opposite_queue_chooses_the_rates() -> None:
    rates = np.repeat(flow(1).rates, 4, axis=2)
    rates[0, 0, :, :] = 0.0
    rates[0, 0, 2, :-1] = 3.0  # limit orders only while the opposite queue is of usual length
    model = QueueReactive(
        rates=rates,
        event_size=np.array([5]),
        theta=0.0,
        opposite_edges=(4, 12),
        stationary=flow(1).stationary,
    )
    lone = alone(model, seed=6)
    added = 0
    for k in range(1, 2_000):
        ready, before = lone.state["repairing"][0] == 0, lengths(lone, 1)
        lone.run(until_s=0.02 * k)
        after = lengths(lone, 1)
        for side in (0, 1):
            if ready and after[side][0] > before[side][0]:
                added += 1
                assert 3 < before[1 - side][0] <= 13  # one more event may have come first
    assert added > 5


def test_lengths_beyond_what_the_rates_know_take_the_last_rate() -> None:
    model = flow(theta=0.0)
    lone = alone(model, seed=8)
    lone.run(until_s=500.0)
    assert max(max(side) for side in lengths(lone, 3)) <= LONGEST


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"rates": np.zeros((2, 3, 5))}, r"expected \(3, queue, 1 or 4, length\)"),
        ({"rates": np.full((3, 3, 5), -1.0)}, "negative or infinite"),
        ({"rates": np.full((3, 3, 5), math.nan)}, "negative or infinite"),
        ({"event_size": np.array([0, 1, 1])}, "expected 3 numbers from 1 on"),
        ({"theta": 1.5}, "theta is 1.5"),
        ({"opposite_edges": (5, 2)}, "two rising numbers"),
        ({"stationary": np.ones((2, 2))}, "numbers from 0 on"),
        ({"stationary": np.eye(3, LONGEST + 1)[[0, 0, 0]]}, "leaves the book empty"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(change: dict[str, object], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        flow(**change)


def test_orders_that_never_leave_are_refused_a_stationary_law() -> None:
    with pytest.raises(ValueError, match="never leave at some length"):
        stationary_law(np.ones(3), np.zeros(3), np.zeros(3))


def test_a_reference_on_a_price_is_refused() -> None:
    with pytest.raises(ValueError, match="expected half way between two prices"):
        queue_reactive_state(start_ns=0, reference_ticks=3.0)
