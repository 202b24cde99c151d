"""An exposure asked for by name and amount, and the rows that a package must meet to have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from hedger.errors import InputError, InputProblem, UsageError
from hedger.spreads.choice_market import OPTION_MULTIPLIER
from hedger.spreads.choice_problem import FloatArray
from hedger.spreads.choice_rows import Rows, joined, within
from hedger.spreads.package_search import OptionDesk
from pricing.quotes import Quotes
from pricing.time import exchange_date

LARGEST_AMOUNT = 1e12  # of anything asked for: HiGHS takes 1e20 for infinite, and payoffs have a multiplier
_EXPECTED = (
    "delta=UNITS, gamma=UNITS, vega=AMOUNT or vega:YYYY-MM-DD=AMOUNT, each once and below 1e12, as in "
    "gamma=250+-10"
)
_KINDS = ("delta", "gamma", "vega")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureTarget:
    """What a package shall have of one exposure; positive is long.

    kind: 'delta' [units of underlying], 'gamma' [units per 1% of spot] or 'vega' [currency per volatility
    point], as reports show them. expiry: of vega, the expiry that it is to be in; None for all. tolerance:
    in the same unit; None for a share of the amount, and for delta half a lot.
    """

    kind: str
    amount: float
    expiry: date | None = None
    tolerance: float | None = None

    @property
    def name(self) -> str:
        """As a row of a choice is named."""
        return self.kind if self.expiry is None else f"{self.kind} of {self.expiry}"


def parse_targets(text: str) -> tuple[ExposureTarget, ...]:
    """Read NAME=AMOUNT or NAME=AMOUNT+-TOLERANCE with commas between them.

    Raises InputError with every part that is none, UsageError for a zero without a tolerance of its own.
    """
    problems, found = [], []
    for part in text.split(","):
        try:
            found.append(_target(part))
        except ValueError:
            problems.append(InputProblem(file="--target", value=part.strip(), expected=_EXPECTED))
    names = [each.name for each in found]
    repeated = sorted({name for name in names if names.count(name) > 1})
    problems += [InputProblem(file="--target", value=name, expected=_EXPECTED) for name in repeated]
    if problems:
        raise InputError(problems)
    for each in found:
        if each.kind != "delta" and each.amount == 0.0 and each.tolerance is None:
            raise UsageError(
                f"A share of zero is zero: say how far {each.name} may be from it, as {each.kind}=0+-5."
            )
    return tuple(found)


def target_rows(desk: OptionDesk, targets: Sequence[ExposureTarget], *, tolerance: float) -> Rows:
    """A row of each target, in the engine's units, delta first.

    tolerance: of targets that have none of their own, as a share of their amount. Delta that is not asked
    for stays at zero to half a lot; other exposures are left open, but where vega is asked by expiry and not
    in all, the other expiries' together stays within the tolerance. Raises InputError for an expiry that is
    not listed.
    """
    asked = targets if any(each.kind == "delta" for each in targets) else (_NO_DELTA, *targets)
    asked = sorted(asked, key=lambda each: _KINDS.index(each.kind))
    days = listed_days(desk.quotes)
    parts = [_row(desk, each, days, tolerance) for each in asked]
    dated = [each for each in targets if each.expiry is not None]
    if dated and not any(each.kind == "vega" and each.expiry is None for each in targets):
        parts.append(_other_expiries(desk, dated, days, tolerance))
    return joined(parts)


def listed_days(quotes: Quotes) -> npt.NDArray[np.datetime64]:
    """The day in New York on which each quote's option expires, shape (quote,)."""
    years, where = np.unique(quotes.expiry_years, return_inverse=True)
    days = [
        exchange_date(quotes.as_of + timedelta(seconds=round(time * 365.0 * 86_400.0 / 60.0) * 60))
        for time in years.tolist()
    ]
    return np.array(days, dtype="datetime64[D]")[where]


def require_listed(
    expiry: date, quotes: Quotes, days: npt.NDArray[np.datetime64], *, asked_in: str
) -> npt.NDArray[np.bool_]:
    """Which quotes expire on that day; InputError with the nearest listed days where none does.

    asked_in: what the day was read from, as the error names it.
    """
    same = np.asarray(days == np.datetime64(expiry, "D"), dtype=np.bool_)
    if not same.any():
        listed = np.unique(days)
        at = int(np.searchsorted(listed, np.datetime64(expiry, "D")))
        near = " or ".join(str(day) for day in listed[max(at - 1, 0) : at + 1])
        problem = f"an expiry that {quotes.origin} lists, such as {near}"
        raise InputError(InputProblem(file=asked_in, value=str(expiry), expected=problem))
    return same


_NO_DELTA = ExposureTarget(kind="delta", amount=0.0)


def _target(part: str) -> ExposureTarget:
    name, _, value = part.strip().partition("=")
    kind, dated, day = name.strip().lower().partition(":")
    amount, _, allowed = value.partition("+-")
    found = ExposureTarget(
        kind=kind,
        amount=float(amount),
        expiry=date.fromisoformat(day) if dated else None,
        tolerance=float(allowed) if allowed else None,
    )
    numbers = (found.amount, 0.0 if found.tolerance is None else found.tolerance)
    if kind not in _KINDS or (dated and kind != "vega") or numbers[1] < 0.0:
        raise ValueError(part)
    if not all(abs(number) < LARGEST_AMOUNT for number in numbers):
        raise ValueError(part)
    return found


def _row(desk: OptionDesk, target: ExposureTarget, days: npt.NDArray[np.datetime64], share: float) -> Rows:
    greeks, spot = desk.options.greeks, desk.market.spot
    if target.kind == "delta":
        allowed = 0.5 * abs(desk.tiers.delta) if target.tolerance is None else target.tolerance
        return _one("delta", greeks.delta, desk.tiers.delta, target.amount, allowed)
    wanted = share * abs(target.amount) if target.tolerance is None else target.tolerance
    if target.kind == "gamma":
        unit = 100.0 / spot
        return _one("gamma", greeks.gamma, 0.0, target.amount * unit, wanted * unit)
    vega = greeks.vega
    if target.expiry is not None:
        vega = np.where(require_listed(target.expiry, desk.quotes, days, asked_in="--target"), vega, 0.0)
    return _one(target.name, vega, 0.0, 100.0 * target.amount, 100.0 * wanted)


def _other_expiries(
    desk: OptionDesk,
    dated: Sequence[ExposureTarget],
    days: npt.NDArray[np.datetime64],
    share: float,
) -> Rows:
    named = np.isin(days, np.array([each.expiry for each in dated], dtype="datetime64[D]"))
    widths = (share * abs(each.amount) if each.tolerance is None else each.tolerance for each in dated)
    vega = np.where(named, 0.0, desk.options.greeks.vega)
    return _one("vega of other expiries", vega, 0.0, 0.0, 100.0 * max(widths))


def _one(name: str, per_unit: FloatArray, underlying: float, amount: float, allowed: float) -> Rows:
    """The row of a package that starts from nothing and shall end at an amount."""
    return within(
        (name,),
        per_unit[None, :] * OPTION_MULTIPLIER,
        np.array([underlying]),
        np.array([-amount]),
        np.array([allowed]),
    )
