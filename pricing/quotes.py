"""Option chains: raw vendor rows in, clean quotes out, with a reason for every one dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pricing.chain import ChainRows, read_rows
from pricing.chain_cleaning import CleanRows, clean
from pricing.errors import InputError, InputProblem
from pricing.time import EXCHANGE_ZONE, close_instant

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_LARGEST_SPOT_GAP = 0.05
_SPOT_CHECK_YEARS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """Clean option quotes of one underlying at one instant, in columns of equal length.

    expiry_years: ACT/365F from `as_of` to the expiry instant. strike, bid, ask: currency.
    is_call: True for calls. dropped: count by reason of the quotes removed. spot_is_implied: by parity, since
    the source has none. bid_size, ask_size: contracts at the touch; open_interest, volume (the day's):
    contracts, NaN where the source's cell holds no count, None where it has no such column.
    """

    underlying: str
    as_of: datetime
    spot: float
    expiry_years: FloatArray
    strike: FloatArray
    is_call: BoolArray
    bid: FloatArray
    ask: FloatArray
    received: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    origin: str = ""
    sha256: str | None = None
    spot_is_implied: bool = False
    bid_size: FloatArray | None = None
    ask_size: FloatArray | None = None
    open_interest: FloatArray | None = None
    volume: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.strike)


def read_chain(path: Path, *, underlying: str | None, as_of: date | None) -> Quotes:
    """Read and clean the quotes on `underlying` (None: the file's only one) of a day (None: its last).

    The columns are found under the names of the usual vendors (docs/chain.md). Where the file gives
    no time of day the quotes are taken at the close. Where it gives no spot, spot is the shortest expiry's
    parity forward, discounted. Raises InputError for a file that cannot be used, for every malformed row of
    that day, when no quote survives the cleaning, and when the spot, or the labels call and put, contradict
    put-call parity.
    """
    chain = read_rows(path, underlying=underlying, as_of=as_of)
    rows = chain.rows
    instant = _as_of_instant(rows, chain.day)
    result = clean(rows, instant)
    _require_rights(result, path.name)
    if not result.keep.any():
        lost = ", ".join(f"{count} {reason}" for reason, count in result.dropped.items())
        expected = f"a quote that can be used on {chain.day}; of {len(rows)} rows were dropped: {lost}"
        raise InputError(InputProblem(file=path.name, expected=expected))
    return Quotes(
        underlying=chain.underlying,
        as_of=instant,
        spot=_spot(rows, result, path.name),
        expiry_years=result.expiry_years[result.keep],
        strike=rows.strike[result.keep],
        is_call=rows.is_call[result.keep],
        bid=rows.bid[result.keep],
        ask=rows.ask[result.keep],
        received=len(rows),
        dropped=result.dropped,
        origin=path.name,
        sha256=chain.sha256,
        spot_is_implied=not bool(np.any(rows.spot > 0)),
        bid_size=_kept(rows.bid_size, result),
        ask_size=_kept(rows.ask_size, result),
        open_interest=_kept(rows.open_interest, result),
        volume=_kept(rows.volume, result),
    )


def _kept(counts: FloatArray | None, result: CleanRows) -> FloatArray | None:
    return None if counts is None else counts[result.keep]


def _as_of_instant(rows: ChainRows, day: date) -> datetime:
    if rows.quote_time is not None:
        newest: datetime = rows.quote_time.max().item()
        if newest.time() != datetime.min.time():
            return newest.replace(tzinfo=EXCHANGE_ZONE).astimezone(UTC)
    return close_instant(day)


def _require_rights(result: CleanRows, file: str) -> None:
    problems = [
        InputProblem(
            file=file,
            column="right",
            value=f"the expiry in {365 * fit.expiry_years:.1f} days",
            expected=f"calls that lose against puts as the strike rises; over {fit.pairs} pairs they gain: "
            "calls and puts seem to be exchanged, or the prices are not theirs",
        )
        for fit in result.fits
        if fit.exchanged
    ]
    if problems:
        raise InputError(problems)


def _spot(rows: ChainRows, result: CleanRows, file: str) -> float:
    """The file's spot, held against parity; without one, the spot that parity implies."""
    given = rows.spot[rows.spot > 0]
    if len(given) == 0 and not result.fits:
        expected = "a spot column, or calls and puts at the same strikes to imply it from"
        raise InputError(InputProblem(file=file, expected=expected))
    if len(given) == 0:
        return result.fits[0].forward * result.fits[0].discount
    spot = float(np.median(given))
    for fit in result.fits[:1]:
        gap = abs(float(np.log(fit.forward / spot))) if fit.forward > 0 else np.inf
        if fit.expiry_years < _SPOT_CHECK_YEARS and gap > _LARGEST_SPOT_GAP:
            expected = f"a spot within 5% of the forward {fit.forward:.2f} that put-call parity gives"
            raise InputError(InputProblem(file=file, value=f"{spot:g}", expected=expected))
    return spot
