"""Move the ladder under a book whose price has travelled, in place, compiled."""

from __future__ import annotations

import numpy as np

from execution.book.compiled import compiled
from execution.book.layout import LEVELS_PER_WORD, NO_ASK, NO_BID, BookArrays

ROWS = 3  # of the ladder: the book, the buy stops, the sell stops


@compiled
def slide_towards(book: BookArrays, price_ticks: int) -> bool:
    """Let the ladder start at other prices, so that price_ticks and the best quotes lie on it, if it can.

    It moves by whole words of 64 prices, as little as puts the middle of what it must hold nearest to its own
    middle. False, and nothing done, when a living order or the price itself would be off the ladder.
    """
    state = book.state[0]
    low, high = price_ticks, price_ticks
    if state["best_bid"] != NO_BID:
        low, high = min(low, state["best_bid"]), max(high, state["best_bid"])
    if state["best_ask"] != NO_ASK:
        low, high = min(low, state["best_ask"]), max(high, state["best_ask"])
    origin, span = state["origin_ticks"], state["span"]
    off = (low + high - span) // 2 - origin
    words = (off + LEVELS_PER_WORD // 2) // LEVELS_PER_WORD
    start = origin + words * LEVELS_PER_WORD
    if words == 0 or low < start or high >= start + span or not _is_bare(book, words):
        return False
    for row in range(ROWS):
        _move_row(book, row, words)
    state["origin_ticks"] = start
    return True


@compiled
def _is_bare(book: BookArrays, words: int) -> bool:
    """Whether no order is at the prices that would be left behind."""
    length = len(book.occupied) // ROWS
    for row in range(ROWS):
        for at in range(length):
            left = at < words or at >= length + words
            if left and book.occupied[row * length + at] != np.uint64(0):
                return False
    return True


@compiled
def _move_row(book: BookArrays, row: int, words: int) -> None:
    """Shift a row's words and levels down by `words` (up where negative); what enters is empty."""
    length = len(book.occupied) // ROWS
    for step in range(length):
        at = step if words > 0 else length - 1 - step
        source = at + words
        inside = 0 <= source < length
        book.occupied[row * length + at] = book.occupied[row * length + source] if inside else np.uint64(0)
        for k in range(LEVELS_PER_WORD):
            to = (row * length + at) * LEVELS_PER_WORD + k
            if inside:
                book.levels[to] = book.levels[(row * length + source) * LEVELS_PER_WORD + k]
            else:
                _empty(book, to)


@compiled
def _empty(book: BookArrays, at: int) -> None:
    level = book.levels[at]
    level["head"] = 0
    level["tail"] = 0
    level["volume"] = 0
    level["hidden"] = 0
    level["orders"] = 0
