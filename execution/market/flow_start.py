"""A background flow before its first event: what markets of it begin with."""

from __future__ import annotations

from dataclasses import dataclass

from execution.book.layout import RecordArray
from execution.market.flows.any_flow import FlowParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStart:
    """A flow's parameters and its own state, shape (1,), whose clock_ns is where the burn-in begins.

    burn_in_ns: how long it runs, from an empty book, before anybody looks.
    """

    parameters: FlowParameters
    state: RecordArray
    burn_in_ns: int

    @property
    def start_ns(self) -> int:
        """The end of the burn-in."""
        return int(self.state["clock_ns"][0]) + self.burn_in_ns
