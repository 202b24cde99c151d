"""Numbers and tolerances as the reference tables write them."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt}
_NUMBER = r"[0-9.]+(?:[eE][-+]?[0-9]+)?"


def number(text: str) -> float:
    """A decimal, or a product, quotient or function of such: 819/365, exp(-0.05), 15.0 * std::exp(-0.05).

    Raises ValueError for what is none.
    """
    plain = text.replace("std::", "").strip()
    try:
        return float(plain)
    except ValueError:
        pass
    try:
        return _evaluated(ast.parse(plain, mode="eval").body)
    except (ArithmeticError, SyntaxError) as problem:
        raise ValueError(f"'{text}' is no number") from problem


def _evaluated(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=float() | int() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluated(operand)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](_evaluated(left), _evaluated(right))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](_evaluated(argument))
    raise ValueError(f"'{ast.unparse(node)}' is no number")


def tolerance(text: str, expected: float) -> float:
    """The absolute tolerance that a row states: '1e-4', 'rel 1e-12', 'rel 1e-10 (abs 1e-12)', '1e-8 (peer)'.

    Half a unit in the last digit of a double is granted, since the expected number itself is rounded to one.
    Raises ValueError where none is stated.
    """
    rounding = 2.0**-52 * abs(expected)
    relative = re.match(rf"rel\s+({_NUMBER})(?:\s*\(abs\s+({_NUMBER})\))?", text.strip())
    if relative:
        return max(float(relative[1]) * abs(expected), float(relative[2] or 0.0)) + rounding
    absolute = re.match(rf"(?:abs\s+)?({_NUMBER})", text.strip())
    if absolute is None:
        raise ValueError(f"'{text}' states no tolerance")
    return float(absolute[1]) + rounding
