"""Packages and their legs: sweeps beside the integer programme, and a million messages looked at one by one.

`python -m benchmarks.complex_book`. Floors: no mismatch on 2,000 two-leg books and no broken rule in one
million messages; aim: no mismatch on 10,000 books of two to four legs. Simulated orders throughout.
"""

from __future__ import annotations

import time

import numpy as np

from execution.complex_book.programme import sweep_together
from execution.complex_book.sweep import sweep
from tests.twins.complex_audit import audited
from tests.twins.complex_programme import (
    REFERENCE,
    REFERENCE_TICKS,
    best_joint_total,
    best_totals,
    random_joint,
    random_sweep,
)
from tests.twins.complex_streams import random_messages, random_pair

SWEEPS, JOINT, MARKETS, MESSAGES = 10_000, 300, 1000, 1000
BATCH = 100  # sweeps of one integer programme, which falls apart into theirs


def print_reference() -> None:
    """The worked example: both ways together, legs alone, the complex book alone."""
    ours = [sweep(*case.taker, legs=case.legs, complex_book=case.complex_book) for case in REFERENCE]
    totals = [f"{found.total_ticks / 100:.2f}" for found in ours]
    print(f"reference            {' '.join(totals)}   published {[t / 100 for t in REFERENCE_TICKS]}")


def print_sweeps() -> None:
    """Sweeps of one package against the integer programme, by number of legs."""
    rng = np.random.default_rng(1)
    cases = [random_sweep(rng) for _ in range(SWEEPS)]
    started = time.process_time()
    ours = [sweep(*case.taker, legs=case.legs, complex_book=case.complex_book) for case in cases]
    taken = time.process_time() - started
    started = time.process_time()
    best = [total for at in range(0, SWEEPS, BATCH) for total in best_totals(cases[at : at + BATCH])]
    programme = time.process_time() - started
    wrong = [found.total_ticks != total for found, total in zip(ours, best, strict=True)]
    legs = np.array([len(case.legs) for case in cases])
    print("sweep of one package   books   mismatches   floor 2,000 two-leg books, aim 10,000 of two to four")
    for count in (2, 3, 4):
        mismatches = np.array(wrong)[legs == count].sum()
        print(f"  {count} legs           {(legs == count).sum():8}   {mismatches:10}")
    each, beside = 1e6 * taken / SWEEPS, 1e6 * programme / SWEEPS
    print(f"  {each:.0f} us each; the programme, {BATCH} at once, {beside:.0f} us each")


def print_joint() -> None:
    """Packages that share legs against a programme with every level's contracts as integers."""
    rng = np.random.default_rng(2)
    cases = [random_joint(rng) for _ in range(JOINT)]
    started = time.process_time()
    ours = [sweep_together(*case).total_ticks for case in cases]
    taken = time.process_time() - started
    wrong = sum(total != best_joint_total(*case) for total, case in zip(ours, cases, strict=True))
    print(f"packages together    {JOINT:8}   {wrong:10}   {1e3 * taken / JOINT:.1f} ms each")


def print_market() -> None:
    """A million messages, each followed by a look at every rule."""
    kinds, taken, bare = np.zeros(4, np.int64), 0.0, 0.0
    for number in range(MARKETS):
        rng = np.random.default_rng((3, number))
        market, _ = random_pair(rng)
        messages = random_messages(rng, market, MESSAGES)
        if number == 0:
            audited(random_pair(np.random.default_rng((3, number)))[0], messages)  # compiles
        started = time.process_time()
        trades, _ = audited(market, messages)
        taken += time.process_time() - started
        kinds += ways(trades, messages, len(market.symbols))
        market, _ = random_pair(np.random.default_rng((3, number)))
        started = time.process_time()
        market.process(messages)
        bare += time.process_time() - started
    print(f"messages        {MARKETS * MESSAGES:13,}   broken rules 0   floor 1,000,000 and 0")
    for name, count in zip(
        ("leg", "package with package", "package with legs", "leg with package"), kinds, strict=True
    ):
        print(f"  trades of {name:20} {count:10,}")
    each, looked_at = 1e6 * bare / MARKETS / MESSAGES, 1e6 * taken / MARKETS / MESSAGES
    print(f"  {each:.2f} us a message, {looked_at:.2f} with the look at every rule")


def ways(trades: np.ndarray, messages: np.ndarray, legs: int) -> np.ndarray:
    """How many trades were of a leg alone, and atomic ones of each kind."""
    _, first, group = np.unique(trades["package"], return_index=True, return_inverse=True)
    is_complex = [messages["book"][trades[name] - 1] >= legs for name in ("buyer_id", "seller_id")]
    between = np.bincount(group, is_complex[0] & is_complex[1], len(first)) > 0
    package = trades["package"][first] >= 0
    by_leg = messages["book"][trades["message"][first]] < legs
    single = np.count_nonzero(trades["package"] < 0)
    atomic = (package & between, package & ~between & ~by_leg, package & ~between & by_leg)
    return np.array([single, *(np.count_nonzero(kind) for kind in atomic)])


if __name__ == "__main__":
    print_reference()
    print_sweeps()
    print_joint()
    print_market()
