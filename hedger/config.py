"""The manifest of a market folder: what each underlying is priced with and what hedges it."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from hedger.errors import UsageError
from hedger.toml_table import TomlTable
from pricing.curves import DiscountCurve
from pricing.instrument import HedgeInstrument, InstrumentKind
from pricing.option import Settlement
from pricing.time import expiry_instant, front_quarterly_expiry, third_friday

MANIFEST = "market.toml"
_EMBEDDED = Path(__file__).with_name("embedded.toml")
_ROLL_DAYS = 8


class ExpiryCycle(StrEnum):
    """Which contract of a future hedges: the front one of its cycle, rolled eight days before it expires."""

    QUARTERLY = "quarterly"
    MONTHLY = "monthly"

    def front(self, day: date) -> date:
        """The third Friday on which the front contract of `day` expires."""
        if self is ExpiryCycle.QUARTERLY:
            return front_quarterly_expiry(day, _ROLL_DAYS)
        this_month = third_friday(day.year, day.month)
        if (this_month - day).days >= _ROLL_DAYS:
            return this_month
        return third_friday(day.year + day.month // 12, day.month % 12 + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeConfig:
    """A hedge instrument as the manifest says it; units as in HedgeInstrument, `expiry` for futures only."""

    symbol: str
    kind: InstrumentKind
    tick_size: float
    average_daily_volume: float
    multiplier: float = 1.0
    ratio: float = 1.0
    lot_size: int = 1
    fee_per_contract: float = 0.0
    half_spread_ticks: float = 0.5
    expiry: date | ExpiryCycle | None = None

    def on(self, day: date, *, underlying: str) -> HedgeInstrument:
        """The instrument that is traded on `day`. Raises UsageError when its contract has expired by then."""
        expiry = self.expiry.front(day) if isinstance(self.expiry, ExpiryCycle) else self.expiry
        if expiry is not None and expiry <= day:
            raise UsageError(
                f"The hedge {self.symbol} of {underlying} expires on {expiry}: name a later contract "
                f'for {day}, or expiry = "quarterly".'
            )
        return HedgeInstrument(
            symbol=self.symbol,
            underlying=underlying,
            kind=self.kind,
            tick_size=self.tick_size,
            multiplier=self.multiplier,
            ratio=self.ratio,
            lot_size=self.lot_size,
            fee_per_contract=self.fee_per_contract,
            half_spread_ticks=self.half_spread_ticks,
            average_daily_volume=self.average_daily_volume,
            expiry=None if expiry is None else expiry_instant(expiry, Settlement.PM),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingConfig:
    """What one underlying is priced with. dividend_yield: continuous per year. volatility: per sqrt(year).

    dividends: a file of discrete ones. borrow_rate: continuous per year, of the share lent. None where the
    manifest says nothing. assumed: the fields that `completed` filled.
    """

    symbol: str
    chain: Path | None = None
    history: Path | None = None
    dividends: Path | None = None
    dividend_yield: float | None = None
    borrow_rate: float | None = None
    volatility: float | None = None
    hedge: HedgeConfig | None = None
    currency: str = "USD"
    assumed: frozenset[str] = frozenset()

    def completed(self) -> UnderlyingConfig:
        """Fill what is left open from the embedded configuration of this underlying, where it has one."""
        known = embedded_config().underlyings.get(self.symbol)
        yielding = () if self.dividends is not None else ("dividend_yield",)
        fillable = () if known is None else ("hedge", *yielding)
        filled = {name: getattr(known, name) for name in fillable if getattr(self, name) is None}
        return replace(self, **filled, assumed=frozenset(filled))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketConfig:
    """A whole manifest. discount: the curve it states, None for the embedded one-month Treasury bill rate."""

    origin: str
    sha256: str
    as_of: date | None = None
    currency: str = "USD"
    discount: DiscountCurve | None = None
    underlyings: Mapping[str, UnderlyingConfig] = field(default_factory=dict)


@cache
def embedded_config() -> MarketConfig:
    """Hedge instruments and yields for the underlyings whose history is embedded (hedger/embedded.toml)."""
    return read_manifest(_EMBEDDED)


def read_market_config(folder: Path) -> MarketConfig:
    """Read the manifest `market.toml` of a market folder; raises InputError with every problem in it."""
    return read_manifest(folder / MANIFEST)


def read_manifest(path: Path) -> MarketConfig:
    """Read a manifest, its paths relative to itself; raises InputError with every problem in it."""
    file = TomlTable.read(path)
    market = file.table("market")
    underlying = file.table("underlying")
    currency = _currency(market)
    config = MarketConfig(
        origin=str(path),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        as_of=market.trading_day("as_of") if market.has("as_of") else None,
        currency=currency,
        discount=_discount(file.table("curve")),
        underlyings={
            symbol.upper(): _underlying(underlying.table(symbol), symbol.upper(), path.parent, currency)
            for symbol in underlying.names()
        },
    )
    file.finish()
    return config


def _currency(market: TomlTable) -> str:
    currency = market.text("currency", "USD")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        market.note("currency", "a currency code of three capitals such as USD")
    return currency


def _discount(curve: TomlTable) -> DiscountCurve | None:
    knots = [
        (knot.number("years", above=0.0, up_to=100.0), knot.number("rate", above=-0.5, up_to=1.0))
        for knot in curve.tables("zero_rates")
    ]
    if knots and curve.has("rate"):
        curve.note("rate", "either a rate or [[curve.zero_rates]], not both")
    elif curve.has("rate"):
        knots = [(1.0, curve.number("rate", above=-0.5, up_to=1.0))]
    if any(later[0] <= earlier[0] for earlier, later in pairwise(knots)):
        curve.note("zero_rates", "years that increase from one table to the next")
    if not knots:
        return None
    years, rates = np.array(knots).T
    return DiscountCurve(expiry_years=years, zero_rate=rates)


def _underlying(table: TomlTable, symbol: str, folder: Path, currency: str) -> UnderlyingConfig:
    return UnderlyingConfig(
        symbol=symbol,
        chain=_file(table, "chain", folder),
        history=_file(table, "history", folder),
        dividends=_file(table, "dividends", folder),
        dividend_yield=_number_or_none(table, "dividend_yield", above=-0.5, up_to=0.5),
        borrow_rate=_number_or_none(table, "borrow_rate", above=-0.5, up_to=5.0),
        volatility=_number_or_none(table, "volatility", above=0.0, up_to=5.0),
        hedge=_hedge(table.table("hedge")) if table.has("hedge") else None,
        currency=currency,
    )


def _number_or_none(table: TomlTable, key: str, *, above: float, up_to: float) -> float | None:
    return table.number(key, above=above, up_to=up_to) if table.has(key) else None


def _file(table: TomlTable, key: str, folder: Path) -> Path | None:
    if not table.has(key):
        return None
    name = table.text(key)
    path = folder / name
    if name and "\0" not in name and (not path.is_file() or not os.access(path, os.R_OK)):
        table.note(key, f"a file that can be read, looked for as {path}")
    return path


def _hedge(table: TomlTable) -> HedgeConfig:
    kind = InstrumentKind(table.choice("kind", tuple(InstrumentKind)))
    lot_size = table.number("lot_size", above=0.0, up_to=1e6, default=1.0)
    if math.isfinite(lot_size) and not lot_size.is_integer():
        table.note("lot_size", "a whole number of contracts")
    symbol = table.text("symbol").upper()
    if table.has("symbol") and not symbol.strip():
        table.note("symbol", "the instrument's symbol, as ES")
    return HedgeConfig(
        symbol=symbol,
        kind=kind,
        tick_size=table.number("tick_size", above=0.0, up_to=1e6),
        average_daily_volume=table.number("average_daily_volume", above=0.0, up_to=1e12),
        multiplier=table.number("multiplier", above=0.0, up_to=1e9, default=1.0),
        ratio=table.number("ratio", above=0.0, up_to=1e6, default=1.0),
        lot_size=int(lot_size) if math.isfinite(lot_size) else 1,
        fee_per_contract=table.number("fee_per_contract", above=-1e3, up_to=1e6, default=0.0),
        half_spread_ticks=table.number("half_spread_ticks", above=0.0, up_to=1e6, default=0.5),
        expiry=_expiry(table, kind),
    )


def _expiry(table: TomlTable, kind: InstrumentKind) -> date | ExpiryCycle | None:
    if table.values.get("kind") != kind:  # the kind is a problem already, and what it needs is not known
        table.has("expiry")
        return None
    if kind is not InstrumentKind.FUTURE:
        if table.has("expiry"):
            table.note("expiry", "no expiry, since only a future has one")
        return None
    if isinstance(table.values.get("expiry"), date):
        return table.trading_day("expiry")
    return ExpiryCycle(table.choice("expiry", tuple(ExpiryCycle)))
