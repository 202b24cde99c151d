"""Random markets of legs and packages, and random messages that keep them busy."""

from __future__ import annotations

from math import gcd

import numpy as np

from execution.book.layout import MessageKind, RecordArray
from execution.complex_book.instrument import ComplexInstrument, ComplexLeg, ComplexLimits
from execution.complex_book.layout import MESSAGE
from execution.complex_book.market import ComplexMarket
from execution.orders import Side
from tests.twins.complex_market import SlowMarket

KINDS = (MessageKind.LIMIT, MessageKind.MARKET, MessageKind.IMMEDIATE_OR_CANCEL, MessageKind.CANCEL)


def random_instruments(rng: np.random.Generator, symbols: list[str]) -> list[ComplexInstrument]:
    """One to three packages that differ."""
    found: dict[frozenset[tuple[str, int]], ComplexInstrument] = {}
    for number in range(int(rng.integers(1, 4))):
        chosen = rng.permutation(symbols)[: rng.integers(2, len(symbols) + 1)].tolist()
        ratios = rng.integers(1, 4, len(chosen))
        ratios //= gcd(*ratios.tolist())
        sides = rng.choice((1, -1), len(chosen))
        key = frozenset(zip(chosen, (ratios * sides * sides[0]).tolist(), strict=True))
        mirrored = frozenset((symbol, -weight) for symbol, weight in key)
        if key not in found and mirrored not in found:
            rows = zip(chosen, ratios.tolist(), sides.tolist(), strict=True)
            legs = tuple(ComplexLeg(symbol=s, ratio=r, side=Side(side)) for s, r, side in rows)
            found[key] = ComplexInstrument(name=f"package {number}", legs=legs)
    return list(found.values())


def random_pair(rng: np.random.Generator) -> tuple[ComplexMarket, SlowMarket]:
    """A market and its twin, of two to four legs that are worth 95 to 105 ticks."""
    symbols = [f"leg {number}" for number in range(int(rng.integers(2, 5)))]
    instruments = random_instruments(rng, symbols)
    reference = rng.integers(95, 106, len(symbols)).tolist()
    known = dict(zip(symbols, reference, strict=True))
    market = ComplexMarket(symbols, instruments, reference_ticks=known, limits=ComplexLimits(max_ratio=None))
    return market, SlowMarket(symbols, instruments, reference)


def random_messages(
    rng: np.random.Generator, market: ComplexMarket, count: int, *, width_ticks: int = 5, largest: int = 6
) -> RecordArray:
    """Orders around the legs' first prices and packages' nets; a cancellation names a late one."""
    legs, books = len(market.symbols), len(market.symbols) + len(market.instruments)
    centres = [market.leg_book(name).arrays.state for name in market.symbols]
    centres += [market.complex_book(package.name).arrays.state for package in market.instruments]
    middle = np.array([state["origin_ticks"][0] + state["span"][0] // 2 for state in centres])
    messages = np.zeros(count, MESSAGE)
    messages["kind"] = rng.choice(KINDS, count, p=(0.66, 0.06, 0.08, 0.2))
    messages["side"] = rng.choice((1, -1), count)
    is_leg = rng.random(count) < 0.7
    messages["book"] = np.where(is_leg, rng.integers(0, legs, count), rng.integers(legs, books, count))
    messages["quantity"] = rng.integers(1, largest + 1, count)
    behind = rng.integers(-width_ticks // 2, width_ticks + 1, count)
    messages["price_ticks"] = middle[messages["book"]] - messages["side"] * behind
    messages["owner"] = rng.integers(0, 4, count)
    messages["ts_ns"] = np.arange(count)
    places = np.arange(count)
    whose = np.maximum(places - rng.integers(1, 31, count), 0)
    is_cancel = messages["kind"] == MessageKind.CANCEL
    messages["order_id"] = np.where(is_cancel, market.next_id + whose, 0)
    messages["book"] = np.where(is_cancel, messages["book"][whose], messages["book"])
    return messages
