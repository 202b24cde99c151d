"""A fitted surface as tables: the forwards, the smile's landmarks, the fit and its certificate."""

from __future__ import annotations

from hedger.report.table import Table
from hedger.report.units import counted, number, percent, price, printable
from hedger.surface_study import SurfaceStudy
from pricing.parity import spot_of_quotes
from pricing.parity_fit import ParityFit
from pricing.time import EXCHANGE_ZONE


def surface_header(study: SurfaceStudy) -> tuple[str, ...]:
    """Lines that say what was read, and what was dropped of it."""
    quotes = study.quotes
    at = f"{quotes.as_of.astimezone(EXCHANGE_ZONE):%Y-%m-%d %H:%M} New York"
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in quotes.dropped.items())
    return (
        f"{printable(quotes.origin)}: {quotes.underlying} at {price(quotes.spot)}, {at}",
        f"{len(quotes):,} of {quotes.received:,} quotes used" + (f"; dropped: {dropped}" if dropped else ""),
        study.surface.description,
        *_spot_note(study),
    )


def _spot_note(study: SurfaceStudy) -> tuple[str, ...]:
    if study.quotes.spot_is_implied:
        return ("The file has no spot: it is the shortest expiry's forward, discounted.",)
    if not study.parity:
        return ()
    implied = spot_of_quotes(study.quotes, study.forward, study.discount, dividend_yield=0.0)
    if implied == study.quotes.spot:
        return ()
    return (
        f"The spot does not go with the quotes: their nearest forward implies {price(implied)} without "
        f"dividends, {implied / study.quotes.spot - 1.0:+.2%}.",
    )


def surface_tables(study: SurfaceStudy) -> tuple[Table, ...]:
    """Every table in reading order."""
    return (_forward_table(study), _smile_table(study), _fit_table(study), _certificate_table(study))


def _forward_table(study: SurfaceStudy) -> Table:
    parity = {fit.expiry_years: fit for fit in study.parity}
    expiries = sorted({*parity, *study.expiry_years.tolist()})
    borrowed = any(fit.discount_borrowed for fit in study.parity)
    without = len(expiries) - len(parity)
    notes = (
        ("* not identified by this expiry's strikes: taken from the others, 0 if there are none.",)
        if borrowed
        else (),
        ("No pairs: between or beyond the forwards and rates of the other expiries.",)
        if parity and without
        else (),
        ("No call and put at one strike: rate and dividends as given.",) if not parity else (),
    )
    return Table(
        title="Forwards from put-call parity" if parity else "Forwards from spot and rate",
        columns=(">days", ">forward", ">rate", ">dividends\nand borrow", ">pairs"),
        rows=tuple(_forward_row(study, years, parity.get(years)) for years in expiries),
        notes=tuple(note for some in notes for note in some),
    )


def _forward_row(study: SurfaceStudy, years: float, fit: ParityFit | None) -> tuple[str, ...]:
    forward, rate = float(study.forward.forward_at(years)), float(study.discount.rate_at(years))
    error = "" if fit is None else f" ± {price(fit.forward_error, like=forward)}"
    return (
        number(365 * years, 2),
        price(forward) + error,
        percent(rate, 2) + ("*" if fit is not None and fit.discount_borrowed else ""),
        percent(rate - float(study.forward.carry_at(years)), 2),
        number(0 if fit is None else fit.pairs),
    )


def _smile_table(study: SurfaceStudy) -> Table:
    marks = study.landmarks
    columns = (marks.atm, study.variance_swap, marks.risk_reversal, marks.butterfly)
    rows = [
        (
            expiry,
            number(365 * marks.expiry_years[i], 2),
            *(number(100 * float(column[i]), 2) for column in columns),
            number(float(marks.skew[i]), 2),
        )
        for i, expiry in enumerate(_expiry_names(study))
    ]
    return Table(
        title="Smiles, volatility points per year",
        columns=(
            "expiry",
            ">days",
            ">ATM",
            ">variance\nswap",
            ">25d risk\nreversal",
            ">25d\nbutterfly",
            ">skew",
        ),
        rows=tuple(rows),
        notes=("Skew: slope of volatility in log(K / F) at the forward.",),
    )


def _fit_table(study: SurfaceStudy) -> Table:
    rows = [
        (
            expiry,
            number(fit.quotes),
            number(fit.inside_bid_ask),
            number(100 * fit.rms_volatility_error, 3),
            number(ratio, 2),
        )
        for expiry, fit, ratio in zip(
            _expiry_names(study), study.fit.expiries, study.local_dynamics.ratio.tolist(), strict=True
        )
    ]
    return Table(
        title="Fit to the out-of-the-money quotes",
        columns=("expiry", ">quotes", ">inside\nbid-ask", ">rms error to\nmid, points", ">local\nSSR"),
        rows=tuple(rows),
        notes=(
            "Local SSR: if local volatility stays, volatility at the money moves by this times skew x return "
            "(sticky strike 1, moneyness 0).",
        ),
    )


def _expiry_names(study: SurfaceStudy) -> list[str]:
    return [f"{expiry.astimezone(EXCHANGE_ZONE):%Y-%m-%d %H:%M}" for expiry in study.expiries()]


def _certificate_table(study: SurfaceStudy) -> Table:
    found = study.fit.certificate
    rows = (
        (
            "butterfly",
            number(found.butterfly_violations),
            f"least density factor g {found.lowest_durrleman:.4g}",
        ),
        (
            "calendar",
            number(found.calendar_violations),
            f"least growth of variance {found.lowest_calendar:.2e}",
        ),
        (
            "wings",
            number(found.wing_violations),
            f"steepest |dw/dk| {found.steepest_wing:.3f}, at most 2 (Lee)",
        ),
    )
    inside = f"{percent(study.fit.inside_share)} of {counted(study.fit.quotes, 'quote')} inside bid-ask"
    return Table(
        title=f"Certificate on {found.points:,} points",
        columns=("static arbitrage", ">violations", "worst"),
        rows=rows,
        notes=(f"Model: {study.fit.model}; {inside}.",),
    )
