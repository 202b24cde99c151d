"""Factors of orders as a matrix of numbers, and the split of orders into earlier and later ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.market.regime import SECONDS_PER_DAY
from execution.tca.blotter import FloatArray, IntArray
from execution.tca.factors import CHOICE_FACTORS, OrderFactors

BoolArray = npt.NDArray[np.bool_]

_KNOWN_SHARE = 0.8  # of orders: a factor that fewer know is left out rather than the orders
_FEWEST_OF_LABEL = 5
_TRAINED_SHARE = 0.7
_CHOICE_LABELS = frozenset({"algorithm", "venue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Factors as numbers, shape (order, factor), of the orders `rows` of a blotter, by arrival."""

    names: tuple[str, ...]
    is_choice: tuple[bool, ...]
    values: FloatArray
    rows: IntArray
    left_out: tuple[str, ...]


def design_of(factors: OrderFactors, cost_bps: FloatArray) -> Design:
    """Factors that most orders know, with labels as zeros and ones against the most frequent label."""
    order = np.argsort(factors.arrival_ns, kind="stable")
    rows = order[np.isfinite(cost_bps[order])]
    columns: dict[str, FloatArray] = {}
    left_out = []
    for name, values in factors.numbers.items():
        known = np.isfinite(values[rows])
        if known.mean() >= _KNOWN_SHARE if len(rows) else False:
            columns[name] = values
        elif known.any():
            left_out.append(f"{name}: known for {int(known.sum()):,} of {len(rows):,} orders")
        else:
            left_out.append(f"{name}: not known")
    numbers = np.column_stack([*columns.values(), np.zeros(len(cost_bps))])
    rows = rows[np.isfinite(numbers[rows]).all(axis=1)]
    choice = dict.fromkeys(columns, False) | {name: name in CHOICE_FACTORS for name in columns}
    for name, texts in factors.labels.items():
        for label in _varying_labels(texts[rows]):
            columns[f"{name} {label}"] = (texts == label).astype(np.float64)
            choice[f"{name} {label}"] = name in _CHOICE_LABELS
    stacked = np.column_stack(list(columns.values())) if columns else np.zeros((len(cost_bps), 0))
    return Design(
        names=tuple(columns),
        is_choice=tuple(choice.values()),
        values=stacked[rows],
        rows=rows.astype(np.int64),
        left_out=tuple(left_out),
    )


def time_split(factors: OrderFactors, rows: IntArray) -> tuple[BoolArray, BoolArray]:
    """The first 70% of the orders by arrival, and the rest; see OutOfSample for who is in neither."""
    cut = round(_TRAINED_SHARE * len(rows))
    tested = np.arange(len(rows)) >= cut
    if not tested.any():
        return ~tested, tested
    first_ns = factors.arrival_ns[rows[cut]]
    length = np.nan_to_num(factors.horizon_days[rows]) * SECONDS_PER_DAY * 1e9
    done = factors.arrival_ns[rows] + length.astype(np.int64) <= first_ns
    return ~tested & done, tested


def _varying_labels(texts: npt.NDArray[np.str_]) -> list[str]:
    """All labels but the most frequent one that stand for enough orders; none where they do not vary."""
    names, counts = np.unique(texts, return_counts=True)
    usual = names[counts.argmax()] if len(names) else ""
    return [
        str(name)
        for name, count in zip(names, counts, strict=True)
        if name and name != usual and count >= _FEWEST_OF_LABEL
    ]
