"""Nothing is created or lost in the books, whatever trades and in whatever order."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from execution.orders import Fill, Liquidity, Side, TradingRules
from hedger.ledger import Ledger
from hedger.portfolio import Portfolio, Position, PositionKind

RULES = {
    "ES": TradingRules(symbol="ES", tick_size=0.25, multiplier=50.0),
    "SPY": TradingRules(symbol="SPY", tick_size=0.01, multiplier=1.0),
}
KINDS = {"ES": PositionKind.FUTURE, "SPY": PositionKind.ETF}
MULTIPLIERS = {"ES": 50.0, "SPY": 0.1}

FILLS = st.lists(
    st.builds(
        lambda symbol, side, quantity, ticks, fee: Fill(
            parent_id="p",
            symbol=symbol,
            side=side,
            quantity=quantity,
            price_ticks=ticks,
            ts_ns=0,
            fee=fee,
            liquidity=Liquidity.TAKER,
        ),
        st.sampled_from(sorted(RULES)),
        st.sampled_from(Side),
        st.integers(1, 10_000),
        st.integers(1, 50_000),
        st.floats(0.0, 1e4),
    ),
    min_size=1,
    max_size=30,
)
PRICES = st.floats(0.01, 1e5)


def line(symbol: str, quantity: float = 0.0) -> Position:
    return Position(
        symbol=symbol,
        kind=KINDS[symbol],
        quantity=quantity,
        underlying="SPX",
        multiplier=MULTIPLIERS[symbol],
        currency="USD",
    )


def booked(fills: list[Fill]) -> Ledger:
    ledger = Ledger(Portfolio(positions=(line("ES", 7.0),)), settlement={"ES": 50 * 2650.0})
    for fill in fills:
        ledger.book(fill, line(fill.symbol), RULES[fill.symbol])
    return ledger


def contract_value(fill: Fill) -> Fraction:
    rules = RULES[fill.symbol]
    return fill.price_ticks * Fraction(rules.tick_size) * Fraction(rules.multiplier)


@given(fills=FILLS, seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=200)
def test_any_order_of_the_same_fills_gives_the_same_books_to_the_last_bit(
    fills: list[Fill], seed: int
) -> None:
    shuffled = list(fills)
    Random(seed).shuffle(shuffled)  # noqa: S311
    one, other = booked(fills), booked(shuffled)
    assert (one.cash, one.fees) == (other.cash, other.fees)
    assert {p.symbol: p.quantity for p in one.portfolio().positions} == {
        p.symbol: p.quantity for p in other.portfolio().positions
    }


@given(fills=FILLS, future=PRICES, share=PRICES)
@settings(deadline=None, max_examples=200)
def test_wealth_moves_by_exactly_the_profit_of_every_fill(
    fills: list[Fill], future: float, share: float
) -> None:
    marks = {"ES": 50 * future, "SPY": share}
    opening = 7 * (Fraction(marks["ES"]) - Fraction(50 * 2650.0))
    profit = sum(
        int(f.side) * f.quantity * (Fraction(marks[f.symbol]) - contract_value(f)) - Fraction(f.fee)
        for f in fills
    )
    assert booked(fills).wealth(marks) == float(opening + profit)


@given(fills=FILLS, future=PRICES, share=PRICES)
@settings(deadline=None, max_examples=100)
def test_paying_the_margin_changes_no_wealth(fills: list[Fill], future: float, share: float) -> None:
    marks = {"ES": 50 * future, "SPY": share}
    ledger = booked(fills)
    before = ledger.wealth(marks)
    ledger.settle(marks)
    assert ledger.wealth(marks) == before


@given(fills=FILLS)
@settings(deadline=None, max_examples=100)
def test_contracts_held_are_contracts_bought_less_contracts_sold(fills: list[Fill]) -> None:
    ledger = booked(fills)
    for symbol, opening in (("ES", 7), ("SPY", 0)):
        assert ledger.quantity(symbol) == opening + sum(
            int(f.side) * f.quantity for f in fills if f.symbol == symbol
        )


@given(fills=FILLS)
@settings(deadline=None, max_examples=100)
def test_fees_paid_are_the_fills_fees(fills: list[Fill]) -> None:
    assert booked(fills).fees == float(sum((Fraction(f.fee) for f in fills), Fraction(0)))
