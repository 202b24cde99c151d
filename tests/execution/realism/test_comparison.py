from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from execution.realism.comparison import BASELINE, FIRST_PART, SIMULATED, Comparison, Metric, compare
from execution.realism.profile import FACTS, histogram_edges, profile_of
from execution.realism.ruler import ruler_of
from execution.realism.tape import Tape
from tests.execution.realism.tapes import ADD, BID, random_tape, tape_of


@cache
def like() -> tuple[Tape, Tape, Tape]:
    """Three tapes of one law."""
    return random_tape(1, 3_000), random_tape(2, 3_000), random_tape(3, 3_000)


@cache
def other() -> Tape:
    """A tape of a wider, slower market."""
    return random_tape(4, 3_000, spread=8, rate=3.0)


@cache
def comparison() -> Comparison:
    held_out, first_part, simulated = like()
    return compare(
        simulated=simulated, baseline=other(), first_part=first_part, held_out=held_out, repetitions=100
    )


def test_a_tape_is_at_no_distance_from_itself() -> None:
    tape = like()[0]
    found = compare(simulated=tape, baseline=other(), first_part=tape, held_out=tape, repetitions=5)
    assert max(score.simulated.value for score in found.scores) < 1e-9
    assert all(score.is_at_floor for score in found.scores)


def test_a_market_of_the_same_law_is_nearer_than_another_market() -> None:
    found = comparison()
    assert found.better > 0.6 * len(found.scores)  # sizes and kinds are alike in both
    spread = next(score for score in found.of(Metric.WASSERSTEIN) if score.statistic == "spread")
    assert spread.is_better
    assert spread.ratio.upper < 0.5


def test_a_market_of_the_same_law_is_about_as_near_as_the_recordings_own_first_part() -> None:
    means = {each.tape: each.mean for each in comparison().aggregates if each.metric is Metric.L1}
    assert means[SIMULATED].value == pytest.approx(means[FIRST_PART].value, rel=0.3)
    assert means[BASELINE].value > 2.0 * means[FIRST_PART].value


def test_every_interval_holds_its_distance() -> None:
    for score in comparison().scores:
        for found in (score.simulated, score.baseline, score.first_part, score.ratio):
            assert 0.0 <= found.lower <= found.value <= found.upper, score


def test_the_distance_from_a_tape_that_was_redrawn_is_within_the_interval() -> None:
    """Fresh pairs of tapes of the same two laws are about as far apart as the interval says."""
    found = next(s for s in comparison().of(Metric.WASSERSTEIN) if s.statistic == "time between messages")
    for seed in (21, 22, 23):
        fresh = random_tape(seed, 3_000), random_tape(seed + 10, 3_000, spread=8, rate=3.0)
        again = compare(
            simulated=fresh[0], baseline=fresh[1], first_part=fresh[0], held_out=fresh[0], repetitions=2
        )
        score = next(s for s in again.of(Metric.WASSERSTEIN) if s.statistic == found.statistic)
        assert found.baseline.lower - 0.1 < score.baseline.value < found.baseline.upper + 0.1


def test_the_sides_changed_over_the_verdict_is_the_opposite() -> None:
    held_out, first_part, simulated = like()
    turned = compare(
        simulated=other(), baseline=simulated, first_part=first_part, held_out=held_out, repetitions=5
    )
    assert {score.statistic for score in turned.much_worse if score.metric is Metric.WASSERSTEIN} >= {
        "spread",
        "time between messages",
    }
    assert turned.better <= len(turned.scores) - comparison().better


def test_one_seed_gives_one_comparison() -> None:
    held_out, first_part, simulated = like()
    again = compare(
        simulated=simulated, baseline=other(), first_part=first_part, held_out=held_out, repetitions=100
    )
    assert again.scores == comparison().scores


def test_what_a_touch_recording_does_not_hold_is_named() -> None:
    touch = [tape.seen_to(1) for tape in like()]
    found = compare(
        simulated=other(), baseline=touch[2], first_part=touch[1], held_out=touch[0], repetitions=5
    )
    assert {"gap behind the best bid", "level of cancelled asks"} <= set(found.left_out)
    assert not any(score.statistic in found.left_out for score in found.scores)


def test_a_market_that_does_nothing_is_far_from_everything_and_no_error() -> None:
    held_out, first_part, _ = like()
    idle = tape_of([(float(i), ADD, i, BID, 1, 990) for i in range(50)])
    found = compare(simulated=idle, baseline=other(), first_part=first_part, held_out=held_out, repetitions=5)
    distances = {score.statistic: score.simulated.value for score in found.of(Metric.L1)}
    assert distances["spread"] == pytest.approx(1.0)
    assert distances["ask volume | spread"] == pytest.approx(1.0)
    assert all(np.isfinite(score.simulated.value) for score in found.scores)


def test_a_profile_knows_every_fact_of_an_ordinary_tape() -> None:
    tape = like()[0]
    ruler = ruler_of(tape)
    profile = profile_of(tape, ruler, histogram_edges(tape, ruler))
    assert all(profile.facts[name] is not None for name in FACTS)
    assert profile.facts["spread [ticks]"] == pytest.approx(ruler.spread_ticks, rel=0.01)
    for histogram in profile.histograms.values():
        assert histogram.share.sum() == pytest.approx(1.0)
        assert len(histogram.share) == len(histogram.edges) + 1
