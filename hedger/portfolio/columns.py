"""Which column of a user's file holds which field: the names that desks, brokers and vendors use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pricing.errors import InputError, InputProblem

ALIASES: Mapping[str, tuple[str, ...]] = {
    "symbol": (
        "symbol",
        "osi",
        "osi_symbol",
        "occ",
        "occ_symbol",
        "option_symbol",
        "contract",
        "ticker",
        "instrument",
    ),
    "quantity": (
        "quantity",
        "qty",
        "position",
        "pos",
        "contracts",
        "shares",
        "qty (quantity)",
        "net_qty",
        "net_quantity",
        "net_position",
    ),
    "side": ("side", "long_short", "buy_sell", "direction"),
    "underlying": ("underlying", "root", "underlier", "underlying_symbol"),
    "expiry": (
        "expiry",
        "expiration",
        "exp",
        "maturity",
        "expiration_date",
        "expiry_date",
        "exp_date",
        "maturity_date",
    ),
    "strike": ("strike", "strike_price", "k"),
    "right": ("right", "put_call", "cp", "pc", "option_type", "call_put", "call_or_put"),
    "kind": (
        "kind",
        "asset_class",
        "sec_type",
        "instrument_type",
        "security_type",
        "asset_type",
        "asset_category",
    ),
    "type": ("type",),
    "multiplier": ("multiplier", "contract_size", "contract_multiplier"),
    "exercise": ("style", "exercise", "exercise_style", "option_style"),
    "strategy": ("strategy", "spread", "group", "strategy_id"),
    "currency": ("currency", "ccy", "currency_primary"),
    "value": (
        "market_value",
        "mkt_val (market_value)",
        "current_value",
        "value $",
        "position_value",
    ),
    "level": ("level_of_detail",),
}


def _plain(name: str) -> str:
    return re.sub(r"[\s_./\\-]+", "", name).casefold()


_FIELD_BY_NAME = {_plain(alias): field for field, aliases in ALIASES.items() for alias in aliases}


def is_header(names: Sequence[str]) -> bool:
    """Whether a line names a quantity column and one of symbol and underlying."""
    fields = {_FIELD_BY_NAME.get(_plain(name.strip().strip('"'))) for name in names}
    return "quantity" in fields and not fields.isdisjoint({"symbol", "underlying"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Column index and header name by field, and the columns that nobody reads."""

    index: Mapping[str, int]
    names: Mapping[str, str]
    unused: tuple[str, ...]


def recognise(header: Sequence[str], *, origin: str, row: int | None) -> Columns:
    """Match a header to fields. Raises InputError for competing columns and for missing ones."""
    found: dict[str, list[int]] = {}
    unused: list[str] = []
    for index, name in enumerate(header):
        field = _FIELD_BY_NAME.get(_plain(name))
        if field is None:
            unused.append(name.strip() or f"column {index + 1}, which has no name")
        else:
            found.setdefault(field, []).append(index)
    problems = [*_competing(found, header, origin, row), *_missing(found, origin, row)]
    if problems:
        raise InputError(problems)
    return Columns(
        index={field: indices[0] for field, indices in found.items()},
        names={field: header[indices[0]].strip() for field, indices in found.items()},
        unused=tuple(unused),
    )


def _competing(
    found: Mapping[str, list[int]], header: Sequence[str], origin: str, row: int | None
) -> list[InputProblem]:
    # The value is read for cash without a quantity alone: the first column of it will do.
    rivals = [(field, indices) for field, indices in found.items() if len(indices) > 1 and field != "value"]
    if {"type", "right", "kind"} <= found.keys():
        rivals.append(("type", [*found["type"], *found["right"], *found["kind"]]))
    return [
        InputProblem(
            file=origin,
            row=row,
            column=field,
            value=", ".join(header[index].strip() for index in indices),
            expected=f"one column for the {field}, not {len(indices)}",
        )
        for field, indices in rivals
    ]


def _missing(found: Mapping[str, list[int]], origin: str, row: int | None) -> list[InputProblem]:
    problems = []
    if "quantity" not in found:
        problems.append(_no_column(origin, row, "quantity"))
    if "symbol" not in found and "underlying" not in found:
        problems.append(_no_column(origin, row, "symbol"))
    return problems


def _no_column(origin: str, row: int | None, field: str) -> InputProblem:
    names = ", ".join(ALIASES[field])
    return InputProblem(
        file=origin, row=row, column=field, expected=f"a column with one of the names {names}"
    )
