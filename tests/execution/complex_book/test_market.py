from __future__ import annotations

import copy
import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.book.layout import MessageKind
from execution.complex_book.instrument import ComplexInstrument, ComplexLeg
from execution.complex_book.layout import MESSAGE
from execution.complex_book.market import ComplexMarket
from execution.complex_book.orders import ComplexOrder, LegOrder, Report
from execution.errors import BookCapacityError, OrderRejectedError
from execution.orders import Liquidity, Side, TimeInForce
from tests.twins.complex_audit import audited
from tests.twins.complex_streams import random_messages, random_pair

SEEDS = st.integers(0, 2**32 - 1)
BUY, SELL = Side.BUY, Side.SELL
IMMEDIATE = TimeInForce.IMMEDIATE_OR_CANCEL


def spread(ratio: int = 1) -> ComplexInstrument:
    """Buys one `a` for each `ratio` of `b` that it sells."""
    legs = (ComplexLeg(symbol="a", ratio=1, side=BUY), ComplexLeg(symbol="b", ratio=ratio, side=SELL))
    return ComplexInstrument(name="spread", legs=legs)


def market(ratio: int = 1) -> ComplexMarket:
    return ComplexMarket(("a", "b"), (spread(ratio),), reference_ticks={"a": 520, "b": 210})


def leg(to: ComplexMarket, symbol: str, side: Side, quantity: int, limit: int | None = None) -> Report:
    return to.submit(LegOrder(symbol=symbol, side=side, quantity=quantity, limit_ticks=limit))


def packages(to: ComplexMarket, side: Side, count: int, limit: int | None = None) -> Report:
    return to.submit(ComplexOrder(instrument="spread", side=side, packages=count, net_limit_ticks=limit))


def quoted(ratio: int = 1) -> ComplexMarket:
    """Offers of `a` at 520 and 525, bids of `b` at 210 and 205."""
    made = market(ratio)
    for price, quantity in ((520, 7), (525, 10)):
        leg(made, "a", SELL, quantity, price)
    for price, quantity in ((210, 9), (205, 20)):
        leg(made, "b", BUY, quantity, price)
    return made


def test_a_market_order_pays_what_its_sweep_said() -> None:
    made = quoted(2)
    packages(made, SELL, 3, 102)
    planned = made.sweep("spread", BUY, 9)
    report = packages(made, BUY, 9)
    assert sum(fill.total_ticks for fill in report.package_fills if fill.side == BUY) == planned.total_ticks
    assert report.leaves == 0


def test_real_packages_trade_before_implied_ones_at_the_same_price() -> None:
    made = quoted()
    packages(made, SELL, 1, 310)
    first = packages(made, BUY, 1).package_fills
    assert [fill.liquidity for fill in first] == [Liquidity.MAKER, Liquidity.TAKER]
    assert made.leg_ladder("a", SELL).levels[0] == (520, 7)


def test_a_real_leg_order_trades_before_an_implied_one_at_the_same_price() -> None:
    made = market()
    packages(made, BUY, 1, 310)
    leg(made, "b", BUY, 1, 210)
    real = leg(made, "a", BUY, 1, 520).order_id
    fills = leg(made, "a", SELL, 1, 520).leg_fills
    assert {fill.order_id for fill in fills if fill.side == BUY} == {real}


def test_a_leg_order_trades_with_a_resting_package_and_the_other_leg() -> None:
    made = market()
    packages(made, BUY, 4, 300)
    leg(made, "b", BUY, 3, 210)
    assert made.implied_leg("spread", "a", BUY).levels == [(510, 3)]
    report = leg(made, "a", SELL, 5, 505)
    (fill,) = report.package_fills
    assert (fill.packages, fill.net_ticks, fill.side) == (3, 300, BUY)
    assert [(one.symbol, one.side, one.quantity, one.price_ticks) for one in report.leg_fills] == [
        ("b", BUY, 3, 210),
        ("a", SELL, 3, 510),
    ]
    assert (report.leaves, report.rests) == (2, True)


def test_implied_orders_never_trade_with_each_other() -> None:
    """A bid of `a` and an offer of `a` that two packages imply cross, and nothing happens."""
    legs = (ComplexLeg(symbol="a", ratio=1, side=BUY), ComplexLeg(symbol="c", ratio=1, side=SELL))
    other = ComplexInstrument(name="other", legs=legs)
    made = ComplexMarket(("a", "b", "c"), (spread(), other))
    leg(made, "b", BUY, 1, 210)
    leg(made, "c", SELL, 1, 100)
    packages(made, BUY, 1, 310)
    report = made.submit(ComplexOrder(instrument="other", side=SELL, packages=1, net_limit_ticks=400))
    bid, offer = made.implied_leg("spread", "a", BUY), made.implied_leg("other", "a", SELL)
    assert bid.levels[0][0] > offer.levels[0][0]
    assert report.package_fills == report.leg_fills == ()


def test_contracts_below_the_ratio_imply_nothing() -> None:
    made = market(3)
    leg(made, "a", SELL, 1, 520)
    leg(made, "b", BUY, 2, 210)
    assert made.implied("spread", SELL).levels == []
    assert packages(made, BUY, 1).leaves == 1


def test_an_odd_contract_that_completes_a_package_lets_it_trade_at_the_legs_prices() -> None:
    made = market(2)
    packages(made, BUY, 1, 101)
    leg(made, "a", SELL, 1, 520)
    leg(made, "b", BUY, 1, 210)
    report = leg(made, "b", BUY, 1, 211)
    (fill,) = report.package_fills
    assert fill.total_ticks == 520 - 210 - 211
    assert (report.leaves, report.rests) == (0, False)


def test_leg_prices_of_two_packages_that_meet_lie_within_the_quotes_and_add_up() -> None:
    made = quoted(2)
    leg(made, "a", BUY, 1, 510)
    leg(made, "b", SELL, 1, 215)
    packages(made, BUY, 4, 93)
    bought = next(fill for fill in packages(made, SELL, 4, 93).package_fills if fill.side == BUY)
    assert bought.total_ticks == 4 * 93
    assert all(510 <= fill.price_ticks <= 520 for fill in bought.legs if fill.symbol == "a")
    assert all(210 <= fill.price_ticks <= 215 for fill in bought.legs if fill.symbol == "b")


def test_packages_meet_where_no_leg_is_quoted() -> None:
    made = market(2)
    packages(made, BUY, 4, 93)
    bought = next(fill for fill in packages(made, SELL, 4, 93).package_fills if fill.side == BUY)
    assert bought.total_ticks == 4 * 93


def test_the_older_of_two_equal_packages_trades_first() -> None:
    made = market()
    older = packages(made, BUY, 1, 300).order_id
    packages(made, BUY, 1, 300)
    leg(made, "b", BUY, 1, 210)
    assert [fill.order_id for fill in leg(made, "a", SELL, 1).package_fills] == [older]


def test_immediate_orders_do_not_rest_and_market_orders_neither() -> None:
    made = quoted()
    order = ComplexOrder(
        instrument="spread", side=BUY, packages=2, net_limit_ticks=1, time_in_force=IMMEDIATE
    )
    assert not made.submit(order).rests
    assert not packages(made, BUY, 100).rests
    assert made.complex_book("spread").live_orders == 0


def test_a_cancelled_order_is_out_of_both_kinds_of_book() -> None:
    made = quoted()
    one, other = packages(made, BUY, 2, 1).order_id, leg(made, "a", SELL, 3, 530).order_id
    assert (made.cancel(one), made.cancel(other), made.cancel(one), made.cancel(10**9)) == (2, 3, 0, 0)
    assert made.complex_book("spread").live_orders == 0


@settings(max_examples=25)
@given(SEEDS)
def test_no_rule_is_broken_after_any_message(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made, _ = random_pair(rng)
    audited(made, random_messages(rng, made, 600))


@settings(max_examples=25)
@given(SEEDS)
def test_reports_conserve_contracts_and_cash(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made, _ = random_pair(rng)
    bought, cash = Counter[str](), 0
    for message in random_messages(rng, made, 60):
        if message["kind"] == MessageKind.CANCEL:
            made.cancel(int(message["order_id"]))
            continue
        report = made.submit(as_order(made, message))
        legs = [fill for package in report.package_fills for fill in package.legs]
        for fill in (*report.leg_fills, *legs):
            bought[fill.symbol] += fill.side * fill.quantity
            cash += fill.side * fill.quantity * fill.price_ticks
        for package in report.package_fills:
            check_ratio(made, package.instrument, Counter(), package.legs, package.side * package.packages)
    assert cash == 0
    assert set(bought.values()) <= {0}


def check_ratio(made: ComplexMarket, name: str, held: Counter[str], legs: object, packages: int) -> None:
    for fill in legs:  # type: ignore[attr-defined]
        held[fill.symbol] += fill.side * fill.quantity
    instrument = made.instrument(name)
    expected = zip(instrument.symbols, instrument.weights, strict=True)
    assert held == {symbol: weight * packages for symbol, weight in expected}


def as_order(made: ComplexMarket, message: np.void) -> ComplexOrder | LegOrder:
    side, quantity, price = (int(message[name]) for name in ("side", "quantity", "price_ticks"))
    limit = None if message["kind"] == MessageKind.MARKET else price
    force = IMMEDIATE if message["kind"] == MessageKind.IMMEDIATE_OR_CANCEL else TimeInForce.DAY
    at = int(message["book"])
    if at < len(made.symbols):
        return LegOrder(
            symbol=made.symbols[at],
            side=Side(side),
            quantity=quantity,
            limit_ticks=limit,
            time_in_force=force,
        )
    name = made.instruments[at - len(made.symbols)].name
    return ComplexOrder(
        instrument=name, side=Side(side), packages=quantity, net_limit_ticks=limit, time_in_force=force
    )


@settings(max_examples=15)
@given(SEEDS, st.integers(1, 200))
def test_where_a_stream_is_cut_changes_nothing(seed: int, cut: int) -> None:
    rng = np.random.default_rng(seed)
    whole, _ = random_pair(rng)
    parts = copy.deepcopy(whole)
    messages = random_messages(rng, whole, 200)
    together = whole.process(messages)[1]
    apart = [parts.process(part)[1] for part in (messages[:cut], messages[cut:])]
    assert np.concatenate(apart).tolist() == together.tolist()


@settings(max_examples=20)
@given(SEEDS)
def test_a_sweep_is_what_a_market_order_then_pays(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made, _ = random_pair(rng)
    made.process(random_messages(rng, made, 150))
    package = made.instruments[0]
    side, count = Side(int(rng.choice((1, -1)))), int(rng.integers(1, 10))
    planned = made.sweep(package.name, side, count)
    report = made.submit(ComplexOrder(instrument=package.name, side=side, packages=count))
    own = [fill for fill in report.package_fills if fill.order_id == report.order_id]
    assert sum(fill.total_ticks for fill in own) == planned.total_ticks
    assert report.leaves == planned.leaves


def test_copies_have_books_of_their_own() -> None:
    made = quoted()
    for other in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):  # noqa: S301
        packages(other, BUY, 7)
        assert other.leg_ladder("a", SELL).levels == [(525, 10)]
    assert made.leg_ladder("a", SELL).levels == [(520, 7), (525, 10)]


def test_books_grow_with_prices_and_orders() -> None:
    made = market()
    for number in range(600):
        leg(made, "a", BUY, 1, -number * 50)
    leg(made, "a", BUY, 1, 500_000)
    assert made.leg_book("a").live_orders == 601
    assert leg(made, "a", SELL, 601).leaves == 0


def test_a_level_of_more_contracts_than_one_order_takes_keeps_the_ratio() -> None:
    made, most = market(3), 2**31 - 1
    for _ in range(4):
        leg(made, "b", BUY, most, 210)
    leg(made, "a", SELL, most, 520)
    report = packages(made, BUY, most)
    assert sum(fill.packages for fill in report.package_fills) == most
    for fill in report.package_fills:
        check_ratio(made, "spread", Counter(), fill.legs, fill.packages)


def test_prices_too_far_apart_are_refused_with_nothing_done() -> None:
    made = quoted()
    messages = np.zeros(2, MESSAGE)
    messages["side"], messages["quantity"], messages["price_ticks"] = 1, 1, (525, -(2**21))
    with pytest.raises(BookCapacityError, match="book 0 would reach from -2097152 to 525 ticks"):
        made.process(messages)
    assert made.leg_ladder("a", SELL).levels == [(520, 7), (525, 10)]


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (LegOrder(symbol="z", side=BUY, quantity=1), "unknown symbol 'z', expected one of a, b"),
        (
            ComplexOrder(instrument="z", side=BUY, packages=1),
            "unknown instrument 'z', expected one of spread",
        ),
        (
            ComplexOrder(instrument="spread", side=BUY, packages=0),
            "spread: packages is 0, expected an integer",
        ),
        (LegOrder(symbol="a", side=BUY, quantity=2**31), "a: quantity is 2147483648, expected an integer"),
        (LegOrder(symbol="a", side=BUY, quantity=1, limit_ticks=float("nan")), "a: limit is nan"),  # type: ignore[arg-type]
        (LegOrder(symbol="a", side=BUY, quantity=1, limit_ticks=2**31), "a: limit is 2147483648"),
        (LegOrder(symbol="a", side=0, quantity=1), r"side is 0, expected \+1 or -1"),  # type: ignore[arg-type]
        (LegOrder(symbol="a", side=BUY, quantity=1, owner=2**40), "owner is 1099511627776"),
        (LegOrder(symbol="a", side=BUY, quantity=1, limit_ticks=1, time_in_force=9), "time_in_force is 9"),  # type: ignore[arg-type]
    ],
)
def test_an_order_that_no_market_takes_is_refused_in_a_sentence(
    order: ComplexOrder | LegOrder, sentence: str
) -> None:
    with pytest.raises(OrderRejectedError, match=sentence):
        market().submit(order)


@pytest.mark.parametrize("field", ["kind", "book", "side", "quantity", "price_ticks"])
def test_a_message_that_no_market_takes_is_named(field: str) -> None:
    messages = np.zeros(2, MESSAGE)
    messages["side"], messages["quantity"] = 1, 1
    messages[field][1] = {"kind": 4, "book": 3, "side": 0, "quantity": 0, "price_ticks": -(2**31)}[field]
    with pytest.raises(OrderRejectedError, match=f"message 1: {field} is "):
        market().process(messages)


@pytest.mark.parametrize(
    ("symbols", "instruments", "reference", "sentence"),
    [
        ((), (), {}, "no symbol is listed"),
        (("a", "a", "b"), (spread(),), {}, "expected every symbol and instrument once"),
        (("a",), (spread(),), {}, "spread: no book trades b"),
        (("a", "b"), (spread(),), {"z": 1}, "reference_ticks: no book trades z"),
        (("a", "b"), (spread(4),), {}, "ratio 4 to 1, the venue takes 3 to 1"),
    ],
)
def test_a_market_that_cannot_be_is_refused(
    symbols: tuple[str, ...],
    instruments: tuple[ComplexInstrument, ...],
    reference: dict[str, int],
    sentence: str,
) -> None:
    with pytest.raises(OrderRejectedError, match=sentence):
        ComplexMarket(symbols, instruments, reference_ticks=reference)


def test_the_same_legs_turned_round_are_the_same_package() -> None:
    turned = tuple(
        ComplexLeg(symbol=leg.symbol, ratio=leg.ratio, side=Side(-leg.side)) for leg in spread().legs
    )
    with pytest.raises(OrderRejectedError, match="turned has the same legs as spread"):
        ComplexMarket(("a", "b"), (spread(), ComplexInstrument(name="turned", legs=turned)))
