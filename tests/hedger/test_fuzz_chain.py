"""Spoiled option chains end in a sentence or in quotes that make sense; nothing else is ever raised."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedger.init import write_example
from pricing.errors import InputError
from pricing.parity import imply_curves
from pricing.quotes import Quotes, read_chain
from tests.hedger.fuzzing import BINARY_MUTATIONS, TEXT_MUTATIONS, cases, spoiled

DAY = date(2018, 2, 5)
CASES = [*cases("chain.csv", TEXT_MUTATIONS), *cases("chain.parquet", BINARY_MUTATIONS)]


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("originals")
    *_, chain = write_example(folder)
    frame = pd.read_csv(chain)
    frame.to_parquet(folder / "chain.parquet")
    return {"chain.csv": chain.read_bytes(), "chain.parquet": (folder / "chain.parquet").read_bytes()}


def test_there_are_at_least_two_hundred_spoiled_chains() -> None:
    assert len(CASES) >= 200


def test_unspoiled_chains_are_read(originals: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in originals.items():
        (tmp_path / name).write_bytes(content)
        assert len(read_chain(tmp_path / name, underlying="SPX", as_of=DAY)) > 300


@pytest.mark.parametrize(("name", "mutation", "seed"), CASES)
def test_spoiled_chain_ends_in_a_sentence_or_sound_quotes(
    originals: dict[str, bytes], tmp_path: Path, name: str, mutation: str, seed: int
) -> None:
    path = tmp_path / name
    path.write_bytes(spoiled(originals[name], mutation, seed))
    try:
        quotes = read_chain(path, underlying="SPX", as_of=DAY)
        imply_curves(quotes)
    except InputError as error:
        _check_sentences(error, name)
    else:
        _check_sound(quotes)


@pytest.mark.parametrize("name", ["", "none.csv"])
def test_directory_or_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        read_chain(tmp_path / name, underlying="SPX", as_of=DAY)


def _check_sentences(error: InputError, name: str) -> None:
    assert error.problems
    assert all(problem.file == name and str(problem).isprintable() for problem in error.problems)


def _check_sound(quotes: Quotes) -> None:
    assert quotes.spot > 0.0
    assert len(quotes) + sum(quotes.dropped.values()) == quotes.received
    assert np.all((quotes.strike > 0.0) & np.isfinite(quotes.strike))
    assert np.all((quotes.bid > 0.0) & (quotes.bid <= quotes.ask) & np.isfinite(quotes.ask))
    assert np.all(quotes.expiry_years > 0.0)
