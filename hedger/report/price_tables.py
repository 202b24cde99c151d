"""Priced options as tables in desk units."""

from __future__ import annotations

import numpy as np

from hedger.price_list import PricedOptions, PriceList
from hedger.report.table import Table
from hedger.report.units import counted, number, percent, price, printable
from pricing.curves import FloatArray
from pricing.market import UnderlyingMarket
from pricing.time import EXCHANGE_ZONE

_SMALLEST_SHOWN = 0.005
_SAID_PARTS = ("quotes", "forward", "dividends")


def price_header(prices: PriceList) -> tuple[str, ...]:
    """Lines that say what was priced, at what spot and with which surface."""
    at = prices.market.as_of.astimezone(EXCHANGE_ZONE)
    count = sum(len(each.positions) for each in prices.by_underlying)
    origin = printable(prices.portfolio.origin)
    lines = [f"{origin}: {counted(count, 'option')}, as of {at:%Y-%m-%d %H:%M} New York"]
    if not count:
        lines.append("There is nothing to price: the book holds no option.")
    if prices.portfolio.ignored_expired:
        lines.append(f"expired, left out: {printable(', '.join(prices.portfolio.ignored_expired))}")
    lines += [printable(note) for note in prices.portfolio.notes]
    for each in prices.by_underlying:
        market = prices.market.underlying(each.underlying)
        lines.append(f"{each.underlying} at {price(market.spot)}: {market.surface.description}")
        lines += [
            f"{each.underlying} {source.part}: {printable(source.detail)}"
            for source in market.sources
            if source.part in _SAID_PARTS and source.detail
        ]
    return tuple(lines)


def price_tables(prices: PriceList) -> tuple[Table, ...]:
    """For each underlying: prices and first Greeks, higher Greeks, deltas by smile dynamics, vega buckets."""
    tables: list[Table] = []
    for each in prices.by_underlying:
        market = prices.market.underlying(each.underlying)
        tables += [
            _value_table(each),
            _greek_table(each, market),
            _higher_table(each, market),
            _delta_table(each),
            _bucket_table(each),
        ]
    return tuple(tables)


def _value_table(priced: PricedOptions) -> Table:
    value = priced.units * priced.greeks.value
    rows = [
        (
            printable(position.symbol),
            number(position.quantity),
            number(365 * priced.columns.expiry_years[i], 1),
            percent(float(priced.volatility[i]), 2),
            number(float(priced.greeks.value[i]), 4),
            number(float(value[i])),
        )
        for i, position in enumerate(priced.positions)
    ]
    rows.append(("total", "", "", "", "", number(float(value.sum()))))
    return Table(
        title=f"{priced.underlying}: prices",
        columns=("", ">quantity", ">days", ">implied", ">price", ">value"),
        rows=tuple(rows),
    )


def _greek_table(priced: PricedOptions, market: UnderlyingMarket) -> Table:
    greeks, units = priced.greeks, priced.units
    columns = {
        ">delta\nunits": units * greeks.delta,
        ">gamma\nunits/1%": units * greeks.gamma * 0.01 * market.spot,
        ">vega\n/point": units * greeks.vega / 100,
        ">theta\n/day": units * greeks.theta / 365,
        ">rho\n/1%": units * greeks.rho / 100,
        ">dividend\nrho /1%": units * greeks.dividend_rho / 100,
    }
    return _per_option(priced, f"{priced.underlying}: Greeks of the holding", columns, digits=0)


def _higher_table(priced: PricedOptions, market: UnderlyingMarket) -> Table:
    greeks, units = priced.greeks, priced.units
    columns = {
        ">vanna\n/point": units * greeks.vanna / 100,
        ">volga\n/point²": units * greeks.volga / 1e4,
        ">charm\nunits/day": units * greeks.charm / 365,
        ">dual delta\nunits": units * greeks.dual_delta,
        ">dual gamma\nunits/1%": units * greeks.dual_gamma * 0.01 * market.spot,
    }
    return _per_option(priced, f"{priced.underlying}: higher Greeks of the holding", columns, digits=1)


def _per_option(priced: PricedOptions, title: str, columns: dict[str, FloatArray], *, digits: int) -> Table:
    """A row per option and their total."""
    rows = [
        (printable(position.symbol), *(number(float(column[i]), digits) for column in columns.values()))
        for i, position in enumerate(priced.positions)
    ]
    rows.append(("total", *(number(float(column.sum()), digits) for column in columns.values())))
    return Table(title=title, columns=("", *columns), rows=tuple(rows))


def _delta_table(priced: PricedOptions) -> Table:
    rows = [
        (printable(position.symbol), *(number(float(delta[i]), 4) for delta in priced.deltas.values()))
        for i, position in enumerate(priced.positions)
    ]
    rows.append(
        ("total, units", *(number(float(priced.units @ delta), 1) for delta in priced.deltas.values()))
    )
    return Table(
        title=f"{priced.underlying}: delta by what the smile does when spot moves",
        columns=("", *(f">{name.replace(' ', chr(10), 1)}" for name in priced.deltas)),
        rows=tuple(rows),
    )


def _bucket_table(priced: PricedOptions) -> Table:
    buckets = priced.buckets
    shown = np.abs(buckets.vega).max(axis=1) >= _SMALLEST_SHOWN
    rows = [
        (
            f"{365 * years:.0f} days",
            *(number(float(cell) / 100, 1) for cell in row),
            number(float(row.sum()) / 100, 1),
        )
        for years, row, is_shown in zip(buckets.expiry_years, buckets.vega, shown, strict=True)
        if is_shown
    ]
    totals = buckets.by_strike
    rows.append(
        ("total", *(number(float(cell) / 100, 1) for cell in totals), number(float(totals.sum()) / 100, 1))
    )
    return Table(
        title=f"{priced.underlying}: vega by expiry and strike, per point",
        columns=("", *(f">{deviation:+.0f} sd" for deviation in buckets.deviations), ">total"),
        rows=tuple(rows),
        notes=("Strikes in standard deviations from the forward.",),
    )
