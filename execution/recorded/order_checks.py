"""Checks that follow every order through the recording, and what is done about what they find."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from execution.recorded.messages import IntArray, RecordedKind
from execution.recorded.order_links import NO_ORDER, OrderLinks, link_orders
from execution.recorded.quality import Finding, Flaw
from execution.recorded.raw_rows import Mask, RawRows


def check_orders(rows: RawRows, price_ticks: IntArray, file: str) -> tuple[RawRows, IntArray, list[Finding]]:
    """Drop what cannot be, mend quantities, prices and sides after the order's own, and tell of each."""
    findings: list[Finding] = []
    for flaw, expected, check in (
        (Flaw.DUPLICATE, "each message once", _twice),
        (Flaw.LIVING_ID, "an id that no living order has", _living_id),
        (Flaw.GONE_ORDER, "an order that is still there", _gone),
    ):
        wrong = check(rows)
        findings += rows.finding(flaw, file, wrong, "order_id", expected, "dropped")
        if wrong.any():
            rows, price_ticks = rows.rows(~wrong), price_ticks[~wrong]
    links = _links(rows)
    findings += strangers(rows, file)
    rows, found = _fit_quantities(rows, links, file)
    rows, price_ticks, also = _fit_prices(rows, price_ticks, links, file)
    return rows, price_ticks, findings + found + also


def _links(rows: RawRows) -> OrderLinks:
    return link_orders(rows.kind, rows.order_id, rows.quantity)


def _takes(rows: RawRows) -> Mask:
    """Messages that take from a visible order."""
    return np.asarray((rows.kind >= RecordedKind.REDUCE) & (rows.kind <= RecordedKind.TRADE))


def _twice(rows: RawRows) -> Mask:
    """Rows equal to an earlier one of the same instant that their order cannot bear twice.

    Equal fills of one order in one instant do happen; they are doubles only where the order would have to
    give more than it had. Hidden trades carry no id and are never called doubles.
    """
    equal = _equal_before(rows)
    equal &= rows.kind <= RecordedKind.TRADE
    if not equal.any():
        return equal
    links = _links(rows)
    beyond = _takes(rows) & (links.added_at != NO_ORDER) & (links.leaves_before != rows.quantity)
    beyond &= (rows.kind == RecordedKind.DELETE) | (links.leaves_before < rows.quantity)
    spent = _takes(rows) & (links.added_at == NO_ORDER)
    overdrawn = np.unique(rows.order_id[beyond | spent])
    whole = (rows.kind == RecordedKind.ADD) | (rows.kind == RecordedKind.DELETE)
    return np.asarray(equal & (whole | np.isin(rows.order_id, overdrawn)))


def _equal_before(rows: RawRows) -> Mask:
    columns = (rows.line, rows.price, rows.quantity, rows.side, rows.kind, rows.order_id, rows.ts_ns)
    order = np.lexsort(columns)
    same = np.ones(max(len(rows) - 1, 0), np.bool_)
    for column in columns[1:]:
        same &= np.diff(column[order]) == 0
    equal = np.zeros(len(rows), np.bool_)
    equal[order[1:]] = same
    return equal


def _living_id(rows: RawRows) -> Mask:
    links = _links(rows)
    return np.asarray((rows.kind == RecordedKind.ADD) & (links.leaves_before > 0))


def _gone(rows: RawRows) -> Mask:
    """Messages about an order that the recording added and of which nothing is left."""
    links = _links(rows)
    added = np.unique(rows.order_id[rows.kind == RecordedKind.ADD])
    orphan = _takes(rows) & (links.added_at == NO_ORDER)
    if not orphan.any():
        return np.asarray(orphan)
    first_added = np.full(len(added), len(rows))
    adds = np.flatnonzero(rows.kind == RecordedKind.ADD)
    np.minimum.at(first_added, np.searchsorted(added, rows.order_id[adds]), adds)
    known = np.isin(rows.order_id, added)
    place = np.searchsorted(added, rows.order_id[known])
    after = np.zeros(len(rows), np.bool_)
    after[known] = np.flatnonzero(known) > first_added[place]
    return np.asarray(orphan & after)


def strangers(rows: RawRows, file: str) -> list[Finding]:
    """Orders that were never added: older than the recording where their id is below every added one."""
    links = _links(rows)
    orphan = _takes(rows) & (links.added_at == NO_ORDER)
    added = rows.order_id[rows.kind == RecordedKind.ADD]
    old = orphan & (rows.order_id < (added.min() if len(added) else np.iinfo(np.int64).max))
    treatment = "taken from the volume that was there before"
    findings = rows.finding(Flaw.OLD_ORDER, file, old, "order_id", "an order of the recording", treatment)
    return findings + rows.finding(
        Flaw.UNKNOWN_ORDER, file, orphan & ~old, "order_id", "an order of the recording", treatment
    )


def _fit_quantities(rows: RawRows, links: OrderLinks, file: str) -> tuple[RawRows, list[Finding]]:
    linked = _takes(rows) & (links.added_at != NO_ORDER)
    deletes = rows.kind == RecordedKind.DELETE
    too_much = linked & ~deletes & (rows.quantity > links.leaves_before)
    other = linked & deletes & (rows.quantity != links.leaves_before)
    treatment = "cut to what the order had"
    findings = rows.finding(
        Flaw.TOO_MUCH, file, too_much, "quantity", "at most what the order had", treatment
    )
    findings += rows.finding(
        Flaw.OTHER_QUANTITY, file, other, "quantity", "what the order had", "set to what the order had"
    )
    if not findings:
        return rows, []
    return replace(rows, quantity=np.where(too_much | other, links.leaves_before, rows.quantity)), findings


def _fit_prices(
    rows: RawRows, price_ticks: IntArray, links: OrderLinks, file: str
) -> tuple[RawRows, IntArray, list[Finding]]:
    linked = _takes(rows) & (links.added_at != NO_ORDER)
    price, side = price_ticks[links.added_at], rows.side[links.added_at]
    wrong = linked & ((price != price_ticks) | (side != rows.side))
    findings = rows.finding(
        Flaw.OTHER_PRICE, file, wrong, "price", "the price and side of its order", "given its order's"
    )
    if not findings:
        return rows, price_ticks, []
    return (
        replace(rows, side=np.where(wrong, side, rows.side)),
        np.where(wrong, price, price_ticks),
        findings,
    )
