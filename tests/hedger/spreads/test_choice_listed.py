"""A package chosen from a whole listed chain, its rows added up again."""

from __future__ import annotations

import numpy as np

from benchmarks.synthetics import DAYS, FEE, LOT_COST, LOT_DELTA, TOLERANCE, chosen, load, random_book
from hedger.spreads.choice_market import ChoiceLimits
from tests.shared_data import shared_path


def test_a_package_of_a_listed_chain_holds_its_tolerances_sizes_and_legs_and_is_proven() -> None:
    path = shared_path("options", "spx_chain_20190425_20190607.parquet")
    limits = ChoiceLimits(naked_shorts=True)
    day = load(path, DAYS[2], limits)
    book = random_book(day, np.random.default_rng(7))
    found = chosen(day, book, limits)
    option, lots = found.quantity[:-1], int(found.quantity[-1])
    exposure = day.greeks[:, book.quote] @ book.quantity
    after = exposure + day.greeks @ option + np.array([lots * LOT_DELTA, 0.0, 0.0])
    allowed = np.array([0.5 * LOT_DELTA, *(TOLERANCE * np.abs(exposure[1:]))])
    assert np.all(np.abs(after) <= allowed * (1.0 + 1e-6))
    assert np.count_nonzero(option) <= 8
    assert np.all((-day.options.most_sold <= option) & (option <= day.options.most_bought))
    half = 0.5 * (day.quotes.ask - day.quotes.bid).clip(0.0) * 100.0 + FEE
    np.testing.assert_allclose(found.cost, np.abs(option) @ half + abs(lots) * LOT_COST, rtol=1e-9)
    assert found.gap == 0.0
