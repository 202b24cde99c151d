"""One structure as the command line asks for it: a name with strikes and expiries, or legs written out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import gcd

from hedger.errors import InputError, InputProblem
from hedger.portfolio import Portfolio, Position, PositionKind
from hedger.portfolio.convention import listed_root, option_convention
from hedger.spreads.leg_quotes import leg_name
from hedger.spreads.recognition import Piece
from pricing.option import Option, parse_osi
from pricing.spreads.naming import find_named, named_as, structure_named
from pricing.spreads.structure import OptionSeries, Structure, StructureLeg
from pricing.time import close_instant, exchange_date, expiry_instant, is_trading_day


def named_piece(
    name: str,
    *,
    underlying: str,
    strikes: Sequence[float],
    expiries: Sequence[date],
    packages: int,
    as_of: date,
) -> Piece:
    """So many packages of a named structure, its options listed as the underlying's are.

    Raises InputError for an unknown name, for strikes and expiries that it cannot have, and for an expiry
    that is past or no trading day.
    """
    find_named(name)
    series = []
    for expiry in expiries:
        _require_alive(expiry, as_of)
        convention = option_convention(listed_root(underlying, expiry))
        series.append(
            OptionSeries(
                underlying=underlying,
                expiry=expiry_instant(expiry, convention.settlement),
                exercise=convention.exercise,
                settlement=convention.settlement,
            )
        )
    return Piece(structure=structure_named(name, series=series, strikes=strikes), packages=packages)


def leg_piece(legs: Sequence[str], *, packages: int, as_of: date) -> Piece:
    """So many packages of legs written as RATIOxSYMBOL, such as -2xSPXW180228C02800000.

    Named where the legs have a name. Raises InputError for what is no leg, for legs on different underlyings
    or of one contract twice, and for ratios that have a common divisor, with the reduced ones.
    """
    parts = [_leg(text, as_of) for text in legs]
    options = [option for _, option in parts]
    if len(symbols := dict.fromkeys(option.underlying for option in options)) > 1:
        raise InputError(_problem(", ".join(symbols), "legs on one underlying"))
    if len(set(options)) < len(options):
        raise InputError(_problem(", ".join(legs), "each contract in one leg"))
    ratios = [ratio for ratio, _ in parts]
    if (divisor := gcd(*ratios)) > 1:
        reduced = " : ".join(str(ratio // divisor) for ratio in ratios)
        asked = " : ".join(str(ratio) for ratio in ratios)
        expected = f"the reduced ratio {reduced}, and --packages {divisor * packages}"
        raise InputError(_problem(asked, expected))
    placed = tuple(StructureLeg(ratio=ratio, instrument=option) for ratio, option in parts)
    structure = Structure(name="structure without a name", legs=placed)
    named = named_as(structure)
    if named is not None:
        structure = Structure(name=named.name, legs=placed)
    return Piece(structure=structure, packages=packages)


def portfolio_of(piece: Piece) -> Portfolio:
    """A book of the piece alone, as markets are loaded for one."""
    return Portfolio(
        positions=tuple(
            _position(option, ratio * piece.packages) for ratio, option in piece.structure.options
        )
        or (_lots(piece),),
        origin=piece.structure.name,
    )


def _leg(text: str, as_of: date) -> tuple[int, Option]:
    ratio, _, symbol = text.partition("x")
    expected = "RATIOxSYMBOL with a whole ratio, such as -2xSPXW180228C02800000"
    try:
        number, contract = int(ratio), parse_osi(symbol)
    except ValueError:
        raise InputError(_problem(text, expected)) from None
    if number == 0:
        raise InputError(_problem(text, expected))
    _require_alive(contract.expiry, as_of)
    convention = option_convention(contract.root)
    option = Option(
        underlying=convention.underlying,
        expiry=expiry_instant(contract.expiry, convention.settlement),
        strike=contract.strike,
        right=contract.right,
        exercise=convention.exercise,
        settlement=convention.settlement,
    )
    return number, option


def _require_alive(expiry: date, as_of: date) -> None:
    if close_instant(expiry) <= close_instant(as_of):
        raise InputError(_problem(f"{expiry}", f"an expiry after {as_of}"))
    if not is_trading_day(expiry):
        raise InputError(
            _problem(f"{expiry}", f"an expiry on a trading day, which a {expiry:%A} is not here")
        )


def _position(option: Option, quantity: int) -> Position:
    return Position(
        symbol=leg_name(option),
        kind=PositionKind.OPTION,
        quantity=quantity,
        underlying=option.underlying,
        multiplier=option.multiplier,
        currency="USD",
        option=option,
        expiry=exchange_date(option.expiry),
    )


def _lots(piece: Piece) -> Position:
    return Position(
        symbol=piece.structure.underlying,
        kind=PositionKind.STOCK,
        quantity=piece.packages * piece.structure.underlying_units,
        underlying=piece.structure.underlying,
        multiplier=1.0,
        currency="USD",
    )


def _problem(value: str, expected: str) -> InputProblem:
    return InputProblem(file="structure", value=value, expected=expected)
