"""How the event loop's own functions are compiled: for each other, not to be called from Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])
# The wrappers by which Python and C would call a function make up half of what there is to compile.
# Nothing here allocates: references need not be counted (execution.book.compiled).
_OPTIONS: dict[str, Any] = {
    "cache": True,
    "_nrt": False,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


def inner(function: _Function) -> _Function:
    """Compile a function that compiled code alone calls."""
    return cast(_Function, njit(**_OPTIONS, forceinline=False)(function))


def inlined(function: _Function) -> _Function:
    """The same for one so small that a call would cost more."""
    return cast(_Function, njit(**_OPTIONS, forceinline=True)(function))
