"""Which column of anybody's file holds which field: the names of desks, brokers, venues and of FIX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from execution.errors import RecordingError, RecordingProblem

# Field -> headers in order of preference, without regard to case, blanks and punctuation.
FILL_ALIASES: Mapping[str, tuple[str, ...]] = {
    "parent_id": (
        "parent_id",
        "parent_order_id",
        "parent",
        "block_id",
        "meta_order_id",
        "cl_ord_id",
        "client_order_id",
        "order_id",
        "ib_order_id",
        "order_number",
    ),
    "symbol": ("symbol", "ticker", "instrument", "ric", "security", "isin", "product_id", "pair", "contract"),
    "side": ("side", "buy_sell", "direction", "action", "b_s", "trade_side"),
    "quantity": (
        "quantity",
        "last_qty",
        "last_shares",
        "fill_quantity",
        "filled_quantity",
        "filled_qty",
        "fill_qty",
        "fill_size",
        "exec_qty",
        "executed_quantity",
        "executed_qty",
        "trade_quantity",
        "qty",
        "shares",
        "size",
        "volume",
        "amount",
    ),
    "price": (
        "price",
        "last_px",
        "last_price",
        "fill_price",
        "exec_price",
        "execution_price",
        "executed_price",
        "trade_price",
        "px",
        "avg_price",
        "average_price",
    ),
    "time": (
        "time",
        "ts_ns",
        "transact_time",
        "timestamp",
        "fill_time",
        "exec_time",
        "execution_time",
        "trade_time",
        "executed_at",
        "created_at",
        "date_time",
        "time_ns",
        "exch_ns",
        "timestamp_ms",
        "transaction_time",
    ),
    "date": ("date", "trade_date", "exec_date", "execution_date"),
    "execution_id": ("exec_id", "execution_id", "fill_id", "trade_id", "ib_exec_id"),
    "execution_type": ("exec_type", "execution_type"),
    "venue": (
        "venue",
        "last_mkt",
        "last_market",
        "exchange",
        "mic",
        "market_center",
        "execution_venue",
        "exec_venue",
        "listing_exchange",
    ),
    "counterparty": (
        "counterparty",
        "dealer",
        "liquidity_provider",
        "contra_broker",
        "contra_party",
        "contra",
        "executing_broker",
        "broker",
    ),
    "fee": ("fee", "fees", "commission", "commissions", "comm", "total_fees", "comm_fee"),
    "signed_commission": ("ib_commission",),
    "liquidity": (
        "liquidity",
        "last_liquidity_ind",
        "last_liquidity",
        "liquidity_indicator",
        "liquidity_flag",
        "add_remove",
        "maker_taker",
        "maker_or_taker",
    ),
    "is_maker": ("is_maker", "maker"),
    "is_taker": ("is_taker", "taker", "aggressor_indicator"),
    "mid": ("mid", "mid_price", "mid_at_fill", "nbbo_mid", "mid_quote"),
    "bid": ("bid", "bid_price", "best_bid", "nbbo_bid", "bid_at_fill", "bid_px"),
    "ask": ("ask", "ask_price", "best_ask", "nbbo_ask", "ask_at_fill", "ask_px", "offer", "best_offer"),
    "order_quantity": (
        "order_quantity",
        "order_qty",
        "parent_quantity",
        "parent_qty",
        "ordered_quantity",
        "order_size",
        "target_quantity",
    ),
    "decision_time": ("decision_time", "decision_ts_ns", "decision_ns", "decided_at"),
    "decision_price": ("decision_price", "decision_mid", "decision_px"),
    "arrival_time": (
        "arrival_time",
        "arrival_ts_ns",
        "arrival_ns",
        "order_time",
        "start_time",
        "order_start_time",
        "effective_time",
        "order_received_time",
    ),
    "arrival_price": (
        "arrival_price",
        "arrival_mid",
        "arrival_px",
        "arrival",
        "strike_price_is",
        "benchmark_price",
    ),
    "end_time": ("end_time", "order_end_time", "end_ts_ns", "end_ns", "expire_time"),
    "horizon": ("horizon_ns", "horizon_seconds", "horizon_minutes"),
    "end_price": ("end_price", "end_mid", "horizon_price", "final_mid"),
    "reversion_price": ("reversion_price", "post_trade_price", "reversion_mid", "post_mid"),
    "interval_vwap": ("interval_vwap", "vwap", "market_vwap", "ivwap"),
    "interval_twap": ("interval_twap", "twap", "market_twap"),
    "close_price": ("close_price", "close", "closing_price", "day_close"),
    "volatility": ("volatility", "annual_volatility", "annualised_volatility", "annualized_volatility"),
    "market_volume": ("market_volume", "interval_volume", "market_qty", "interval_market_volume"),
    "multiplier": ("multiplier", "contract_multiplier", "contract_size"),
    "currency": ("currency", "ccy", "currency_primary"),
    "algorithm": ("algorithm", "algo", "strategy", "target_strategy", "algo_name", "schedule"),
    "regime": ("regime", "market_regime"),
    "package_id": ("package_id", "package", "spread_id", "combo_id", "multi_leg_id", "leg_group_id"),
}

MARKET_ALIASES: Mapping[str, tuple[str, ...]] = {
    "time": (
        "time",
        "ts_ns",
        "exch_ns",
        "timestamp",
        "quote_time",
        "trade_time",
        "ts_event",
        "event_time",
        "sip_timestamp",
        "transact_time",
        "date_time",
        "time_ns",
        "local_ns",
        "timestamp_ms",
        "open_time",
    ),
    "date": ("date", "trade_date", "quote_date"),
    "symbol": ("symbol", "ticker", "instrument", "ric", "isin", "pair"),
    "bid": (
        "bid",
        "bid_price",
        "best_bid",
        "bid_px",
        "best_bid_price",
        "bid_px_00",
        "bidp1",
        "bid_price_ticks_1",
        "b",
    ),
    "ask": (
        "ask",
        "ask_price",
        "best_ask",
        "ask_px",
        "best_ask_price",
        "ask_px_00",
        "askp1",
        "offer",
        "ask_price_ticks_1",
        "a",
    ),
    "price": ("price", "trade_price", "last_price", "last", "px", "close", "price_ticks"),
    "open": ("open",),
    "kind": ("type", "event_type", "kind"),
    "size": ("size", "quantity", "qty", "volume", "trade_size", "last_qty", "shares", "amount"),
}

_REQUIRED = ("quantity", "price", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedColumns:
    """Header by field, in a file whose header was recognised; unused: the headers that nobody reads."""

    headers: Mapping[str, str]
    unused: tuple[str, ...]

    def __contains__(self, field: str) -> bool:
        return field in self.headers


def normalised(header: str) -> str:
    """A header's letters and digits in lower case: 'LastPx', 'last_px' and '[LAST PX]' are the same."""
    return "".join(letter for letter in header.casefold() if letter.isalnum())


def match_columns(
    header: Sequence[str], aliases: Mapping[str, tuple[str, ...]], *, file: str
) -> MatchedColumns:
    """Fields by their best-known header; raises RecordingError for a header used twice."""
    by_key: dict[str, str] = {}
    repeated: list[str] = []
    for name in header:
        key = normalised(name)
        if key in by_key:
            repeated.append(key)
        by_key.setdefault(key, name)
    found: dict[str, str] = {}
    for field, names in aliases.items():
        known = next((by_key[normalised(name)] for name in names if normalised(name) in by_key), None)
        if known is not None and known not in found.values():
            found[field] = known
    used = {normalised(name) for name in found.values()}
    if twice := [by_key[key] for key in repeated if key in used]:
        raise RecordingError(
            RecordingProblem(file=file, row=1, column=name, expected="each column once in the header")
            for name in twice
        )
    return MatchedColumns(
        headers=found, unused=tuple(name for name in header if normalised(name) not in used)
    )


def require_fill_columns(matched: MatchedColumns, *, file: str) -> None:
    """Raise RecordingError with every column that a file of fills must have and this one has not.

    Without a side the sign of the quantity says it.
    """
    problems = [
        RecordingProblem(
            file=file,
            column=field,
            expected=f"a column with one of the names {', '.join(FILL_ALIASES[field][:6])} ...",
        )
        for field in _REQUIRED
        if field not in matched
    ]
    if problems:
        raise RecordingError(problems)
