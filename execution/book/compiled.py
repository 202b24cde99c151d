"""How the book's functions are compiled: to the disk's cache and without reference counts.

Nothing here allocates, so numba need not count references to the arrays that are passed around; the counting
would cost more than the matching.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit

# A number of the one integer type that functions are compiled for: fields of records are narrower, literals
# are types of their own, and numba would compile every function anew for each.
int64: Callable[[Any], int] = np.int64  # type: ignore[assignment]
boolean: Callable[[Any], bool] = np.bool_  # type: ignore[assignment]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile a function that Python calls too."""
    # forceinline is said since numba hands the caller's down.
    return njit(cache=True, _nrt=False, forceinline=False)(function)  # type: ignore[call-overload, no-any-return]


def internal(function: _Function) -> _Function:
    """Compile a function that only compiled code calls; a door for Python would take as long as itself.

    It is not cached, since its callers are, with it in them."""
    flags = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return njit(**flags, forceinline=False)(function)  # type: ignore[call-overload, no-any-return]


def inlined(function: _Function) -> _Function:
    """Compile a function into its callers, which are compiled code alone."""
    flags = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return njit(**flags, forceinline=True)(function)  # type: ignore[call-overload, no-any-return]


def inlined_and_open(function: _Function) -> _Function:
    """Compile a function into its callers, and for Python."""
    return njit(cache=True, _nrt=False, forceinline=True)(function)  # type: ignore[call-overload, no-any-return]


def pasted(function: _Function) -> _Function:
    """Write a function out in its callers, uncompiled: it may return arrays that it was not given."""
    return njit(inline="always")(function)  # type: ignore[return-value]
