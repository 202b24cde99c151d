"""An arbitrageur: buys at one venue what another bids more for, and so keeps the two together."""

from __future__ import annotations

from execution.book.compiled import compiled
from execution.market.layout import Action, Record, RecordArray
from execution.market.participants.decision import awaits_result, write_ticket


@compiled
def profit_ticks(bid_ticks: int, ask_ticks: int, fees_ticks: float) -> float:
    """What a lot bought at the ask and sold at the bid earns after fees [ticks]."""
    return bid_ticks - ask_ticks - fees_ticks


@compiled
def decide(me: Record, seen: Record, other: Record, fees_ticks: float, tickets: RecordArray) -> int:
    """Take both sides where the books it has seen are crossed by more than fees and threshold."""
    if awaits_result(me):
        return 0
    if profit_ticks(other["bid_ticks"], seen["ask_ticks"], fees_ticks) > me["threshold_ticks"]:
        size = min(seen["ask_quantity"], other["bid_quantity"], max(1, int(me["quantity"])))
        return _take_both(me["book"], seen["ask_ticks"], me["other_book"], other["bid_ticks"], size, tickets)
    if profit_ticks(seen["bid_ticks"], other["ask_ticks"], fees_ticks) > me["threshold_ticks"]:
        size = min(other["ask_quantity"], seen["bid_quantity"], max(1, int(me["quantity"])))
        return _take_both(me["other_book"], other["ask_ticks"], me["book"], seen["bid_ticks"], size, tickets)
    return 0


@compiled
def _take_both(
    buy_book: int, ask_ticks: int, sell_book: int, bid_ticks: int, size: int, tickets: RecordArray
) -> int:
    if size < 1:
        return 0
    count = write_ticket(tickets, 0, Action.TAKE.value, 1, size, ask_ticks, buy_book)
    return write_ticket(tickets, count, Action.TAKE.value, -1, size, bid_ticks, sell_book)
