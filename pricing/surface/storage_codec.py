"""Frozen dataclasses of numbers and arrays to JSON's types and back, led by their annotations."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

import numpy as np

from pricing.errors import InputError, InputProblem
from pricing.surface.surface import VolSurface

_NON_FINITE = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


def encoded(value: object, kinds: Mapping[str, type]) -> Any:
    """A dataclass as nested dicts, arrays as lists, instants as ISO 8601, NaN and infinity as text.

    A surface is told by its name in `kinds` under "kind". Raises InputError for a surface of another type.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else str(float(value))
    if isinstance(value, np.ndarray):
        return _encoded_list(value.tolist())
    if isinstance(value, tuple):
        return [encoded(each, kinds) for each in value]
    return _kind_of(value, kinds) | {
        each.name: encoded(getattr(value, each.name), kinds) for each in fields(typing.cast(Any, value))
    }


def _encoded_list(value: Any) -> Any:
    if isinstance(value, list):
        return [_encoded_list(each) for each in value]
    return value if not isinstance(value, float) or np.isfinite(value) else str(value)


def _kind_of(value: object, kinds: Mapping[str, type]) -> dict[str, Any]:
    for name, kind in kinds.items():
        if type(value) is kind:
            return {"kind": name}
    if isinstance(value, VolSurface) or not is_dataclass(value):
        expected = f"a surface of one of the kinds {', '.join(kinds)}"
        raise InputError(InputProblem(file="surface", value=type(value).__name__, expected=expected))
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """Builds dataclasses from JSON's types; every complaint is an InputError that names file and field."""

    file: str
    kinds: Mapping[str, type]

    def decoded(self, tree: Any, wanted: Any, place: str) -> Any:
        """`tree` as the type `wanted`; `place` is the dotted path of its field."""
        if wanted is VolSurface:
            return self._surface(tree, place)
        if typing.get_origin(wanted) in (typing.Union, types.UnionType):
            return self._optional(tree, wanted, place)
        if typing.get_origin(wanted) is tuple:
            rows = self._typed(tree, list, place, "a list")
            item = typing.get_args(wanted)[0]
            return tuple(self.decoded(row, item, f"{place}[{i}]") for i, row in enumerate(rows))
        if typing.get_origin(wanted) is np.ndarray:
            return self._array(tree, place)
        if is_dataclass(wanted):
            return self._dataclass(tree, typing.cast(type, wanted), place)
        return self._scalar(tree, wanted, place)

    def _surface(self, tree: Any, place: str) -> Any:
        parts = dict(self._typed(tree, dict, place, "an object"))
        kind = parts.pop("kind", None)
        if not isinstance(kind, str) or kind not in self.kinds:
            raise self._wrong(f"{place}.kind", kind, f"one of {', '.join(self.kinds)}")
        return self._dataclass(parts, self.kinds[kind], place)

    def _optional(self, tree: Any, wanted: Any, place: str) -> Any:
        if tree is None:
            return None
        (present,) = (each for each in typing.get_args(wanted) if each is not types.NoneType)
        return self.decoded(tree, present, place)

    def _dataclass(self, tree: Any, wanted: type, place: str) -> Any:
        parts = self._typed(tree, dict, place, "an object")
        hints = typing.get_type_hints(wanted)
        names = {
            each.name: each.default is MISSING and each.default_factory is MISSING for each in fields(wanted)
        }
        for name in parts:
            if name not in names:
                raise self._wrong(_joined(place, name), None, f"no field but {', '.join(names)}")
        for name, required in names.items():
            if required and name not in parts:
                raise self._wrong(_joined(place, name), None, "this field; it is missing")
        values = {
            name: self.decoded(parts[name], hints[name], _joined(place, name))
            for name in names
            if name in parts
        }
        try:
            built = wanted(**values)
        except ValueError as error:
            raise self._wrong(place, None, f"numbers that it allows ({error})") from None
        self._check_shapes(built, place)
        return built

    def _array(self, tree: Any, place: str) -> Any:
        try:
            array = np.array(self._typed(tree, list, place, "a list of numbers"), dtype=np.float64)
        except (ValueError, TypeError, OverflowError):
            raise self._wrong(place, None, "a list of numbers, or of equally long lists of numbers") from None
        if not np.all(np.isfinite(array)):
            raise self._wrong(place, None, "finite numbers")
        return array

    def _scalar(self, tree: Any, wanted: Any, place: str) -> Any:
        if wanted is datetime:
            return self._instant(self._typed(tree, str, place, "an instant as text"), place)
        if wanted is float:
            return self._number(tree, place)
        if wanted is int and isinstance(tree, bool):
            raise self._wrong(place, tree, "an integer")
        return self._typed(tree, wanted, place, {int: "an integer", str: "text"}.get(wanted, wanted.__name__))

    def _number(self, tree: Any, place: str) -> float:
        if isinstance(tree, str) and tree in _NON_FINITE:
            return _NON_FINITE[tree]
        try:
            if not isinstance(tree, bool) and isinstance(tree, (int, float)):
                return float(tree)
        except OverflowError:
            pass
        raise self._wrong(place, tree, "a number")

    def _instant(self, text: str, place: str) -> datetime:
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            raise self._wrong(place, text, "an instant in ISO 8601 with its offset from UTC")
        return instant

    def _typed(self, tree: Any, wanted: type, place: str, expected: str) -> Any:
        if not isinstance(tree, wanted):
            raise self._wrong(place, tree, expected)
        return tree

    def _check_shapes(self, surface: object, place: str) -> None:
        """Expiries positive and increasing; every array has a row an expiry, all tables one shape."""
        years = getattr(surface, "expiry_years", None)
        if not isinstance(years, np.ndarray):
            return
        if years.ndim != 1 or years.size == 0 or np.any(years <= 0) or np.any(np.diff(years) <= 0):
            raise self._wrong(f"{place}.expiry_years", None, "positive, increasing numbers, at least one")
        arrays = dict(_arrays(surface, place))
        widths = {array.shape[1:] for array in arrays.values() if array.ndim > 1}
        for name, array in arrays.items():
            if array.shape[0] != years.size or array.ndim > 2 or len(widths) > 1:
                raise self._wrong(name, None, f"one row for each of {years.size} expiries, as all others")
        if any(width[0] < 3 or width[0] % 2 == 0 for width in widths):
            raise self._wrong(place, None, "an odd number of knots, at least three")

    def _wrong(self, place: str, value: Any, expected: str) -> InputError:
        shown = None if value is None else str(value)
        return InputError(InputProblem(file=self.file, column=place or None, value=shown, expected=expected))


def _arrays(value: object, place: str) -> list[tuple[str, Any]]:
    """Every array of a dataclass and of those inside it, with its dotted path."""
    found: list[tuple[str, Any]] = []
    for each in fields(typing.cast(Any, value)):
        part, name = getattr(value, each.name), _joined(place, each.name)
        if isinstance(part, np.ndarray):
            found.append((name, part))
        # What checks itself when it is built has axes of its own.
        elif is_dataclass(part) and not hasattr(part, "__post_init__"):
            found += _arrays(part, name)
    return found


def _joined(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
