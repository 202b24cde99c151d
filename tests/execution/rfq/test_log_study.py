"""What a desk's own requests say: planted terms recovered, units, short histories, leaks, advice."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import binomtest

from execution.rfq.asker import AskTerms, best_ask, cost_parts, expected_ask
from execution.rfq.best_quote import QuoteLaws
from execution.rfq.log_advice import AskAdvice, advise
from execution.rfq.log_calibration import win_calibration
from execution.rfq.log_dealers import dealer_records, shrunk_means
from execution.rfq.log_estimates import jackknifed, mean_of, share_of
from execution.rfq.log_example import (
    HALF_SPREAD,
    TYPICAL_QUANTITY,
    example_history,
    example_panel,
    history_of,
)
from execution.rfq.log_forecast import FEWEST_FOR_ADVICE, NextRequest, forecast_request
from execution.rfq.log_history import RfqHistory
from execution.rfq.log_leakage import leak_shares, request_leakage
from execution.rfq.log_measures import CostUnit, MeasuredRequests, measured
from execution.rfq.log_waiting import waiting_advice
from execution.rfq.panel import leaks
from execution.rfq.simulation import drawn_requests, simulate
from tests.twins.rfq_worlds import independent_panel, true_laws

REQUESTS, DEALERS = 1_500, 5
PLAIN = NextRequest(side=1.0, size=1.0, volatility=1.0, outside=1.0)


@cache
def history() -> RfqHistory:
    return example_history(REQUESTS, DEALERS)


@cache
def requests() -> MeasuredRequests:
    found = measured(history())
    assert found is not None
    return found


@cache
def advice() -> AskAdvice:
    found = advise(requests(), PLAIN, most=DEALERS)
    assert found is not None
    return found


def of(some: RfqHistory, **columns: object) -> MeasuredRequests:
    found = measured(replace(some, **columns))  # type: ignore[arg-type]
    assert found is not None
    return found


def nothing(some: RfqHistory) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.full(len(some), np.nan)


def test_answers_and_markups_lie_around_the_planted_terms() -> None:
    counts = history().asked.sum(axis=1)
    size, volatility = history().quantity / TYPICAL_QUANTITY, history().volatility / 0.2
    for at, (record, dealer) in enumerate(
        zip(dealer_records(history(), requests()), example_panel(DEALERS), strict=True)
    ):
        odds = dealer.response - dealer.response_dealers * np.log(counts)
        odds -= dealer.response_size * np.log(size) + dealer.response_volatility * np.log(volatility)
        own = history().asked[:, at]
        wide = 1.5 * (record.answered.upper - record.answered.lower) / 2.0
        assert record.answered.value == pytest.approx(expit(odds[own]).mean(), abs=wide)
        markup = (
            dealer.markup + dealer.markup_size * np.log(size) + dealer.markup_volatility * np.log(volatility)
        )
        markup += dealer.markup_shared / counts
        bps = 1e4 * HALF_SPREAD * markup / history().mid
        wide = 1.5 * (record.markup.upper - record.markup.lower) / 2.0
        assert record.markup.value == pytest.approx(bps[history().answered[:, at]].mean(), abs=wide)


def test_the_planted_leaks_are_found_and_of_them_the_largest() -> None:
    before, after = leak_shares(requests())
    planted = leaks(example_panel(DEALERS))
    assert before is not None
    assert after is not None
    assert before == pytest.approx(planted[0], abs=0.012)
    assert after.sum() == pytest.approx(planted[1].sum(), rel=0.5)
    assert int(before.argmax()) == int(planted[0].argmax())


def test_a_matched_leak_until_the_quotes_holds_the_planted_one() -> None:
    found = request_leakage(of(history(), mid_after=nothing(history())))
    assert found is not None
    assert not found.later
    size = requests().log.requests.size
    bps = 1e4 * HALF_SPREAD / history().mid
    misses = 0
    for at, leak in enumerate(found.matched):
        own = history().asked[:, at] & (history().asked.sum(axis=1) > 1)
        planted = leaks(example_panel(DEALERS))[0][at] * float((size * bps)[own].mean())
        assert leak is not None
        misses += not leak.lower <= planted <= leak.upper
    assert misses <= 1


def test_without_a_leak_none_is_found_in_19_of_20() -> None:
    rng, found = np.random.default_rng(5), []
    for seed in range(4):
        some = example_history(400, 5, seed)
        leakage = request_leakage(of(some, mid_after=some.mid + rng.standard_normal(len(some))))
        assert leakage is not None
        found += [leak for leak in leakage.matched if leak is not None]
    outside = sum(not leak.lower <= 0.0 <= leak.upper for leak in found)
    assert len(found) == 20
    assert outside <= 4  # above which chance is 1 in 390


def test_the_advice_is_near_the_best_that_the_planted_terms_allow() -> None:
    rng, panel = np.random.default_rng(0), independent_panel()
    log = simulate(drawn_requests(1_000, len(panel), rng), panel, np.random.SeedSequence(0))
    found = measured(history_of(log, tuple("ABCDEFGH"), rng))
    assert found is not None
    asked = advise(found, PLAIN, most=4)
    before, after = leaks(panel)
    terms = AskTerms(leak_before=before, leak_after=after, outside=PLAIN.outside)

    def laws(count: int) -> QuoteLaws:
        return true_laws(panel, count=count, size=1.0, volatility=1.0)

    assert asked is not None
    paid = expected_ask(laws(len(asked.best.dealers)), terms, asked.best.dealers).expected_cost
    assert paid <= best_ask(laws, terms).expected_cost + 0.03
    assert asked.bound <= paid


def test_the_parts_of_a_cost_add_up_and_bound_and_everybody_frame_it() -> None:
    found = advice()
    for ask in found.by_count[1:]:
        assert sum(cost_parts(ask, found.forecast.terms).values()) == pytest.approx(ask.expected_cost)
        assert found.bound <= ask.expected_cost
    assert found.best.expected_cost <= min(found.everybody.expected_cost, PLAIN.outside)
    assert found.cost.lower < found.cost.value < found.cost.upper
    assert found.reservation <= PLAIN.outside
    assert not set(found.second.dealers) & set(found.best.dealers)


def test_a_larger_request_goes_to_no_more_dealers_and_nobody_is_asked_where_elsewhere_is_free() -> None:
    forecast = advice().forecast
    for outside, size, most in ((1.0, 8.0, len(advice().best.dealers) - 1), (-1.0, 1.0, 0)):
        request = replace(PLAIN, size=size, outside=outside)
        found = forecast_request(requests(), request, with_model=False)
        found = replace(found, model=forecast.model)
        best = best_ask(lambda count, at=request, by=found: by.laws(at, count), found.terms)
        assert len(best.dealers) <= most


def test_forecasts_of_who_wins_beat_past_frequencies_on_later_requests() -> None:
    found = win_calibration(requests())
    assert found is not None
    assert found.gain.lower > 0.0
    assert found.gain.value == pytest.approx(found.base_log_loss - found.log_loss)
    assert found.reliability is not None
    assert found.reliability.slope[1] < 1.0 < found.reliability.slope[2]
    assert found.trained + found.tested == REQUESTS


def test_later_requests_do_not_touch_what_earlier_ones_are_told() -> None:
    whole, cut = requests(), requests().part(np.arange(1_350))
    found, earlier = win_calibration(whole), win_calibration(cut)
    assert found is not None
    assert earlier is not None
    assert earlier.tested == 270
    changed = replace(
        whole,
        log=replace(whole.log, markup=np.where(np.arange(REQUESTS)[:, None] < 1_200, whole.log.markup, 0.0)),
    )
    again = win_calibration(changed)
    assert again is not None
    assert again.trained == found.trained


def test_waiting_pays_where_the_market_is_busy_and_asking_where_it_is_quiet() -> None:
    found = waiting_advice(requests(), advice(), looks=3)
    assert found is not None
    assert found.asks[0]
    assert np.all(found.value <= found.cost + 1e-12)
    assert found.cost[0] < found.cost[2]
    none = waiting_advice(of(history(), volatility=nothing(history())), advice(), looks=3)
    assert none is None


def test_without_a_quiet_usual_and_busy_third_nothing_is_said_of_waiting() -> None:
    two = of(history(), volatility=np.where(np.arange(len(history())) % 5 < 2, 0.1, 0.2))
    assert waiting_advice(two, advice(), looks=3) is None


def test_a_quote_with_a_slipped_digit_is_left_out_and_named() -> None:
    row, dealer = (int(at[0]) for at in np.nonzero(history().answered))
    quote = history().quote.copy()
    quote[row, dealer] *= 100.0
    slipped = of(history(), quote=quote)
    assert slipped.slips == ((str(history().request_id[row]), history().dealers[dealer]),)
    kept = np.ones(quote.shape, dtype=np.bool_)
    kept[row, dealer] = False
    assert np.isnan(slipped.markups[row, dealer])
    np.testing.assert_array_equal(slipped.markups[kept], requests().markups[kept])
    assert requests().slips == ()


def test_a_slip_is_far_from_the_quotes_of_its_own_symbol() -> None:
    one = history()
    cheap = np.arange(len(one)) % 2 == 0
    scale = np.where(cheap, 1e-3, 1.0)
    row, dealer = next((int(row), int(at)) for row, at in np.argwhere(one.answered) if cheap[row])
    quote = one.quote * scale[:, None]
    quote[row, dealer] += 2.0 * one.side[row]  # two half-spreads of the dear symbol, 2,000 of its own
    mixed = replace(
        one,
        quote=quote,
        mid=one.mid * scale,
        mid_at_trade=one.mid_at_trade * scale,
        half_spread=nothing(one),
        symbol=np.where(cheap, "CHEAP", "DEAR"),
    )
    found = measured(mixed, tick_size=0.01)
    assert found is not None
    assert found.slips == ((str(one.request_id[row]), one.dealers[dealer]),)


def test_a_markup_is_over_the_quotes_own_mid() -> None:
    one = history()
    own = np.where(one.answered, one.mid_at_trade[:, None] + 0.05, np.nan)
    found = of(one, quote_mid=own)
    assert found.over_trade_mid
    moved = (requests().markups - found.markups) * found.report_price[:, None]
    np.testing.assert_allclose(moved[one.answered], (0.05 * one.side[:, None] * one.answered)[one.answered])


def test_units_are_bps_ticks_or_points_and_mean_the_same() -> None:
    ticks = measured(history(), tick_size=0.01)
    free = of(history(), mid=history().mid - history().mid.min(), mid_at_trade=nothing(history()))
    assert ticks is not None
    assert (requests().unit, ticks.unit, free.unit) == (CostUnit.BPS, CostUnit.TICKS, CostUnit.POINTS)
    price = requests().markups * 1e-4 * history().mid[:, None]
    np.testing.assert_allclose(ticks.markups * 0.01, price)
    np.testing.assert_allclose(ticks.log.markup, requests().log.markup)


def test_without_spreads_one_scale_serves_all_and_the_markups_stay() -> None:
    found = of(history(), half_spread=nothing(history()))
    assert not found.in_half_spreads
    assert np.nanmedian(np.abs(found.log.markup)) == pytest.approx(1.0)
    np.testing.assert_allclose(found.markups, requests().markups)


def test_markups_over_the_mid_at_request_have_the_leak_in_them() -> None:
    found = of(history(), mid_at_trade=np.where(np.arange(REQUESTS) < 50, np.nan, history().mid_at_trade))
    assert not found.over_trade_mid
    forecast = forecast_request(found, PLAIN, with_model=False)
    assert np.all(forecast.terms.leak_before == 0.0)
    assert np.any(forecast_request(requests(), PLAIN, with_model=False).terms.leak_before > 0.0)


def test_a_history_without_mids_or_quotes_is_not_measured() -> None:
    assert measured(replace(history(), mid=nothing(history()))) is None
    assert measured(replace(history(), quote=np.full(history().quote.shape, np.nan))) is None


def test_a_dealer_with_one_quote_is_taken_for_the_panel() -> None:
    rng = np.random.default_rng(2)
    values = np.full((200, 4), np.nan)
    values[:, :3] = np.array([1.0, 2.0, 3.0]) + rng.standard_normal((200, 3))
    values[0, 3] = 9.0
    drawn = shrunk_means(values)
    assert drawn[0].value == pytest.approx(float(values[:, 0].mean()), abs=0.02)
    assert 2.0 < drawn[3].value < 9.0
    assert drawn[3].upper - drawn[3].lower > 5.0 * (drawn[0].upper - drawn[0].lower)
    assert math.isnan(shrunk_means(values[:1, :1])[0].value)


@given(
    st.integers(1, 40),
    st.integers(1, 7),
    st.integers(0, 10**6),
    st.sampled_from(
        [("half_spread",), ("volatility",), ("mid_at_trade",), ("mid_after",), ("half_spread", "volatility")]
    ),
)
@settings(deadline=None, max_examples=8)
def test_no_short_history_breaks_anything(
    count: int, dealers: int, seed: int, absent: tuple[str, ...]
) -> None:
    some = example_history(count, dealers, seed)
    some = replace(some, **{name: nothing(some) for name in absent})  # type: ignore[arg-type]
    records = dealer_records(some, measured(some))
    assert len(records) == dealers
    found = measured(some)
    if found is None:
        return
    request_leakage(found)
    win_calibration(found)
    asked = advise(found, replace(PLAIN, size=3.0), most=3)
    assert (asked is None) == (int(found.log.responded.sum()) < FEWEST_FOR_ADVICE)
    if asked is not None:
        assert asked.bound <= asked.best.expected_cost <= PLAIN.outside


def test_shares_means_and_jackknives_agree_with_their_formulas() -> None:
    share, known = share_of(3, 10), binomtest(3, 10).proportion_ci(method="wilson")
    assert (share.lower, share.upper) == pytest.approx((known.low, known.high))
    assert (share_of(0, 5).lower, share_of(5, 5).upper) == (0.0, 1.0)
    assert math.isnan(share_of(0, 0).value)
    mean = mean_of(np.array([1.0, 2.0, 4.0]))
    values = np.array([1.0, 2.0, 4.0])
    without = np.array([np.delete(values, at).mean() for at in range(3)])
    folded = jackknifed(float(values.mean()), without)
    assert (folded.lower, folded.upper) == pytest.approx((mean.lower, mean.upper))
    assert math.isnan(mean_of(values[:1]).lower)
