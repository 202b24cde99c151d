"""Quotes and trades of a market as seen by a transaction-cost analysis: prices at and between instants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.market.regime import SECONDS_PER_DAY, TRADING_DAYS_PER_YEAR
from execution.tca.blotter import NO_TIME

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

STALEST_NS = 3_600 * 10**9  # a price older than an hour is no price
_DAY_NS = 86_400 * 10**9
_MINUTE_NS = 60 * 10**9
_RETURNS, _FEWEST_RETURNS = 30, 10  # of a minute each, before an order, for the volatility


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolTape:
    """One symbol's market. quote_ns, bid, ask: shape (quote,); trade_ns, price, size: shape (trade,).

    Both by time. Where there are no quotes, the last trade stands for bid, ask and mid.
    """

    quote_ns: IntArray
    bid: FloatArray
    ask: FloatArray
    trade_ns: IntArray
    price: FloatArray
    size: FloatArray

    @property
    def has_quotes(self) -> bool:
        """Whether mids are mids, and not the last trade."""
        return len(self.quote_ns) > 0

    def at(self, ts_ns: IntArray, *, before: bool = False) -> tuple[FloatArray, FloatArray]:
        """Best bid and ask at each instant, or just before it: a quote of a fill's own instant may be of
        after it. NaN where there is none or it is older than an hour, or ts_ns is NO_TIME.
        """
        times, bid, ask = self._path()
        if not len(times):
            return np.full(len(ts_ns), np.nan), np.full(len(ts_ns), np.nan)
        seen = np.searchsorted(times, ts_ns, side="left" if before else "right") - 1
        found = np.maximum(seen, 0)
        known = (seen >= 0) & (ts_ns != NO_TIME) & (ts_ns - times[found] <= STALEST_NS)
        return np.where(known, bid[found], np.nan), np.where(known, ask[found], np.nan)

    def mid(self, ts_ns: IntArray, *, before: bool = False) -> FloatArray:
        """Mid at each instant, or just before it; NaN as in `at`."""
        bid, ask = self.at(ts_ns, before=before)
        return 0.5 * (bid + ask)

    def goes_on(self, ts_ns: IntArray) -> npt.NDArray[np.bool_]:
        """Whether there is market data at or after each instant."""
        times, _, _ = self._path()
        last = int(times[-1]) if len(times) else NO_TIME
        return np.asarray((ts_ns != NO_TIME) & (ts_ns <= last), dtype=np.bool_)

    def twap(self, start_ns: IntArray, end_ns: IntArray) -> FloatArray:
        """Average of the mid over time between instants; the mid itself where they are one."""
        times, bid, ask = self._path()
        start_mid = self.mid(start_ns)
        if not len(times):
            return start_mid
        mid = 0.5 * (bid + ask)
        area = np.concatenate(([0.0], np.cumsum((mid - mid[0])[:-1] * np.diff(times))))

        def up_to(ts_ns: IntArray) -> FloatArray:
            seen = np.maximum(np.searchsorted(times, ts_ns, side="right") - 1, 0)
            return np.asarray(area[seen] + (mid[seen] - mid[0]) * (ts_ns - times[seen]), dtype=np.float64)

        length = (end_ns - start_ns).astype(np.float64)
        whole = (start_ns != NO_TIME) & (length > 0.0) & ~np.isnan(self.mid(end_ns))
        found = mid[0] + (up_to(end_ns) - up_to(start_ns)) / np.where(whole, length, 1.0)
        return np.where(whole & ~np.isnan(start_mid), found, start_mid)

    def vwap(self, start_ns: IntArray, end_ns: IntArray) -> FloatArray:
        """Average price of the trades between instants, both included, by size; NaN where none traded."""
        # Around the first price, so that sums of a long day keep their digits.
        base = float(self.price[0]) if len(self.price) else 0.0
        turnover = self._between((self.price - base) * self.size, start_ns, end_ns)
        volume = self.volume(start_ns, end_ns)
        return np.where(volume > 0.0, base + turnover / np.where(volume > 0.0, volume, 1.0), np.nan)

    def volume(self, start_ns: IntArray, end_ns: IntArray) -> FloatArray:
        """Contracts traded between instants, both included."""
        return self._between(self.size, start_ns, end_ns)

    def close(self, ts_ns: IntArray) -> FloatArray:
        """Last price of each instant's day (UTC)."""
        day_end = np.where(ts_ns == NO_TIME, NO_TIME, (ts_ns // _DAY_NS + 1) * _DAY_NS - 1)
        times, bid, ask = self._path()
        last = np.searchsorted(times, day_end, side="right") - 1
        found = np.maximum(last, 0)
        known = (last >= 0) & (ts_ns != NO_TIME) if len(times) else np.zeros(len(ts_ns), np.bool_)
        known = known & (times[found] >= ts_ns) if len(times) else known
        price = 0.5 * (bid + ask)[found] if len(times) else np.full(len(ts_ns), np.nan)
        return np.where(known, price, np.nan)

    def volatility(self, ts_ns: IntArray) -> FloatArray:
        """Realised volatility of the half hour before each instant, per sqrt(year) of 252 regular sessions.

        From returns of a minute; NaN where fewer than ten are known.
        """
        back = np.arange(_RETURNS, -1, -1) * _MINUTE_NS
        grid = np.where(ts_ns == NO_TIME, 0, ts_ns)[:, None] - back
        mid = self.mid(grid.ravel(), before=True).reshape(grid.shape)
        returns = np.diff(np.log(mid), axis=1)
        known = (~np.isnan(returns)).sum(axis=1)
        squares = np.nansum(returns**2, axis=1)
        per_minute = squares / np.maximum(known, 1)
        annual = np.sqrt(per_minute * TRADING_DAYS_PER_YEAR * SECONDS_PER_DAY / 60.0)
        return np.where((known >= _FEWEST_RETURNS) & (ts_ns != NO_TIME) & (annual > 0.0), annual, np.nan)

    def _path(self) -> tuple[IntArray, FloatArray, FloatArray]:
        if self.has_quotes:
            return self.quote_ns, self.bid, self.ask
        return self.trade_ns, self.price, self.price

    def _between(self, values: FloatArray, start_ns: IntArray, end_ns: IntArray) -> FloatArray:
        total = np.concatenate(([0.0], np.cumsum(values)))
        first = np.searchsorted(self.trade_ns, start_ns, side="left")
        last = np.searchsorted(self.trade_ns, end_ns, side="right")
        found = total[np.maximum(last, first)] - total[first]
        return np.where((start_ns == NO_TIME) | (len(self.trade_ns) == 0), np.nan, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketTape:
    """Market data by symbol; the symbol '' of a file without a column of symbols answers for every one.

    notes: how the files were read, a sentence each.
    """

    symbols: Mapping[str, SymbolTape]
    notes: tuple[str, ...] = ()

    def of(self, symbol: str) -> SymbolTape | None:
        """The symbol's market; None where there is none."""
        return self.symbols.get(symbol, self.symbols.get(""))
