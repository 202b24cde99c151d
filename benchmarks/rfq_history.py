"""A desk's own history of requests: whether the intervals hold, and what the advice on the next is worth.

`python -m benchmarks.rfq_history`. All of it is simulated: histories of 1,000 requests to six dealers, each
from another panel; the advised request is the next, of typical size; trading elsewhere costs 1 half-spread.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from execution.rfq.asker import Ask, AskTerms, best_ask, expected_ask
from execution.rfq.best_quote import QuoteLaws
from execution.rfq.log_advice import advise
from execution.rfq.log_dealers import dealer_records
from execution.rfq.log_estimates import Estimate, share_of
from execution.rfq.log_example import HALF_SPREAD, history_of
from execution.rfq.log_forecast import NextRequest
from execution.rfq.log_leakage import request_leakage
from execution.rfq.log_measures import MeasuredRequests, measured
from execution.rfq.panel import DealerTerms, leaks, standard_panel
from execution.rfq.simulation import RequestLog, drawn_requests, simulate
from tests.twins.rfq_worlds import true_laws

FloatArray = npt.NDArray[np.float64]

DEALERS, REQUESTS = 6, 1_000
COVERED, ADVISED = 60, 20
OUTSIDE = 1.0
NEXT = NextRequest(side=1.0, size=1.0, volatility=1.0, outside=OUTSIDE)


def plain_panel(seed: int) -> tuple[DealerTerms, ...]:
    """Dealers whose inventories are new at every request and who always stand: nothing to remember."""
    return tuple(
        replace(dealer, inventory_fade=10.0, last_look=np.inf) for dealer in standard_panel(DEALERS, seed)
    )


def simulated(panel: tuple[DealerTerms, ...], seed: int) -> RequestLog:
    """A history and the request after it, which is a typical one to buy."""
    past = drawn_requests(REQUESTS + 1, DEALERS, np.random.default_rng(seed))
    for column, value in ((past.side, 1.0), (past.size, 1.0), (past.volatility, 1.0)):
        column[-1] = value
    return simulate(past, panel, np.random.SeedSequence(seed))


def studied(log: RequestLog, seed: int, *, leaks_later: bool = True) -> MeasuredRequests:
    """The history without the last request, as from a desk's file."""
    names = tuple(f"dealer {at}" for at in range(DEALERS))
    history = history_of(log, names, np.random.default_rng(seed)).part(np.arange(REQUESTS))
    if not leaks_later:
        history = replace(history, mid_after=np.full(REQUESTS, np.nan))
    found = measured(history)
    if found is None:
        raise SystemExit("the simulated history has no quote")
    return found


def within(estimate: Estimate, planted: float) -> bool:
    """Whether the interval holds the planted value."""
    return estimate.lower <= planted <= estimate.upper


def planted_terms(
    requests: MeasuredRequests, panel: tuple[DealerTerms, ...], at: int
) -> tuple[float, float, float]:
    """A dealer's mean answer, markup and leak until the quotes at its own requests [share, bps, bps]."""
    dealer, terms = panel[at], requests.log.requests
    count, bps = terms.asked.sum(axis=1), 1e4 * HALF_SPREAD / requests.history.mid
    log_size, log_volatility = np.log(terms.size), np.log(terms.volatility)
    odds = (
        dealer.response
        - dealer.response_dealers * np.log(count)
        - dealer.response_size * log_size
        - dealer.response_volatility * log_volatility
    )
    markup = dealer.markup + dealer.markup_size * log_size + dealer.markup_volatility * log_volatility
    markup = (markup + dealer.markup_shared / count) * bps
    asked, answered = requests.history.asked[:, at], requests.history.answered[:, at]
    leaked = leaks(panel)[0][at] * (terms.size * bps)[asked & (count > 1)].mean()
    return float(expit(odds[asked]).mean()), float(markup[answered].mean()), float(leaked)


def print_coverage() -> None:
    """How often 95% intervals hold what was planted."""
    hits: dict[str, list[bool]] = {"answered": [], "markup": [], "leak until the quotes": []}
    started = time.process_time()
    for seed in range(COVERED):
        panel = plain_panel(seed)
        requests = studied(simulated(panel, seed), seed, leaks_later=False)
        leakage = request_leakage(requests)
        for at, record in enumerate(dealer_records(requests.history, requests)):
            answered, markup, leaked = planted_terms(requests, panel, at)
            hits["answered"].append(within(record.answered, answered))
            hits["markup"].append(within(record.markup, markup))
            if leakage is not None and (leak := leakage.matched[at]) is not None:
                hits["leak until the quotes"].append(leak.lower <= leaked <= leak.upper)
    taken = time.process_time() - started
    print(
        f"95% intervals of {COVERED} histories, {DEALERS} dealers each       "
        f"hold what was planted ({taken:.0f} s CPU)"
    )
    for name, found in hits.items():
        share = share_of(sum(found), len(found))
        print(f"{name:44} {share.value:8.1%}  [{share.lower:.1%}, {share.upper:.1%}] of {len(found)}")


def print_plain_advice() -> None:
    """Whether the interval of the expected cost holds the true expected cost of the same dealers."""
    held, distance, started = [], [], time.process_time()
    for seed in range(ADVISED):
        panel = plain_panel(seed)
        found = advise(studied(simulated(panel, seed), seed), NEXT, most=DEALERS)
        if found is None:
            continue
        laws, terms = truth(panel, np.zeros(DEALERS))
        true = expected_ask(laws(max(len(found.best.dealers), 1)), terms, found.best.dealers).expected_cost
        held.append(within(found.cost, true))
        distance.append(found.cost.value - true)
    share = share_of(sum(held), len(held))
    taken = (time.process_time() - started) / ADVISED
    name, interval = "expected cost of the advised dealers", f"[{share.lower:.1%}, {share.upper:.1%}]"
    print(f"{name:44} {share.value:8.1%}  {interval} of {len(held)}")
    print(
        f"forecast less true cost [half-spreads]: mean {np.mean(distance):+.4f}, RMS {rms(distance):.4f}; "
        f"{taken:.1f} s CPU each\n"
    )


def rms(values: list[float]) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(values))))


def truth(
    panel: tuple[DealerTerms, ...], inventory: FloatArray
) -> tuple[Callable[[int], QuoteLaws], AskTerms]:
    """Laws and terms of the next request, inventories known where the panel remembers."""
    before, after = leaks(panel)
    skew = np.array([dealer.skew for dealer in panel]) * inventory
    noise = np.array([dealer.noise for dealer in panel])
    remembers = bool(np.any(inventory != 0.0))

    def laws(count: int) -> QuoteLaws:
        known = true_laws(panel, count=count, size=1.0, volatility=1.0)
        return replace(known, mean=known.mean - skew, deviation=noise if remembers else known.deviation)

    return laws, AskTerms(leak_before=before, leak_after=after, outside=OUTSIDE)


def print_worth() -> None:
    """True expected cost of asking as advised, everybody, the three cheapest by mean markup, and the best."""
    costs: dict[str, list[float]] = {
        "as advised": [],
        "all six": [],
        "three lowest mean markups": [],
        "trading elsewhere": [],
        "bound: all told": [],
    }
    for seed in range(ADVISED):
        panel = tuple(replace(dealer, last_look=np.inf) for dealer in standard_panel(DEALERS, seed))
        log = simulated(panel, seed)
        requests = studied(log, seed)
        found = advise(requests, NEXT, most=DEALERS)
        if found is None:
            continue
        laws, terms = truth(panel, log.inventory[-1])
        cheap = np.argsort([record.markup.value for record in dealer_records(requests.history, requests)])[:3]

        def cost(
            dealers: tuple[int, ...], laws: Callable[[int], QuoteLaws] = laws, terms: AskTerms = terms
        ) -> float:
            ask: Ask = expected_ask(laws(max(len(dealers), 1)), terms, dealers)
            return ask.expected_cost

        costs["as advised"].append(cost(found.best.dealers))
        costs["all six"].append(cost(tuple(range(DEALERS))))
        costs["three lowest mean markups"].append(cost(tuple(int(at) for at in cheap)))
        costs["trading elsewhere"].append(OUTSIDE)
        costs["bound: all told"].append(best_ask(laws, terms).expected_cost)
    print(
        f"true expected cost of the next request, {ADVISED} panels   [half-spreads]   less as advised [95%]"
    )
    ours = np.array(costs["as advised"])
    for name, values in costs.items():
        apart = np.array(values) - ours
        half = 2.09 * apart.std(ddof=1) / np.sqrt(len(apart))
        low, high = apart.mean() - half, apart.mean() + half
        print(f"{name:44} {np.mean(values):14.3f}       {apart.mean():+.3f} [{low:+.3f}, {high:+.3f}]")


def main() -> None:
    """Print everything."""
    print_coverage()
    print_plain_advice()
    print_worth()


if __name__ == "__main__":
    main()
