"""Chosen synthetics as tables in desk units: legs, exposures or payoff, and equals by parity."""

from __future__ import annotations

from hedger.report.choice_tables import (
    EXPOSURE_UNITS,
    exposure_amount,
    exposure_price,
    quote_problems,
    reason_note,
)
from hedger.report.table import Table
from hedger.report.units import MISSING, counted, number, percent, price, printable
from hedger.spreads.choice_package import OptionPackage
from hedger.spreads.equal_orders import EqualOrder
from hedger.spreads.payoff_target import PayoffMatch
from hedger.spreads.synthetic import SyntheticStudy, UnderlyingSynthetic
from pricing.quotes import Quotes
from pricing.time import EXCHANGE_ZONE


def synthetic_header(study: SyntheticStudy) -> tuple[str, ...]:
    """Lines that say what was asked, of which quotes, and within which limits."""
    at = study.parts[0].market.as_of.astimezone(EXCHANGE_ZONE)
    limits = study.limits
    allowed = (
        None if limits.most_legs is None else f"at most {counted(limits.most_legs, 'leg')}",
        f"{limits.most_contracts:,} contracts of one option",
        _share(limits.share_of_size, "the quoted size"),
        _share(limits.share_of_open_interest, "the open interest"),
        _share(limits.share_of_volume, "the day's volume"),
        "naked shorts allowed" if limits.naked_shorts else "no naked shorts",
        _amount(limits.margin, "margin", study.currency),
        _amount(limits.residual_loss, "loss of the hedged book", study.currency),
    )
    return (
        f"{printable(study.request)}, as of {at:%Y-%m-%d %H:%M} New York, amounts in {study.currency}",
        f"Tolerance {study.tolerance:g} of {study.share_of}; {', '.join(each for each in allowed if each)}.",
        *(_quotes_line(part) for part in study.parts),
    )


def synthetic_tables(study: SyntheticStudy) -> tuple[Table, ...]:
    """Of each underlying its legs, what it costs, what is reached at which price, and cheaper equals."""
    tables = []
    for part in study.parts:
        reached = (
            _exposure_table(part, study) if part.payoff is None else _payoff_table(part, part.payoff, study)
        )
        tables += [
            _leg_table(part, study.currency),
            _cost_table(part.package, study.currency),
            reached,
            _equal_table(part, study),
        ]
    return tuple(table for table in tables if table.rows)


def _quotes_line(part: UnderlyingSynthetic) -> str:
    quotes = part.market.listed
    spot = f"{part.market.symbol} at {price(part.market.spot)}"
    return spot if quotes is None else f"{spot}: {_used(quotes)}"


def _used(quotes: Quotes) -> str:
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in quotes.dropped.items())
    used = f"{len(quotes):,} of {quotes.received:,} quotes of {printable(quotes.origin)} used"
    sizes = "" if quotes.ask_size is not None else "; it has no sizes"
    return used + (f"; dropped: {dropped}" if dropped else "") + sizes


def _leg_table(part: UnderlyingSynthetic, unit: str) -> Table:
    """The legs; a depth that the chain does not have makes no column."""
    package, depths = part.package, part.quoted
    known = [
        (name, values)
        for name, values in (
            (">size", [depth.size for depth in depths]),
            (">open\ninterest", [depth.open_interest for depth in depths]),
        )
        if any(value is not None for value in values)
    ]
    rows = tuple(
        (
            f"{'buy' if leg.quantity > 0 else 'sell'} {abs(leg.quantity):,}",
            printable(leg.symbol),
            number(leg.bid, 2),
            number(leg.ask, 2),
            *(number(values[i]) for _, values in known),
            number(leg.cost, 2),
        )
        for i, leg in enumerate(package.legs)
    )
    columns = ("", "option", ">bid", ">ask", *(name for name, _ in known), f">cost\n{unit}")
    return Table(
        title=f"Options of {printable(package.underlying)}",
        columns=columns,
        rows=rows or (("none", *[""] * (len(columns) - 1)),),
        notes=(reason_note(package), *quote_problems(package)),
    )


def _cost_table(package: OptionPackage, unit: str) -> Table:
    lots = package.underlying_lots
    side = "bought" if lots >= 0 else "sold"
    rows = (
        ("options, from value to quote, and fees", number(package.option_cost, 2)),
        (f"underlying, {counted(abs(lots), 'lot')} {side}", number(package.cost - package.option_cost, 2)),
        ("together", number(package.cost, 2)),
        ("no package costs less than", number(package.lower_bound, 2)),
        ("gap", percent(package.gap, 2)),
        (f"premium {'paid' if package.premium >= 0.0 else 'received'}", number(abs(package.premium), 2)),
    )
    return Table(
        title="Cost",
        columns=("", f">{unit}"),
        rows=rows if package.legs or lots else (),
        notes=("Value: the mid of a quote, or what put-call parity leaves of it.",),
    )


def _exposure_table(part: UnderlyingSynthetic, study: SyntheticStudy) -> Table:
    package, spot = part.package, part.market.spot
    rows = []
    for each in package.prices:
        if not (each.before or each.after):
            continue
        shown = (each.before, each.after) if study.of_book else (-each.before, each.after - each.before)
        rows.append(
            (
                printable(each.name),
                *(exposure_amount(each, value, spot) for value in shown),
                f"±{exposure_amount(each, each.upper, spot)}",
                exposure_price(each, spot, sign=1.0 if study.of_book else -1.0),
            )
        )
    return Table(
        title=f"What exposure to {printable(package.underlying)} costs today",
        columns=(
            "",
            *((">before", ">after") if study.of_book else (">asked", ">got")),
            ">allowed",
            f">{study.currency} per\nunit more",
        ),
        rows=tuple(rows),
        notes=(EXPOSURE_UNITS,),
    )


def _payoff_table(part: UnderlyingSynthetic, match: PayoffMatch, study: SyntheticStudy) -> Table:
    prices = (0.0, *(-each.price for each in part.package.prices))
    rows = tuple(
        (f"{spot:,.2f}", number(asked, 2), number(got, 2), number(got - asked, 2), number(rate, 4))
        for spot, asked, got, rate in zip(
            match.payoff.spot.tolist(), match.payoff.value.tolist(), match.got.tolist(), prices, strict=True
        )
    )
    unit = study.currency
    lent = "lent" if match.cash >= 0.0 else "borrowed"
    paid = "costs" if match.price >= 0.0 else "brings"
    return Table(
        title="Payoff at expiry",
        columns=(">spot", ">asked", ">got", ">error", f">{unit} per\n{unit} more"),
        rows=rows,
        notes=(
            f"Largest error {number(match.largest_error, 2)} {unit} of {number(match.tolerance, 2)} allowed; "
            f"{number(match.largest_error_between, 2)} against straight lines between the spots; more of "
            "them narrow it.",
            f"With cash {lent} that is {number(abs(match.cash), 2)} {unit} at the expiry; all of it {paid} "
            f"{number(abs(match.price), 2)} {unit} today, options at the touch, before fees.",
            "Last: what one more there, against the first spot, would cost in divisible contracts.",
        ),
    )


def _equal_table(part: UnderlyingSynthetic, study: SyntheticStudy) -> Table:
    equals = part.equals
    rows = tuple(
        (
            "leg" if each.is_leg else "book",
            f"{each.quantity:+,} {printable(each.symbol)}",
            _instead(each, part.market.symbol),
            number(each.saving, 2),
        )
        for each in equals.found
    )
    which = "the legs, and the book's options as if they traded" if study.of_book else "the legs"
    looked = (f"{counted(equals.looked_at, 'order')} looked at: {which}.",) if equals.looked_at else ()
    return Table(
        title="Cheaper by put-call parity",
        columns=("", "order", "instead", f">saves\n{study.currency}"),
        rows=rows or (("none", MISSING, MISSING, MISSING),),
        notes=(*looked, *(f"Not looked at: {printable(fault)}." for fault in equals.faults)),
    )


def _instead(each: EqualOrder, underlying: str) -> str:
    legs = [f"{quantity:+,} {printable(symbol)}" for symbol, quantity in each.legs]
    if each.forward_units:
        legs.append(f"{each.forward_units:+,.0f} {printable(underlying)} forward")
    return ", ".join(legs)


def _share(share: float | None, noun: str) -> str | None:
    return None if share is None else f"{percent(share, 0)} of {noun}"


def _amount(most: float | None, noun: str, unit: str) -> str | None:
    return None if most is None else f"{noun} at most {number(most)} {unit}"
