"""A block of options: a named structure or a single option worked as one order, and what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from execution.orders import TradingRules
from execution.spread.leakage import ExpectedLeakage
from execution.spread.order import SpreadExecution, SpreadOrder
from execution.spread.records import Way
from hedger.portfolio import Position
from hedger.spreads.choice_fills import OptionFill

_WORDS: Mapping[Way, str] = {
    Way.NONE: "left",
    Way.PACKAGE: "complex order",
    Way.QUOTE: "dealers",
    Way.REST: "resting",
    Way.CROSS: "crossing",
    Way.COMPLETION: "crossing at the end",
    Way.UNWOUND: "traded back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionBlock:
    """One order of the package's options, planned or worked. Costs [currency], without fees, of all packages.

    underlying: symbol; name: the structure's. lines: each leg's line and trading rules, by symbol.
    leg_mid_ticks: mid of each leg's quote at arrival, by symbol [ticks, half ones too]. arrival_mid: what the
    block is worth at these mids, negative where it brings something in.
    quoted_cost: of crossing every leg at its quote, beyond that mid. expected_cost: of the plan, before it
    began, and expected_leakage by it. execution: None where it was planned alone.
    """

    underlying: str
    name: str
    order: SpreadOrder
    lines: Mapping[str, tuple[Position, TradingRules]]
    leg_mid_ticks: Mapping[str, float]
    arrival_mid: float
    quoted_cost: float
    expected_cost: float
    expected_leakage: ExpectedLeakage
    execution: SpreadExecution | None = None

    @property
    def fills(self) -> tuple[OptionFill, ...]:
        """Every fill with the line and the rules that a ledger books it with, in time."""
        if self.execution is None:
            return ()
        return tuple(
            OptionFill(
                fill=each.fill,
                line=self.lines[each.fill.symbol][0],
                rules=self.lines[each.fill.symbol][1],
                execution_id=each.execution_id,
            )
            for each in self.execution.fills
        )

    @property
    def filled_packages(self) -> int:
        """Packages of which every leg is held; none of a plan."""
        return 0 if self.execution is None else self.execution.filled_packages

    @property
    def leaves_packages(self) -> int:
        """Packages that were not had, all of a plan."""
        return self.order.packages - self.filled_packages

    @property
    def paid(self) -> float:
        """What the fills cost less what they brought in [currency], without fees."""
        return sum(
            int(each.fill.side)
            * each.fill.quantity
            * each.fill.price_ticks
            * each.rules.tick_size
            * each.rules.multiplier
            for each in self.fills
        )

    @property
    def effective_cost(self) -> float:
        """What the fills cost beyond fair value as they traded, leaks and informed takers charged."""
        if self.execution is None:
            return 0.0
        ticks = sum(clip.packages * clip.effective_ticks for clip in self.execution.clips)
        # The simulator's mid is a whole tick; of an odd spread it is half of one from the quotes'.
        rounded = self.execution.arrival_mid_ticks * self.order.currency_per_tick * self.filled_packages
        return self.order.currency_per_tick * ticks + rounded - self._arrival_of_filled

    @property
    def market_move(self) -> float:
        """How much dearer the fills were than effective_cost says, because the market had moved by then."""
        return 0.0 if self.execution is None else self.paid - self._arrival_of_filled - self.effective_cost

    @property
    def moved_before_fills(self) -> float:
        """How far the legs' mids had moved against the block from its arrival until they traded."""
        clips = () if self.execution is None else self.execution.clips
        return self.order.currency_per_tick * sum(clip.packages * clip.moved_ticks for clip in clips)

    @property
    def leakage(self) -> float:
        """That move less what it was by the same instants in the same simulated market without the block."""
        clips = () if self.execution is None else self.execution.clips
        return self.order.currency_per_tick * sum(clip.packages * clip.leaked_ticks for clip in clips)

    @property
    def effective_over_quoted(self) -> float | None:
        """Effective cost in quoted half spreads of what was filled; None for no fill or no spread."""
        quoted = self.quoted_cost * self.filled_packages / self.order.packages
        return self.effective_cost / quoted if quoted > 0.0 else None

    @property
    def fees(self) -> float:
        """Fees paid [currency]."""
        return sum(each.fill.fee for each in self.fills)

    @property
    def ways(self) -> tuple[str, ...]:
        """How it traded, in words, with the number of legs where a package was legged in; clip by clip."""
        clips = () if self.execution is None else self.execution.clips
        return tuple(dict.fromkeys(_said(clip.ways) for clip in clips if clip.ways))

    @property
    def done_ns(self) -> int:
        """When nothing more is to come: at the last fill, or at the horizon's end where something is left."""
        if self.leaves_packages:
            return self.order.start_ns + self.order.horizon_ns
        return max(each.fill.ts_ns for each in self.fills)

    @property
    def _arrival_of_filled(self) -> float:
        return self.arrival_mid * self.filled_packages / self.order.packages


def _said(ways: tuple[Way, ...]) -> str:
    counts = Counter(ways)
    if len(counts) == 1:
        return _WORDS[ways[0]]
    return "legging in: " + ", ".join(f"{number} by {_WORDS[way]}" for way, number in sorted(counts.items()))
