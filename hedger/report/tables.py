"""The tables of a run as text cells: the terminal and the page draw the same ones."""

from __future__ import annotations

from collections.abc import Iterator

from execution.orders import Side
from hedger.exposure import UnderlyingExposure
from hedger.policy.policy import Action, HedgeDecision
from hedger.report.block_tables import block_tables
from hedger.report.choice_tables import package_tables
from hedger.report.horizon import compare_volatility
from hedger.report.joint_tables import joint_tables
from hedger.report.table import Table
from hedger.report.units import counted, desk_greeks, number, percent, printable
from hedger.result import HedgeRun, WorkedOrder
from pricing.market import Source


def run_tables(run: HedgeRun) -> tuple[Table, ...]:
    """Every table of a run in reading order; those with nothing to say are left out."""
    tables = (
        provenance_table(run),
        exposure_table(run),
        forecast_table(run),
        *package_tables(run.packages, currency(run)),
        *block_tables(run.option_blocks, run.settings, currency(run)),
        decision_table(run),
        *joint_tables(run, currency(run)),
        order_table(run),
    )
    return tuple(table for table in tables if table.rows)


def currency(run: HedgeRun) -> str:
    """The account's currency when the book has exactly one, else the word."""
    named = {position.currency for position in run.portfolio.positions if position.currency}
    return printable(named.pop()) if len(named) == 1 else "currency"


def order_name(order: WorkedOrder) -> str:
    """An order in words, as 'sell 32 ES'."""
    verb = "buy" if order.order.side is Side.BUY else "sell"
    return f"{verb} {order.order.quantity:,} {order.order.symbol}"


def provenance_table(run: HedgeRun) -> Table:
    """Where every part of the market came from, with the quotes that were dropped by reason."""
    rows = [_source_row("", source) for source in run.market.sources]
    for symbol, market in run.market.underlyings.items():
        own = [_source_row("", source) for source in market.sources]
        rows += [(symbol, *row[1:]) if i == 0 else row for i, row in enumerate(own)]
    return Table(
        title="Market",
        columns=("", "part", "where it is from"),
        rows=tuple(rows),
        notes=tuple(printable(note) for note in run.portfolio.notes) + _expired_note(run),
    )


def exposure_table(run: HedgeRun) -> Table:
    """Net exposure by underlying before and after, in desk units; a dry run has no after."""
    rows: list[tuple[str, ...]] = []
    for symbol, before in run.exposure_before.by_underlying.items():
        rows.append(_exposure_row(f"{symbol} before", before))
        if not run.settings.dry_run:
            rows.append(_exposure_row(f"{symbol} after", run.exposure_after.by_underlying[symbol]))
    unit = currency(run)
    columns = (
        "",
        ">delta\nunits",
        f">delta\n{unit}/1%",
        ">gamma\nunits/1%",
        f">vega\n{unit}/pt",
        f">theta\n{unit}/day",
    )
    return Table(title="Exposure", columns=columns, rows=tuple(rows))


def forecast_table(run: HedgeRun) -> Table:
    """The forecast with its interval against at-the-money implied volatility at the book's horizon."""
    rows = []
    for symbol, exposure in run.exposure_before.by_underlying.items():
        found = compare_volatility(exposure, run.market.underlying(symbol))
        interval = f"{percent(found.lower)} to {percent(found.upper)} ({percent(found.level, 0)})"
        gap = f"{100.0 * (found.implied - found.forecast):+.1f} pt"
        days = number(found.horizon_days)
        rows.append((symbol, days, percent(found.forecast), interval, percent(found.implied), gap))
    columns = (
        "",
        ">horizon,\ntrading days",
        ">forecast",
        ">interval",
        ">implied\nATM",
        ">implied less\nforecast",
    )
    return Table(title="Volatility, per year", columns=columns, rows=tuple(rows))


def decision_table(run: HedgeRun) -> Table:
    """Trade or wait, in what, at which spot levels the policy would trade next, and when if spot stays."""
    columns: tuple[str, ...] = ("", "decision", ">now", ">target", ">residual")
    columns += (">next\nbelow", ">next\nabove")
    rows = tuple(_decision_row(decision) for decision in run.decisions)
    days = [decision.next_trade_days for decision in run.decisions]
    if any(day is not None for day in days):  # most policies do not say
        columns = (*columns, ">next\nin days")
        rows = tuple((*row, number(day, 1)) for row, day in zip(rows, days, strict=True))
    return Table(
        title="Decisions",
        columns=columns,
        rows=rows,
        notes=tuple(f"{d.underlying}: {printable(d.reason)}" for d in run.decisions),
    )


def order_table(run: HedgeRun) -> Table:
    """What each order was expected to cost and what it cost, fees included, against the arrival mid."""
    unit = currency(run)
    columns = ("order", ">filled", ">arrival", ">average", "cost", ">bps", f">{unit}")
    rows = tuple(row for order in run.orders for row in _order_rows(order, planned=run.settings.dry_run))
    return Table(title="Orders", columns=columns, rows=rows, notes=_order_notes(run, unit))


def _source_row(symbol: str, source: Source) -> tuple[str, ...]:
    said = "; ".join(text for text in (source.origin, source.detail) if text)
    return symbol, source.part, printable(said)


def _expired_note(run: HedgeRun) -> tuple[str, ...]:
    expired = run.portfolio.ignored_expired
    return (f"Expired and ignored: {printable(', '.join(expired))}.",) if expired else ()


def _exposure_row(label: str, exposure: UnderlyingExposure) -> tuple[str, ...]:
    desk = desk_greeks(exposure.net, exposure.spot)
    return (
        label,
        number(desk.delta, 1),
        number(desk.delta_1pct),
        number(desk.gamma_1pct, 1),
        number(desk.vega_point),
        number(desk.theta_day),
    )


def _decision_row(decision: HedgeDecision) -> tuple[str, ...]:
    quantity = decision.trade_contracts
    verb = "buy" if quantity > 0 else "sell"
    said = f"{verb} {abs(quantity):,} {decision.instrument}" if decision.action is Action.TRADE else "wait"
    return (
        decision.underlying,
        said,
        number(decision.current_contracts),
        number(decision.target_contracts),
        number(decision.residual_delta, 1),
        number(decision.next_trade_below, 2),
        number(decision.next_trade_above, 2),
    )


def _order_rows(order: WorkedOrder, *, planned: bool) -> Iterator[tuple[str, ...]]:
    cost = order.cost
    part = f"{cost.filled_quantity:,} of {order.order.quantity:,}"
    filled = "planned" if planned else part if cost.leaves_quantity else "all"
    expected = ("expected", number(cost.expected_bps, 2), number(cost.expected_currency))
    yield (order_name(order), filled, number(cost.arrival_price, 2), number(cost.average_price, 2), *expected)
    if planned:
        return
    yield ("", "", "", "", "realised", number(cost.realised_bps, 2), number(cost.realised_currency))
    for name, bps in cost.parts_bps.items():
        if bps:
            yield ("", "", "", "", f"  {name}", number(bps, 2), number(cost.parts_currency[name]))


def _timing_note(order: WorkedOrder, unit: str) -> str:
    cost = order.cost
    return (
        f"Timing is the mid's move while '{order_name(order)}' was worked: "
        f"{number(cost.news_currency)} {unit} of it is the simulated market's own move, which is chance with "
        f"a standard deviation of {number(cost.timing_deviation_bps)} bps; the rest followed the order."
    )


def _leakage_note(order: WorkedOrder) -> str:
    before = order.before_fills
    if before is None:
        return f"Information leakage of '{order_name(order)}' cannot be told: nothing filled."
    return (
        f"Information leakage of '{order_name(order)}' is {number(before.leakage_bps, 2)} bps: by its fills "
        f"the mid had moved {number(before.moved_bps, 2)} bps against it, and "
        f"{number(before.control_bps, 2)} in the same simulated market without it. It holds the impact of "
        "earlier fills, and one path has no interval."
    )


def _order_notes(run: HedgeRun, unit: str) -> tuple[str, ...]:
    if run.settings.dry_run:
        return (*_learned_notes(run), "Planned only: nothing was traded.")
    futures = any(run.market.underlying(order.underlying).hedge.expiry for order in run.orders)
    settled = "futures settled at the price of the decision, " if futures else ""
    included = f"{settled}fees of {number(run.fees, 2)} included"
    total = f"Cash changed by {number(run.cash_change, 2)} {unit}: {included}."
    leaves = sum(order.cost.leaves_quantity for order in run.orders)
    left = f"{number(leaves)} contracts were left unfilled at the end of the horizon."
    timing = tuple(_timing_note(order, unit) for order in run.orders if order.fills)
    leakage = tuple(_leakage_note(order) for order in run.orders)
    return (*_learned_notes(run), *timing, *leakage, total, *((left,) if leaves else ()))


def _learned_notes(run: HedgeRun) -> tuple[str, ...]:
    """Where an expected cost was learned from fills: from how many, and what."""
    return tuple(
        f"{symbol}: costs expected from {counted(curve.fills, 'recorded order')}: half spread "
        f"{number(curve.half_spread_bps, 2)} ± {number(curve.half_spread_standard_error_bps, 2)} bps, impact "
        f"{number(curve.impact_coefficient, 2)} ± {number(curve.impact_standard_error, 2)} of the horizon's "
        f"volatility times participation to the {number(curve.impact_exponent, 2)}."
        for symbol, curve in run.cost_curves.items()
        if curve.fills
    )
