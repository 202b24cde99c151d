"""How the inner functions of a numba kernel are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])
# Only other compiled functions call these: wrappers for Python and C would take time to compile.
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def inner(function: _Function) -> _Function:
    """Compile a function that compiled code alone calls."""
    return cast(_Function, njit(**_OPTIONS)(function))
