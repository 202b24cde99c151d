"""The error tree: a user's error (exit 2) and ours (exit 1) never share a class."""

from __future__ import annotations

from pricing.errors import InputError, InputProblem

__all__ = ["HedgerError", "InputError", "InputProblem", "UsageError"]


class HedgerError(Exception):
    """Root of hedger's own failures: ours, not the user's."""


class UsageError(ValueError):
    """The user asked for something that cannot be done; the message is a full sentence that says what can."""
