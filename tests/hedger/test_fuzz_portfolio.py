"""Spoiled portfolio files end in a sentence or in a book that makes sense; nothing else is ever raised."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from hedger.portfolio import Portfolio, PositionKind, read_portfolio
from hedger.scenario import shipped_folder
from pricing.errors import InputError
from pricing.time import close_instant
from tests.hedger.fuzzing import BINARY_MUTATIONS, TEXT_MUTATIONS, cases, spoiled

DAY = date(2018, 2, 5)
BROKERS = (
    "Underlying,Expiration,Strike,Put/Call,Qty,Kind,Style,Multiplier,Currency,Group\n"
    "SPX,2018-03-16,2600,put,-20,option,european,100,USD,strangle\n"
    'SPX,2018-03-16,2800,call,"(1,020)",option,european,100,USD,strangle\n'
    "AAPL,2018-04-20,160,put,5,option,american,100,USD,\nSPY,,,,250,etf,,,USD,\nUSD,,,,5000.25,cash,,,USD,\n"
)
CASES = [
    *cases("example.csv", TEXT_MUTATIONS),
    *cases("brokers.csv", TEXT_MUTATIONS),
    *cases("book.json", TEXT_MUTATIONS),
    *cases("book.parquet", BINARY_MUTATIONS),
]


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    frame = pd.read_csv(shipped_folder() / "portfolios" / "example.csv", comment="#")
    path = tmp_path_factory.mktemp("originals") / "book.parquet"
    frame.to_parquet(path)
    return {
        "example.csv": (shipped_folder() / "portfolios" / "example.csv").read_bytes(),
        "brokers.csv": BROKERS.encode(),
        "book.json": json.dumps(json.loads(frame.to_json(orient="records")), indent=1).encode(),
        "book.parquet": path.read_bytes(),
    }


def test_there_are_at_least_two_hundred_spoiled_books() -> None:
    assert len(CASES) >= 200


def test_unspoiled_files_are_read(originals: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in originals.items():
        (tmp_path / name).write_bytes(content)
        assert len(read_portfolio(tmp_path / name, as_of=DAY).positions) >= 5


@pytest.mark.parametrize(("name", "mutation", "seed"), CASES)
def test_spoiled_book_ends_in_a_sentence_or_a_sound_book(
    originals: dict[str, bytes], tmp_path: Path, name: str, mutation: str, seed: int
) -> None:
    path = tmp_path / name
    path.write_bytes(spoiled(originals[name], mutation, seed))
    try:
        portfolio = read_portfolio(path, as_of=DAY)
    except InputError as error:
        _check_sentences(error, name)
    else:
        _check_sound(portfolio)


def _check_sentences(error: InputError, name: str) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.file == name
        assert problem.expected
        assert str(problem).isprintable()
        assert len(str(problem)) < 1_000


def _check_sound(portfolio: Portfolio) -> None:
    symbols = [position.symbol for position in portfolio.positions]
    assert len(set(symbols)) == len(symbols)
    assert len({position.currency for position in portfolio.positions}) <= 1
    for position in portfolio.positions:
        assert math.isfinite(position.quantity)
        assert position.quantity != 0.0
        assert 0.0 < position.multiplier < math.inf
        assert (position.kind is PositionKind.OPTION) == (position.option is not None)
        if position.option is not None:
            assert position.quantity.is_integer()
            assert 0.0 < position.option.strike < 100_000.0
            assert position.option.expiry > close_instant(DAY)
