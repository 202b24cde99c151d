"""Spoiled manifests end in a sentence or in a configuration that makes sense; nothing else is ever raised."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from hedger.config import MarketConfig, read_market_config
from hedger.errors import InputError
from hedger.init import write_example
from tests.hedger.fuzzing import TEXT_MUTATIONS, cases, spoiled

CASES = [(mutation, seed) for _, mutation, seed in cases("market.toml", TEXT_MUTATIONS)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("example")
    write_example(target)
    return target / "market"


@pytest.fixture(scope="module")
def original(folder: Path) -> bytes:
    return (folder / "market.toml").read_bytes()


@pytest.mark.parametrize(("mutation", "seed"), CASES)
def test_spoiled_manifest_ends_in_a_sentence_or_a_sound_market(
    folder: Path, original: bytes, mutation: str, seed: int
) -> None:
    (folder / "market.toml").write_bytes(spoiled(original, mutation, seed))
    try:
        config = read_market_config(folder)
    except InputError as error:
        _check_sentences(error)
    else:
        _check_sound(config)


def _check_sentences(error: InputError) -> None:
    assert error.problems
    assert all(problem.file.endswith("market.toml") and problem.expected for problem in error.problems)


def _check_sound(config: MarketConfig) -> None:
    for underlying in config.underlyings.values():
        assert underlying.chain is None or underlying.chain.is_file()
        if underlying.hedge is not None:
            assert underlying.hedge.symbol
            assert 0.0 < underlying.hedge.tick_size < math.inf
            assert underlying.hedge.lot_size >= 1
