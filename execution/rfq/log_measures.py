"""A desk's requests in the units that dealers' models are learned in, and those of its report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import final

import numpy as np

from execution.rfq.log_history import Flags, FloatArray, IntArray, RfqHistory, Texts
from execution.rfq.simulation import RequestLog, Requests

_FAR = 50.0  # usual markups; a quote or a mid with a slipped digit is farther off
_OWN_SCALE = 20  # quotes from which on a symbol has usual markups of its own


class CostUnit(StrEnum):
    """What the report counts costs in: 1e-4 of the mid, ticks, or the price itself."""

    BPS = "bps"
    TICKS = "ticks"
    POINTS = "points"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRequests:
    """Requests whose mid is known, as `dealer_model` learns from them.

    log: markups in model units. history: the same requests. model_price, report_price: price of one unit of
    the model and of the report, (request,). in_half_spreads: whether the model's unit is the market's
    half-spread, else one number of report units for all. over_trade_mid: whether markups are over the mid
    when the quotes had come, else over that at the request, so that what leaked until then is in them.
    slips: request and dealer of quotes so far from the others that they count as answers without a price.
    """

    history: RfqHistory
    log: RequestLog
    unit: CostUnit
    model_price: FloatArray
    report_price: FloatArray
    in_half_spreads: bool
    over_trade_mid: bool
    slips: tuple[tuple[str, str], ...] = ()

    @property
    def markups(self) -> FloatArray:
        """Markups in the report's unit, NaN of no quote, (request, dealer)."""
        return self.log.markup * self.ratio[:, None]

    @property
    def ratio(self) -> FloatArray:
        """Report units in one of the model's, (request,)."""
        return np.asarray(self.model_price / self.report_price, dtype=np.float64)

    def part(self, which: Flags | IntArray) -> MeasuredRequests:
        """Some of the requests in their order, in the units of all."""
        return replace(
            self,
            history=self.history.part(which),
            log=part_of(self.log, which),
            model_price=self.model_price[which],
            report_price=self.report_price[which],
        )

    def moved(self, mid: FloatArray) -> FloatArray:
        """Moves against the asker since its request [model units], NaN where not known, (request,)."""
        return np.asarray(self.history.side * (mid - self.history.mid) / self.model_price, dtype=np.float64)


def measured(history: RfqHistory, *, tick_size: float | None = None) -> MeasuredRequests | None:
    """The requests whose mid is known in units; None where there is no mid or no quote.

    Costs are in ticks where a tick size [price] is given, else in bps of the mid, and in points of price
    where a mid is not positive. Sizes and volatilities are over their medians in the same symbol; a
    volatility that is not known is the median. A quote is a slip where its markup lies farther from the
    median one than fifty times the median size of a markup: of its symbol where that has twenty quotes.
    """
    known = history.part(np.isfinite(history.mid))
    priced = np.isfinite(known.quote)
    if not priced.any():
        return None
    unit = CostUnit.TICKS if tick_size else CostUnit.BPS if bool((known.mid > 0.0).all()) else CostUnit.POINTS
    over_trade_mid = bool(np.isfinite(known.mid_at_trade[priced.any(axis=1)]).all())
    base = known.mid[:, None]
    if over_trade_mid:
        base = np.where(np.isfinite(known.mid_at_trade), known.mid_at_trade, known.mid)[:, None]
        base = np.where(np.isfinite(known.quote_mid), known.quote_mid, base)
    above = known.side[:, None] * (known.quote - base)
    report_price = _report_price(known, unit, tick_size)
    in_half_spreads = bool(np.isfinite(known.half_spread).all())
    if in_half_spreads:
        model_price = known.half_spread
    else:
        typical = float(np.median(np.abs(above / report_price[:, None])[priced]))
        model_price = report_price * (typical if typical > 0.0 else 1.0)
    markup = above / model_price[:, None]
    is_slip = _slips(markup, known.symbol)
    return MeasuredRequests(
        history=known,
        log=_log(known, np.where(is_slip, np.nan, markup)),
        unit=unit,
        model_price=model_price,
        report_price=report_price,
        in_half_spreads=in_half_spreads,
        over_trade_mid=over_trade_mid,
        slips=tuple((str(known.request_id[row]), known.dealers[at]) for row, at in np.argwhere(is_slip)),
    )


def part_of(log: RequestLog, which: Flags | IntArray) -> RequestLog:
    """Some of the requests, in their order, with the seconds between them."""
    requests = log.requests
    seconds = np.diff(np.cumsum(requests.seconds)[which], prepend=0.0)
    columns = ("side", "size", "volatility", "asked", "reservation")
    own = {name: getattr(requests, name)[which] for name in columns}
    names = ("markup", "inventory", "winner", "traded", "rejected", "news", "leak_before", "leak_after")
    parts = {name: getattr(log, name)[which] for name in names}
    return replace(log, requests=replace(requests, seconds=seconds, **own), **parts)


def over_typical(values: FloatArray, symbol: Texts) -> FloatArray:
    """Values over the median of their symbol; 1 where a value is not known."""
    found = np.ones(len(values))
    for name in np.unique(symbol):
        own = (symbol == name) & np.isfinite(values)
        if own.any():
            found[own] = values[own] / np.median(values[own])
    return found


def _report_price(history: RfqHistory, unit: CostUnit, tick_size: float | None) -> FloatArray:
    if unit is CostUnit.BPS:
        return history.mid * 1e-4
    return np.full(len(history), tick_size if tick_size and unit is CostUnit.TICKS else 1.0)


def _slips(markup: FloatArray, symbol: Texts) -> Flags:
    found = _far(markup)
    quotes = np.isfinite(markup).sum(axis=1)
    for name in np.unique(symbol):
        own = symbol == name
        if quotes[own].sum() >= _OWN_SCALE:
            found[own] = _far(markup[own])
    return found


def _far(markup: FloatArray) -> Flags:
    usual = float(np.nanmedian(np.abs(markup)))
    if usual == 0.0:
        return np.zeros(markup.shape, dtype=np.bool_)
    return np.asarray(np.abs(markup - np.nanmedian(markup)) > _FAR * usual, dtype=np.bool_)


def _log(history: RfqHistory, markup: FloatArray) -> RequestLog:
    count = len(history)
    none, never = np.zeros(count), np.zeros(markup.shape)
    traded: Flags = np.asarray(history.traded.any(axis=1))
    rejected: Flags = np.asarray(history.rejected.any(axis=1) & ~traded)
    return RequestLog(
        requests=Requests(
            seconds=np.diff(history.ts_ns, prepend=history.ts_ns[:1]) / 1e9,
            side=history.side,
            size=over_typical(history.quantity, history.symbol),
            volatility=over_typical(history.volatility, history.symbol),
            asked=history.asked,
            reservation=np.full(count, np.inf),
        ),
        markup=markup,
        inventory=never,
        winner=_winner(history, markup),
        traded=traded,
        rejected=rejected,
        news=none,
        leak_before=none,
        leak_after=none,
    )


def _winner(history: RfqHistory, markup: FloatArray) -> IntArray:
    """Whose quote was taken, the lowest of several; else the best quote; -1 without any."""
    found = np.full(len(markup), -1, dtype=np.int64)
    for among in (np.isfinite(markup), history.rejected, history.traded):
        some = among.any(axis=1)
        # A dealer that is among them without a quote counts behind those with one.
        order = np.where(among, np.where(np.isfinite(markup), markup, 1e300), np.inf)
        found[some] = order[some].argmin(axis=1)
    return found
