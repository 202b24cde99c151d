"""How the event loop's own functions are compiled: for each other, not to be called from Python."""

from __future__ import annotations

from functools import partial

from numba import njit

# The wrappers by which Python and C would call a function make up half of what there is to compile.
inner = partial(njit, cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
