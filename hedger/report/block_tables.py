"""The table of worked blocks: what each was expected to cost, what it cost, and how it traded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from hedger.report.table import Table
from hedger.report.units import MISSING, counted, number, percent, printable
from hedger.result import RunSettings
from hedger.spreads.block import OptionBlock
from hedger.spreads.block_ways import BlockWays

_EXPECTED_LEAKAGE = ">expected leakage,\n95% interval"
_STATED = (
    "Half spreads are the chain's, the legs' moves those of their deltas and the underlying's forecast. How "
    "often quotes lag, who trades inside of the spread, what dealers and makers of packages want is stated, "
    "not observed: these costs are a simulator's."
)


def block_tables(blocks: Sequence[OptionBlock], settings: RunSettings, unit: str) -> tuple[Table, ...]:
    """What all blocks cost and what they told the market, none where there are none.

    unit: the account's currency.
    """
    if not blocks:
        return ()
    columns = ("block", ">at the\ntouch", ">expected", ">effective", ">of the\ntouch", "how")
    rows = tuple(row for block in blocks for row in _rows(block, planned=settings.dry_run))
    if len(blocks) > 1:
        rows += (_total(blocks, planned=settings.dry_run),)
    return (
        Table(
            title=f"Option blocks: cost beyond mid and fair value, {unit} before fees",
            columns=columns,
            rows=rows,
            notes=(_worked(settings), *_outcome(blocks, settings, unit), _STATED),
        ),
        leakage_table(blocks, unit),
    )


def leakage_table(blocks: Sequence[OptionBlock], unit: str) -> Table:
    """How far the legs moved against each block until they traded, because of it and anyway."""
    columns = (
        "block",
        ">with the\nblock",
        ">same market\nwithout it",
        ">leakage",
        _EXPECTED_LEAKAGE,
    )
    rows = tuple(
        (f"{block.order.packages:,} {block.name}", *_moves((block,)), _expected_leakage((block,)))
        for block in blocks
    )
    if len(blocks) > 1:
        rows += (("all", *_moves(blocks), _expected_leakage(blocks)),)
    return Table(
        title=f"Information leakage of the blocks, {unit}",
        columns=columns,
        rows=rows,
        notes=(
            "How far the legs' mids moved against the block from its arrival to their fills, with it and in "
            "the same simulated market, run from the same random numbers, without it. The difference is what "
            f"it told; one path has no interval. Expected: the mean over {_markets(blocks)} other markets.",
            "In this market nobody sees an order before it trades: a request for quotes that is declined is "
            "all that leaks, and a single option asks nobody. Effective cost has it in it.",
        ),
    )


def ways_table(found: BlockWays) -> Table:
    """What each way of working a block is expected to cost."""
    scale = found.currency_per_tick
    rows = tuple(
        (
            way.name,
            number(way.cost, 2),
            percent(way.of_touch),
            _interval(scale * way.leakage.mean_ticks, scale * way.leakage.half_width_ticks),
        )
        for way in found.ways
    )
    return Table(
        title=f"Working {found.packages:,} {found.name} over {found.minutes:g} minutes",
        columns=("way", ">expected cost\nbeyond mid", ">of the\ntouch", _EXPECTED_LEAKAGE),
        rows=rows,
        notes=(
            "Currency, all packages, before fees; what has not traded by the end is crossed. A resting price "
            "is its way's best constant one; the plan mixes all ways with dealers and chooses its moments.",
            "Leakage: how far the legs' mids move against the block until they trade because of it, the mean "
            f"over {max(way.leakage.paths for way in found.ways):,} simulated markets beside themselves "
            "without it; the cost has it in it. Only a request for quotes that is declined tells anything.",
            _STATED,
        ),
    )


def _moves(blocks: Sequence[OptionBlock]) -> tuple[str, ...]:
    if not any(block.fills for block in blocks):
        return ("", "", "")
    moved = sum(block.moved_before_fills for block in blocks)
    leakage = sum(block.leakage for block in blocks)
    return tuple(number(each, 2) for each in (moved, moved - leakage, leakage))


def _expected_leakage(blocks: Sequence[OptionBlock]) -> str:
    """Of the blocks together: their other markets are independent of each other."""
    scales = [block.order.packages * block.order.currency_per_tick for block in blocks]
    found = [(scale, block.expected_leakage) for scale, block in zip(scales, blocks, strict=True)]
    mean = sum(scale * each.mean_ticks for scale, each in found)
    half = math.hypot(*(scale * each.half_width_ticks for scale, each in found))
    return _interval(mean, half)


def _interval(mean: float, half: float) -> str:
    return MISSING if math.isnan(half) else f"{number(mean, 2)} ± {number(half, 2)}"


def _markets(blocks: Sequence[OptionBlock]) -> str:
    """How many a mean is over: those in which something of the block traded."""
    found = sorted({block.expected_leakage.paths for block in blocks})
    return f"{found[0]:,}" if len(found) == 1 else f"{found[0]:,} to {found[-1]:,}"


def _rows(block: OptionBlock, *, planned: bool) -> Iterator[tuple[str, ...]]:
    """The block, and under it what was traded of each leg at which average price."""
    filled, wanted = block.filled_packages, block.order.packages
    count = f"{wanted:,}" if planned or not block.leaves_packages else f"{filled:,} of {wanted:,}"
    yield (
        f"{count} {block.name}",
        number(block.quoted_cost),
        number(block.expected_cost),
        *(("", "", "planned") if planned else _realised(block)),
    )
    for leg in block.order.legs:
        sign = "+" if leg.side > 0 else "-"
        contracts = f"{sign}{leg.ratio * wanted:,}"
        yield (f"{contracts} {printable(leg.symbol)}", "", "", "", "", _at(block, leg.symbol))


def _at(block: OptionBlock, symbol: str) -> str:
    """Average price of a leg's fills, those of what was traded back left out."""
    side = next(leg.side for leg in block.order.legs if leg.symbol == symbol)
    own = [each for each in block.fills if each.fill.symbol == symbol and each.fill.side == side]
    contracts = sum(each.fill.quantity for each in own)
    if not contracts:
        return ""
    paid = sum(each.fill.quantity * each.fill.price_ticks * each.rules.tick_size for each in own)
    return f"at {number(paid / contracts, 2)}"


def _realised(block: OptionBlock) -> tuple[str, str, str]:
    return number(block.effective_cost), percent(block.effective_over_quoted, 0), "; ".join(block.ways)


def _total(blocks: Sequence[OptionBlock], *, planned: bool) -> tuple[str, ...]:
    quoted = sum(block.quoted_cost for block in blocks)
    effective = sum(block.effective_cost for block in blocks)
    left = any(block.leaves_packages for block in blocks)
    share = None if planned or left or quoted <= 0.0 else effective / quoted
    expected = number(sum(block.expected_cost for block in blocks))
    realised = ("", "") if planned else (number(effective), percent(share, 0))
    return ("all", number(quoted), expected, *realised, "")


def _worked(settings: RunSettings) -> str:
    rest = "what is not had by then is crossed"
    if math.isfinite(settings.block_limit):
        rest = (
            f"no block costs more than {settings.block_limit:g} half spreads beyond its mid at arrival, what "
            "cannot be had so is left; the missing legs of a block that is half had are crossed at any price"
        )
    minutes = f"{settings.block_minutes:g} minutes"
    return f"Each block is worked over {minutes} by the plan of least expected cost; {rest}."


def _outcome(blocks: Sequence[OptionBlock], settings: RunSettings, unit: str) -> tuple[str, ...]:
    if settings.dry_run:
        return ("Planned only: the decisions below take every option as traded at its quote.",)
    moved = sum(block.market_move for block in blocks)
    fees = sum(block.fees for block in blocks)
    dearer = "dearer" if moved >= 0.0 else "cheaper"
    found = [
        "Effective cost is counted from fair value as each leg traded. The market's own move until then made "
        f"the fills {number(abs(moved))} {unit} {dearer} against the mids at arrival, which is chance; fees "
        f"were {number(fees, 2)} {unit}.",
        *_leg_risk(blocks, unit),
        *(
            f"{counted(block.leaves_packages, 'package')} of {printable(block.name)} "
            f"({printable(block.order.order_id)}) left: beyond the limit. What they should remove stays."
            for block in blocks
            if block.leaves_packages
        ),
    ]
    return tuple(found)


def _leg_risk(blocks: Sequence[OptionBlock], unit: str) -> tuple[str, ...]:
    """The worst of the blocks that had a leg open for a while."""
    risks = [
        (block.execution.leg_risk, block)
        for block in blocks
        if block.execution and block.execution.leg_risk and block.execution.leg_risk.worst_seconds > 0.0
    ]
    if not risks:
        return ()
    risk, block = max(risks, key=lambda pair: pair[0].worst_move * pair[1].order.packages)
    moved = risk.worst_move * block.order.packages
    against = "against" if moved >= 0.0 else "in favour of"
    return (
        f"Legs were open one after the other in {counted(len(risks), 'block')}; at worst the open ones moved "
        f"{number(abs(moved))} {unit} {against} us in {number(risk.worst_seconds)} seconds.",
    )
