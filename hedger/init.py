"""An annotated example of a portfolio and of a market folder, which runs as it is."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from math import ceil, floor
from pathlib import Path

import numpy as np

from hedger.config import MANIFEST, UnderlyingConfig
from hedger.errors import UsageError
from hedger.underlying_data import underlying_market
from pricing.black import black_price
from pricing.embedded import embedded_history
from pricing.market import UnderlyingMarket
from pricing.option import OsiSymbol, Right, Settlement, format_osi
from pricing.time import expiry_instant, year_fraction

_TEMPLATES = Path(__file__).with_name("templates")
_DAY = date(2018, 2, 5)
_HISTORY_DAYS = 1_500
_STRIKE_STEP, _TICK = 25.0, 0.05
_EXPIRIES = (
    ("SPXW", date(2018, 2, 28), Settlement.PM),
    ("SPX", date(2018, 3, 16), Settlement.AM),
    ("SPX", date(2018, 4, 20), Settlement.AM),
    ("SPX", date(2018, 6, 15), Settlement.AM),
)


def write_example(directory: Path) -> list[Path]:
    """Write portfolio.csv and a market folder into `directory`, and return the files.

    The prices are the embedded S&P 500's; the option chain is synthetic, and named so. Nothing is
    overwritten: raises UsageError where one of the files is there already or cannot be written.
    """
    files: dict[Path, Callable[[Path], None]] = {
        directory / "portfolio.csv": _copy_of("portfolio.csv"),
        directory / "market" / MANIFEST: _copy_of(MANIFEST),
        directory / "market" / "spx_history.csv": _write_history,
        directory / "market" / "spx_chain_synthetic.csv": _write_chain,
    }
    present = [str(path) for path in files if path.exists()]
    if present:
        raise UsageError(f"Nothing was written, since this exists already: {', '.join(present)}.")
    try:
        for path, write in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path)
    except OSError as error:
        raise UsageError(
            f"The example cannot be written to {directory}: {error.strerror or error}."
        ) from None
    return list(files)


def _copy_of(name: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes((_TEMPLATES / name).read_bytes())

    return write


def _write_history(path: Path) -> None:
    history = embedded_history("SPX").until(_DAY)
    columns = (history.dates, history.open, history.high, history.low, history.close)
    recent = [column[-_HISTORY_DAYS:] for column in columns if column is not None]
    _write_csv(path, ("date", "open", "high", "low", "close"), zip(*recent, strict=True))


def _write_chain(path: Path) -> None:
    config = UnderlyingConfig(symbol="SPX").completed()
    market = underlying_market(config, day=_DAY, discount=None, seed=0)
    header = ("quote_date", "underlying_last", "root", "contract_symbol", "type", "expiration", "strike")
    rows = (row for expiry in _EXPIRIES for row in _quoted(market, *expiry))
    _write_csv(path, (*header, "bid", "ask"), rows)


def _quoted(
    market: UnderlyingMarket, root: str, expiry: date, settlement: Settlement
) -> Iterator[tuple[object, ...]]:
    """Bid and ask 1% and a tick around the price on the surface that hedger builds without a chain."""
    years = year_fraction(market.as_of, expiry_instant(expiry, settlement))
    forward = float(market.forward.forward_at(years))
    strikes = _STRIKE_STEP * np.arange(np.ceil(0.75 * forward / _STRIKE_STEP), 1.2 * forward / _STRIKE_STEP)
    volatility = market.surface.implied_volatility(np.log(strikes / forward), years)
    discount = market.discount.discount_at(years)
    for right in Right:
        prices = black_price(forward, strikes, years, volatility, discount, right is Right.CALL)
        for strike, price in zip(strikes.tolist(), prices.tolist(), strict=True):
            half_spread = 0.01 * price + _TICK
            bid, ask = (
                _TICK * floor((price - half_spread) / _TICK),
                _TICK * ceil((price + half_spread) / _TICK),
            )
            if bid > 0.0:
                symbol = format_osi(OsiSymbol(root=root, expiry=expiry, right=right, strike=strike))
                start = (_DAY, f"{market.spot:.2f}", root, symbol, right.value, expiry, f"{strike:g}")
                yield *start, f"{bid:.2f}", f"{ask:.2f}"


def _write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
