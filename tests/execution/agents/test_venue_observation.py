"""What is shown of each venue: the order's own side first, one venue held against the others."""

from __future__ import annotations

import numpy as np
import pytest

from execution.agents.actions import default_actions
from execution.agents.desk import Desk
from execution.agents.observation import FEATURES
from execution.agents.terms import MarketTerms, VenueFees
from execution.agents.venue_observation import VENUE_FEATURES, observe_venues, venue_features
from execution.book.layout import RecordArray
from execution.market.batch_kernel import ACCOUNT

TERMS = MarketTerms(
    lots_per_second=20.0,
    volatility_ticks=1.0,
    tick_size=0.01,
    spread_ticks=2.0,
    maker_fee_ticks=-0.2,
    taker_fee_ticks=0.3,
    further_fees=(VenueFees(0.3, -0.2),),
)
Level = tuple[int, int]


class StillBook:
    """A book of one level a side in which nothing happens."""

    def __init__(self, bid: Level, ask: Level) -> None:
        self.depth = np.array([[[bid], [ask]]], np.int32)
        self.account: RecordArray = np.zeros(1, ACCOUNT)
        self.now_ns = np.zeros(1, np.int64)

    def __len__(self) -> int:
        return 1

    def step_until(self, ts_ns: int | np.ndarray) -> np.ndarray:
        """Nothing happens."""
        return self.depth

    def enter(self, messages: RecordArray, slots: np.ndarray | None = None) -> np.ndarray:
        """Nothing rests."""
        return np.zeros(1, np.int64)

    def resting(self, slots: np.ndarray) -> np.ndarray:
        """No orders."""
        return np.zeros((1, 2), np.int64)


class StillMarket(StillBook):
    """A market of several still books."""

    def __init__(self, *books: tuple[Level, Level]) -> None:
        super().__init__(*books[0])
        self.venues = tuple(StillBook(*book) for book in books)


def desk_of(side: int, *books: tuple[Level, Level]) -> Desk:
    desk = Desk(StillMarket(*books), [TERMS], default_actions(len(books)), 5 * 10**9)
    desk.begin(np.ones(1, np.bool_), np.array([side]), np.array([100]), 10)
    return desk


def seen(side: int, *books: tuple[Level, Level]) -> dict[str, float]:
    desk = desk_of(side, *books)
    shown = observe_venues(desk.memory, desk.orders, desk.slice_lots)[0].tolist()
    return dict(zip(venue_features(len(books)), shown, strict=True))


def test_a_seller_sees_in_the_mirrored_market_what_a_buyer_sees() -> None:
    bought = seen(1, ((100, 10), (102, 40)), ((99, 70), (101, 5)))
    assert bought == seen(-1, ((1898, 40), (1900, 10)), ((1899, 5), (1901, 70)))


def test_a_venue_with_a_worse_touch_says_by_how_much() -> None:
    found = seen(1, ((100, 10), (102, 40)), ((99, 70), (101, 5)))
    behind = [found[f"venue_{number}_{name}"] for number in (1, 2) for name in ("near_behind", "far_behind")]
    np.testing.assert_allclose(behind, [0.0, np.log(2.0), np.log(2.0), 0.0], rtol=1e-6)
    assert found["venue_1_maker_fee"] == found["venue_2_taker_fee"] == np.float32(-0.2)


def test_empty_and_huge_books_are_shown_within_bounds() -> None:
    found = seen(1, ((100, 2_000_000_000), (5000, 1)), ((99, 0), (101, 0)))
    assert all(abs(value) <= 4.0 for value in found.values())


def test_a_single_venue_is_shown_as_it_always_was() -> None:
    assert venue_features(1) == ()
    assert len(venue_features(3)) == 3 * len(VENUE_FEATURES)
    assert desk_of(1, ((100, 10), (102, 40))).observation().shape == (1, len(FEATURES))


def test_terms_that_name_too_few_venues_are_refused() -> None:
    books = ((100, 10), (102, 40))
    with pytest.raises(ValueError, match="fewer venues than the markets have, 3"):
        desk_of(1, books, books, books)
