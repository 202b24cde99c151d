"""Requests for quote: closed forms against simulation, and what learned models are worth.

`python -m benchmarks.rfq [--page FILE]`: each figure beside its floor and aim. All of it is simulated.
--page: write the reliability plot to an HTML file.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.rfq_dealers import print_asking, print_combining, print_dealers, print_leakage
from execution.impact.calibration import Reliability, reliability
from execution.impact.calibration_plot import calibration_figure
from execution.rfq.best_of_dealers import best_spread_ratio
from execution.rfq.dealer_count import StylisedLeakage
from execution.rfq.first_price import FirstPriceRfq
from execution.rfq.logistic_quote import LogisticWinCurve
from execution.rfq.panel import DealerTerms
from execution.rfq.quoter import best_markups
from execution.rfq.simulation import drawn_requests, simulate
from execution.rfq.win_model import WinForm, WinModel, fit_win_model
from tests.twins.rfq_worlds import (
    best_true_value,
    calibration_points,
    excess_log_loss,
    win_world,
)

FloatArray = npt.NDArray[np.float64]

REQUESTS = 1_000_000
MOST_DEALERS = 8
SPREAD = 4.0  # of a dealer's quote, in deviations of the dealers' mids
RESPONSE = 0.9
COST_RANGE, LEAK = 1.0, 0.05
HISTORY = 100_000
QUOTED = 5_000
SEEDS = (1, 4, 5)  # of the histories learned from; another one is judged on
DEALING_COST = 0.1


def score(name: str, dealers: int, seen: FloatArray, expected: float) -> float:
    """Print a mean beside its closed form; how many standard errors apart they are."""
    error = float(seen.std()) / math.sqrt(len(seen))
    apart = (float(seen.mean()) - expected) / error if error > 0.0 else 0.0
    print(f"{name:38} {dealers:8} {expected:11.6f} {seen.mean():11.6f} {apart:11.2f}")
    return abs(apart)


def net_spreads(dealers: int) -> FloatArray:
    """Best net half-spread over a single dealer's, from the simulated panel."""
    plain = DealerTerms(
        response=60.0, response_dealers=0.0, response_size=0.0, response_volatility=0.0, markup=1.0,
        markup_size=0.0, markup_volatility=0.0, markup_shared=0.0, skew=0.0, noise=2.0 / SPREAD, leak=0.0,
    )  # fmt: skip
    requests = drawn_requests(REQUESTS, dealers, np.random.default_rng(dealers), ask=dealers)
    return simulate(requests, (plain,) * dealers, np.random.SeedSequence(dealers)).best_markup


def auction(rfq: FirstPriceRfq, rng: np.random.Generator) -> FloatArray:
    """Price paid in each request, 0 without a quote."""
    quoted = rfq.quote(rng.random((REQUESTS, rfq.dealers)))
    best = np.where(rng.random(quoted.shape) < rfq.response, quoted, np.inf).min(axis=1)
    return np.where(np.isinf(best), 0.0, best)


def print_closed_forms() -> None:
    """Closed forms for 1 to 8 dealers, a million requests each."""
    print(f"closed form ({REQUESTS:,} requests)             dealers     formula   simulated  st. errors")
    rng, apart = np.random.default_rng(7), []
    stylised = StylisedLeakage(cost_range=COST_RANGE, leak=LEAK)
    for dealers in range(1, MOST_DEALERS + 1):
        spread = best_spread_ratio(dealers, SPREAD)
        apart.append(score("best of N, net over single spread", dealers, net_spreads(dealers), spread))
        for response in (1.0, RESPONSE):
            rfq = FirstPriceRfq(dealers=dealers, response=response)
            paid = auction(rfq, rng)
            name = f"first price, {response:.0%} respond, paid"
            apart.append(score(name, dealers, paid, rfq.expected_payment))
            if response == 1.0:
                cost = COST_RANGE * paid + LEAK * (dealers - 1)
                name = "stylised leakage, cost"
                apart.append(score(name, dealers, cost, stylised.expected_cost(dealers)))
        curve = LogisticWinCurve(alpha=-1.0 + 0.3 * (dealers - 1), beta=2.0)
        best = float(curve.best_markup())
        earned = best * (rng.random(REQUESTS) < float(curve.win_probability(best)))
        apart.append(score("best quote, logistic curve, earned", dealers, earned, float(curve.best_value())))
    print(f"largest of {len(apart)}: {max(apart):.2f} standard errors (floor 3)\n")


def print_win_models() -> dict[str, Reliability]:
    """Excess log-loss, calibration and the quoter's efficiency on fresh requests; reliability curves."""
    print(f"{HISTORY:,} requests   form    excess log-loss   calibration mean, max   quoter     CPU s")
    print("(mean of three histories, judged on a fourth by the true probabilities)")
    print("floor; aim                   1%; 0.2%          1 point; 0.3           97%; 99.5%")
    curves = {}
    for name in ("logistic", "rivals", "curved"):
        histories, fresh = [win_world(name, HISTORY, seed) for seed in SEEDS], win_world(name, HISTORY, 2)
        best = best_true_value(win_world(name, QUOTED, 3), DEALING_COST)
        for form in WinForm:
            found, started = [], time.process_time()
            for seen in histories:
                model = fit_win_model(seen.markup, seen.features, seen.won, form)
                told = model.win_probability(fresh.markup, fresh.features)
                points = calibration_points(fresh.probability, told)
                quoted = efficiency(name, model_markups(model, name), best)
                found.append((excess_log_loss(fresh.probability, told), *points, quoted))
            taken = (time.process_time() - started) / len(histories)
            excess, mean, most, part = np.mean(found, axis=0)
            print(f"{name:18} {form:8} {excess:11.3%} {mean:17.2f}, {most:.2f} {part:15.2%} {taken:9.2f}")
            curves[f"{name}, {form}"] = reliability(told, fresh.won.astype(np.float64), block=100)
        seen = histories[0]
        chosen = fit_win_model(seen.markup, seen.features, seen.won).form
        print(f"{name:18} chosen by the last fifth: {chosen}")
    print()
    return curves


def model_markups(model: WinModel, name: str) -> FloatArray:
    """What the quoter quotes at fresh requests."""
    return best_markups(model, win_world(name, QUOTED, 3).features, DEALING_COST)


def efficiency(name: str, markup: FloatArray, best: FloatArray) -> float:
    """Expected earnings over the optimum's, by the true probabilities."""
    world = win_world(name, QUOTED, 3)
    earned = (markup - DEALING_COST) * world.true_probability(markup)
    return float(earned.mean() / best.mean())


def print_quoter() -> None:
    """The quoter by the length of its history: mean and worst of ten histories."""
    print("quoter, logistic world (floor 97%, aim 99.5%)   mean      worst of 10 histories")
    best = best_true_value(win_world("logistic", QUOTED, 3), DEALING_COST)
    for rows in (200, 500, 1_000, 5_000, 20_000):
        parts = []
        for seed in range(10):
            seen = win_world("logistic", rows, 10 + seed)
            model = fit_win_model(seen.markup, seen.features, seen.won, WinForm.PLAIN)
            parts.append(efficiency("logistic", model_markups(model, "logistic"), best))
        print(f"{rows:20,} requests {np.mean(parts):24.2%} {min(parts):12.2%}")
    print()


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", type=Path)
    page = parser.parse_args().page
    print_closed_forms()
    curves = print_win_models()
    print_quoter()
    print_dealers()
    print_asking()
    print_combining()
    print_leakage()
    if page is not None:
        figure = calibration_figure(curves, title="Probability to win", unit="probability")
        figure.write_html(page, include_plotlyjs=True)


if __name__ == "__main__":
    main()
