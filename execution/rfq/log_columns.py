"""Which column of a desk's own file of requests holds which field, and the words that say how one ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from execution.errors import RecordingError, RecordingProblem
from execution.tca import cells
from execution.tca.cell_reader import Value
from execution.tca.fill_columns import MatchedColumns, match_columns

# Field -> headers in order of preference, without regard to case, blanks and punctuation; numbers are FIX's.
RFQ_ALIASES: Mapping[str, tuple[str, ...]] = {
    "request_id": (
        "request_id",
        "rfq_id",
        "quote_req_id",
        "rfq_req_id",
        "inquiry_id",
        "enquiry_id",
        "negotiation_id",
        "request",
        "rfq",
        "131",
        "644",
    ),
    "time": (
        "time",
        "ts_ns",
        "request_time",
        "request_ts_ns",
        "sent_time",
        "inquiry_time",
        "transact_time",
        "timestamp",
        "sending_time",
        "created_at",
        "date_time",
        "60",
        "52",
    ),
    "date": ("date", "trade_date", "request_date"),
    "symbol": ("symbol", "ticker", "instrument", "package", "ric", "security", "isin", "security_id", "55"),
    "side": ("side", "buy_sell", "direction", "client_side", "our_side", "action", "b_s", "54"),
    "quantity": ("quantity", "order_qty", "request_quantity", "qty", "size", "notional", "amount", "38"),
    "dealer": (
        "dealer",
        "counterparty",
        "cpty",
        "dealer_name",
        "liquidity_provider",
        "lp",
        "market_maker",
        "broker",
        "bank",
        "provider",
        "respondent",
        "party_id",
        "448",
    ),
    "quote": (
        "quote",
        "quote_price",
        "quoted_price",
        "dealer_quote",
        "dealer_price",
        "quote_px",
        "price",
        "44",
    ),
    "quote_bid": ("quote_bid", "dealer_bid", "bid_px", "quoted_bid", "132"),
    "quote_offer": (
        "quote_offer",
        "quote_ask",
        "dealer_ask",
        "dealer_offer",
        "offer_px",
        "quoted_ask",
        "133",
    ),
    "answered": ("answered", "responded", "has_quote", "quoted", "response", "is_answered"),
    "outcome": (
        "outcome",
        "quote_resp_type",
        "dealer_outcome",
        "result",
        "dealer_status",
        "status",
        "end",
        "694",
    ),
    "won": ("won", "is_winner", "traded", "executed", "done", "dealt", "is_traded"),
    "winner": ("winner", "winning_dealer", "traded_with", "executing_dealer", "executed_with"),
    "rejected": ("rejected", "last_look_rejected", "last_look_rejection", "last_look_reject", "is_rejected"),
    "traded_price": (
        "traded_price",
        "trade_price",
        "last_px",
        "exec_price",
        "executed_price",
        "fill_price",
        "31",
    ),
    "mid": (
        "mid",
        "mid_at_request",
        "request_mid",
        "mid_px",
        "reference_mid",
        "reference_price",
        "arrival_mid",
        "composite_mid",
        "mid_price",
        "631",
    ),
    "bid": ("bid", "market_bid", "mkt_bid_px", "best_bid", "nbbo_bid", "bid_at_request", "645"),
    "ask": (
        "ask",
        "market_ask",
        "mkt_offer_px",
        "best_ask",
        "nbbo_ask",
        "ask_at_request",
        "market_offer",
        "646",
    ),
    "mid_at_trade": ("mid_at_trade", "trade_mid", "mid_at_quote", "quote_mid", "execution_mid", "exec_mid"),
    "mid_after": (
        "mid_after",
        "later_mid",
        "post_mid",
        "reversion_mid",
        "markout_mid",
        "mid_later",
        "post_trade_mid",
    ),
    "volatility": ("volatility", "annual_volatility", "realised_volatility", "realized_volatility", "vol"),
}

_REQUIRED = ("request_id", "time", "quantity", "dealer")
_OF_AN_ANSWER = ("quote", "quote_bid", "quote_offer", "answered", "outcome", "won", "winner", "traded_price")


class Outcome(StrEnum):
    """How a request ended for one dealer that was asked; ENDED is without a trade, and not yet an answer."""

    WON = "won"
    LOST = "lost"
    ENDED = "ended"
    REJECTED = "rejected"
    SILENT = "silent"


_WORDS: Mapping[str, Outcome] = {
    word: outcome
    for outcome, words in {
        # Numbers are FIX's QuoteRespType (694).
        Outcome.WON: "1, 11, won, win, winner, done, traded, trade, filled, hit, lift, lifted, hit lift, "
        "accepted, accept, executed, dealt, bought, sold",
        Outcome.LOST: "2, 4, 5, 9, 10, lost, loss, done away, traded away, away, cover, covered, tied, "
        "tied best, tied cover, missed, quoted, answered, responded, counter",
        Outcome.ENDED: "3, 7, ended, end trade, not done, not traded, no trade, nothing done, expired, "
        "cancelled, canceled",
        Outcome.REJECTED: "rejected, reject, last look, last look reject, last look rejected, "
        "last look rejection, dealer rejected, rejected by dealer, backed out",
        Outcome.SILENT: "6, 8, silent, no quote, noquote, declined, decline, pass, passed, timeout, "
        "timed out, dealer timeout, no response, no answer, not quoted, not answered, ignored",
    }.items()
    for word in words.split(", ")
}


def outcome(text: str) -> Value:
    """An Outcome's value from the words of venues and desks and from FIX's QuoteRespType."""
    word = " ".join(text.casefold().replace("_", " ").replace("-", " ").replace("/", " ").split())
    if word not in _WORDS:
        raise ValueError("an outcome: won, lost, rejected, no quote, or FIX's QuoteRespType")
    return _WORDS[word].value


def answered(text: str) -> Value:
    """1.0 where a dealer answered, 0.0 where not: yes and no, or an outcome's word."""
    try:
        return cells.yes(text)
    except ValueError:
        pass
    try:
        return float(outcome(text) != Outcome.SILENT)
    except ValueError:
        raise ValueError("whether the dealer answered: yes or no") from None


RFQ_TIMES = ("time",)
RFQ_PARSERS: Mapping[str, Callable[[str], Value]] = {
    "request_id": cells.label,
    "date": cells.label,
    "symbol": cells.label,
    "side": cells.side,
    "quantity": cells.number,
    "dealer": cells.label,
    "answered": answered,
    "outcome": outcome,
    "won": cells.yes,
    "winner": cells.label,
    "rejected": cells.yes,
    "volatility": cells.positive,
    **dict.fromkeys(
        (
            "quote",
            "quote_bid",
            "quote_offer",
            "traded_price",
            "mid",
            "bid",
            "ask",
            "mid_at_trade",
            "mid_after",
        ),
        cells.number,
    ),
}


def is_rfq_header(names: Sequence[str]) -> bool:
    """Whether a line of a CSV file is the header."""
    cleaned = [name.strip().strip('"') for name in names]
    try:
        matched = match_columns(cleaned, RFQ_ALIASES, file="")
    except RecordingError:  # a header all the same, whose repetition is reported where it is read
        return True
    return all(name in matched for name in ("request_id", "dealer"))


def require_rfq_columns(matched: MatchedColumns, *, file: str) -> None:
    """Raise RecordingError with every column that a file of requests must have and this one has not."""
    problems = [
        RecordingProblem(
            file=file,
            column=field,
            expected=f"a column with one of the names {', '.join(RFQ_ALIASES[field][:6])} ...",
        )
        for field in _REQUIRED
        if field not in matched
    ]
    if not any(field in matched for field in _OF_AN_ANSWER):
        expected = f"a column that says what the dealers answered: one of {', '.join(_OF_AN_ANSWER)}"
        problems.append(RecordingProblem(file=file, expected=expected))
    if problems:
        raise RecordingError(problems)
