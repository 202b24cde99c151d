"""Whom to ask, and so how many: the set of dealers that costs least, leaks and rejections counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import final

import numpy as np
import numpy.typing as npt

from execution.rfq.best_quote import QuoteLaws

FloatArray = npt.NDArray[np.float64]

_MOST_ENUMERATED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTerms:
    """What asking costs besides the price, all in half-spreads on the whole quantity.

    leak_before, leak_after: move of the mid against the asker by each dealer asked, and by each asked that
    loses, (dealer,). outside: expected cost of trading elsewhere, what is paid without a good quote.
    rejected: expected loss by a last look that ends in a rejection, and rejection: its probability by dealer.
    later_share: how much of what moves after the trade the asker pays, 1 where as much is to be traded again.
    """

    leak_before: FloatArray
    leak_after: FloatArray
    outside: float
    rejection: FloatArray | None = None
    rejected: float = 0.0
    later_share: float = 1.0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Dealers to ask, and the expected cost [half-spreads]; none where trading elsewhere costs less.

    expected_price: of the best quote or the trade elsewhere. win_probability: of each of the dealers.
    """

    dealers: tuple[int, ...]
    expected_cost: float
    expected_price: float
    win_probability: FloatArray


def expected_ask(laws: QuoteLaws, terms: AskTerms, dealers: Sequence[int]) -> Ask:
    """The cost of asking these dealers, laws being what each does when so many are asked."""
    if not dealers:
        return Ask(
            dealers=(),
            expected_cost=terms.outside,
            expected_price=terms.outside,
            win_probability=np.zeros(0),
        )
    chosen = np.array(dealers, dtype=np.int64)
    own = laws.of(chosen)
    found = Ask(
        dealers=tuple(dealers),
        expected_cost=0.0,
        expected_price=own.expected_price(terms.outside),
        win_probability=own.win_probability(),
    )
    return replace(found, expected_cost=sum(cost_parts(found, terms).values()))


def cost_parts(ask: Ask, terms: AskTerms) -> dict[str, float]:
    """The expected cost of asking by its parts, which add up to it [half-spreads]."""
    chosen = np.array(ask.dealers, dtype=np.int64)
    later = float(terms.leak_after[chosen] @ (1.0 - ask.win_probability))
    rejected = 0.0 if terms.rejection is None else float(terms.rejection[chosen] @ ask.win_probability)
    return {
        "price": ask.expected_price,
        "leak before": float(terms.leak_before[chosen].sum()),
        "leak after": terms.later_share * later,
        "rejections": terms.rejected * rejected,
    }


def best_ask(laws: Callable[[int], QuoteLaws], terms: AskTerms, *, most: int | None = None) -> Ask:
    """The dealers to ask: the cheapest of `best_asks`."""
    return min(best_asks(laws, terms, most=most), key=_cost)


def best_asks(
    laws: Callable[[int], QuoteLaws], terms: AskTerms, *, most: int | None = None
) -> tuple[Ask, ...]:
    """The best dealers to ask by their number, from nobody to `most`: of twelve or fewer over all sets.

    laws: what each dealer of the panel does when so many are asked. Of a larger panel the sets are searched
    by adding the dealer that helps most and by exchanging one for another while that helps. ValueError where
    `most` is below 1.
    """
    panel = len(terms.leak_before)
    limit = panel if most is None else min(most, panel)
    if limit < 1:
        raise ValueError(f"{limit} dealers may be asked, expected 1 or more")
    search = _enumerated if panel <= _MOST_ENUMERATED else _exchanged
    nobody = expected_ask(laws(1), terms, ())
    return nobody, *(search(laws(count), terms, panel, count) for count in range(1, limit + 1))


def _enumerated(laws: QuoteLaws, terms: AskTerms, panel: int, count: int) -> Ask:
    return min((expected_ask(laws, terms, each) for each in combinations(range(panel), count)), key=_cost)


def _exchanged(laws: QuoteLaws, terms: AskTerms, panel: int, count: int) -> Ask:
    """A set of so many that no exchange of one dealer improves."""
    best = expected_ask(laws, terms, ())
    for _ in range(count):
        grown = [(*best.dealers, each) for each in range(panel) if each not in best.dealers]
        best = min((expected_ask(laws, terms, each) for each in grown), key=_cost)
    while True:
        others = [
            tuple(other if dealer == left else dealer for dealer in best.dealers)
            for left in best.dealers
            for other in range(panel)
            if other not in best.dealers
        ]
        tried = min((expected_ask(laws, terms, each) for each in others), key=_cost, default=best)
        if _cost(tried) >= _cost(best):
            return best
        best = tried


def _cost(ask: Ask) -> float:
    return ask.expected_cost
