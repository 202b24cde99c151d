"""JSON to rows of text: an array of objects, or an object with such an array under "positions"."""

from __future__ import annotations

import json

from hedger.portfolio.sheet import Sheet
from pricing.errors import InputError, InputProblem

_SHAPE = 'an array of objects, or {"positions": [...]}'


class _Members(list[tuple[str, object]]):
    """An object's members in order, repeated names kept, so that a repetition can be reported."""


def json_rows(origin: str, content: bytes) -> Sheet:
    """Header (every name that occurs), None, and the rows numbered from 1.

    Numbers stay as they are written, so that nothing is lost or rounded before it is judged.
    """
    objects = _objects(origin, _parsed(origin, content))
    problems = [problem for number, members in objects for problem in _problems(origin, number, members)]
    if problems:
        raise InputError(problems)
    header = tuple(dict.fromkeys(name for _, members in objects for name, _ in members))
    rows = [(number, _cells(members, header)) for number, members in objects]
    return Sheet(header=header, header_row=None, rows=rows)


def _parsed(origin: str, content: bytes) -> object:
    try:
        text = content.decode("utf-8-sig")
        return json.loads(
            text, object_pairs_hook=_Members, parse_int=str, parse_float=str, parse_constant=str
        )
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise InputError(InputProblem(file=origin, row=row, expected="JSON in UTF-8")) from None
    except json.JSONDecodeError as error:
        expected = f"well-formed JSON ({error.msg} at line {error.lineno} column {error.colno})"
        raise InputError(InputProblem(file=origin, expected=expected)) from None
    except RecursionError:
        raise InputError(InputProblem(file=origin, expected=f"{_SHAPE}, not nested deeper")) from None


def _objects(origin: str, document: object) -> list[tuple[int, _Members]]:
    if isinstance(document, _Members):
        inside = [value for name, value in document if name.casefold() == "positions"]
        document = inside[0] if len(inside) == 1 else None
    if not isinstance(document, list) or isinstance(document, _Members):
        raise InputError(InputProblem(file=origin, expected=_SHAPE))
    problems = [
        InputProblem(file=origin, row=number, value=str(entry), expected="an object")
        for number, entry in enumerate(document, 1)
        if not isinstance(entry, _Members)
    ]
    if problems:
        raise InputError(problems)
    return list(enumerate(document, 1))


def _problems(origin: str, number: int, members: _Members) -> list[InputProblem]:
    names = [name for name, _ in members]
    repeated = [
        InputProblem(file=origin, row=number, column=name, expected="each name once in an object")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    nested = [
        InputProblem(file=origin, row=number, column=name, value=type(value).__name__, expected="one value")
        for name, value in members
        if isinstance(value, list)
    ]
    return repeated + nested


def _cells(members: _Members, header: tuple[str, ...]) -> list[str | None]:
    values = dict(members)
    return [None if (value := values.get(name)) is None else str(value) for name in header]
