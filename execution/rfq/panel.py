"""Simulated dealers: how each responds, quotes, looks last and leaks. Stylised, with stated numbers.

Markups are in half-spreads of the package and sizes in typical sizes, so that one panel serves any package.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DealerTerms:
    """One dealer. Of a request to N dealers, of q typical sizes, at v times the typical volatility:

    it responds with log-odds response - response_dealers log N - response_size log q - response_volatility
    log v. Its markup over the mid [half-spreads] is markup + markup_size log q + markup_volatility log v +
    markup_shared / N - skew (side x inventory) + noise z: it deals cheaper in what it has too much of, and
    has competition in mind. inventory is in typical sizes, positive is long, fades at inventory_fade a second
    and is shaken by its other business to a standard deviation of inventory_deviation.

    capacity: most that it quotes for [typical sizes]. last_look: it backs out when the mid moves against it
    by more while it looks [half-spreads], infinite for a dealer that always stands. leak: how far the mid
    moves against the asker for each request of a typical size that it sees and does not win [half-spreads],
    `leak_before` of it already while the quotes are awaited, from winner and losers alike.

    ValueError for a number that is not finite (last_look and capacity may be infinite), and for a negative
    noise, fade, deviation, last look, leak or capacity, or a leak_before above 1.
    """

    response: float = 2.5
    response_dealers: float = 0.6
    response_size: float = 0.25
    response_volatility: float = 0.3
    markup: float = 0.55
    markup_size: float = 0.08
    markup_volatility: float = 0.1
    markup_shared: float = 0.15
    skew: float = 0.15
    noise: float = 0.25
    inventory_fade: float = 1e-3
    inventory_deviation: float = 1.0
    capacity: float = math.inf
    last_look: float = math.inf
    leak: float = 0.04
    leak_before: float = 0.5

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            open_ended = field.name in ("capacity", "last_look") and value == math.inf
            if not (open_ended or math.isfinite(value)):
                raise ValueError(f"a dealer's {field.name} is {value:g}, expected a finite number")
            if field.name in _NOT_NEGATIVE and value < 0.0:
                raise ValueError(f"a dealer's {field.name} is {value:g}, expected 0 or more")
        if self.leak_before > 1.0:
            raise ValueError(f"a dealer's leak_before is {self.leak_before:g}, expected a share of 1")


_NOT_NEGATIVE = frozenset(
    ("noise", "inventory_fade", "inventory_deviation", "capacity", "last_look", "leak", "leak_before")
)
# Columns of a panel's matrix, as compiled code reads it.
COLUMN = {field.name: at for at, field in enumerate(fields(DealerTerms))}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RfqTerms:
    """What holds for a venue and its package: units and waiting times.

    typical_quantity [packages] is one typical size. response_seconds: from the request until quotes arrive.
    look_seconds: of the last look. quote_seconds: how long quotes stand. ValueError for what is not positive
    and finite; the last look may take no time.
    """

    typical_quantity: float = 10.0
    response_seconds: float = 2.0
    look_seconds: float = 0.1
    quote_seconds: float = 5.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = value >= 0.0 if field.name == "look_seconds" else value > 0.0
            if not (least and math.isfinite(value)):
                raise ValueError(f"the venue's {field.name} is {value:g}, expected a positive number")


def panel_matrix(panel: tuple[DealerTerms, ...]) -> FloatArray:
    """The panel as compiled code reads it, (dealer, COLUMN). ValueError for no dealer."""
    if not panel:
        raise ValueError("a panel has one dealer or more")
    return np.array([[getattr(dealer, name) for name in COLUMN] for dealer in panel], dtype=np.float64)


def leaks(panel: tuple[DealerTerms, ...]) -> tuple[FloatArray, FloatArray]:
    """How far each asked dealer moves the mid against the asker, of a request of a typical size.

    While quotes are awaited, and after the trade where it did not win [half-spreads], (dealer,) each; both
    grow with the size.
    """
    whole = np.array([dealer.leak for dealer in panel])
    before = whole * [dealer.leak_before for dealer in panel]
    return before, whole - before


def standard_panel(dealers: int, seed: int = 0) -> tuple[DealerTerms, ...]:
    """Dealers that differ, drawn around the defaults; some look last, some leak much. The same for one seed.

    Stylised: the spread of the numbers is ours, of no data. ValueError for fewer than one dealer.
    """
    if dealers < 1:
        raise ValueError(f"{dealers} dealers, expected 1 or more")
    children = np.random.SeedSequence(seed).spawn(dealers)
    return tuple(_drawn(np.random.default_rng(child)) for child in children)


def _drawn(rng: np.random.Generator) -> DealerTerms:
    looks_last = rng.random() < 0.4
    return DealerTerms(
        response=2.5 + 0.6 * rng.standard_normal(),
        response_dealers=0.6 * math.exp(0.3 * rng.standard_normal()),
        response_size=0.25 * math.exp(0.3 * rng.standard_normal()),
        markup=0.55 + 0.12 * rng.standard_normal(),
        markup_size=0.08 + 0.03 * rng.standard_normal(),
        skew=0.15 * math.exp(0.3 * rng.standard_normal()),
        noise=0.25 * math.exp(0.2 * rng.standard_normal()),
        capacity=float(rng.choice([1.0, 2.0, 4.0])),
        last_look=0.05 if looks_last else math.inf,
        leak=0.04 * math.exp(0.7 * rng.standard_normal()),
    )
