"""The asker's half of `benchmarks/rfq.py`: dealers learned, whom to ask, partial quotes, leakage."""

from __future__ import annotations

import time
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

from execution.orders import Side
from execution.rfq.asker import AskTerms, best_ask, expected_ask
from execution.rfq.combine import combine_quotes
from execution.rfq.dealer_count import StylisedLeakage
from execution.rfq.dealer_model import DealerModel, fit_dealer_model, forecast_markups
from execution.rfq.history import remembered
from execution.rfq.inquiry import DealerQuote
from execution.rfq.leakage import leak_by_dealer
from execution.rfq.panel import DealerTerms, leaks, standard_panel
from execution.rfq.simulation import RequestLog, drawn_requests, simulate
from execution.tca.leakage import PriceMoves, measure_leakage
from tests.twins.rfq_worlds import calibration_points, true_laws

FloatArray = npt.NDArray[np.float64]

DEALERS = 8
OUTSIDE = 1.2  # half-spreads that a trade elsewhere costs


def history(rows: int, seed: int, panel: tuple[DealerTerms, ...]) -> RequestLog:
    """Requests to dealers drawn at random."""
    rng = np.random.default_rng(seed)
    return simulate(drawn_requests(rows, len(panel), rng), panel, np.random.SeedSequence(seed))


def forecast_error(model: DealerModel, log: RequestLog, *, knows_past: bool) -> float:
    """Root mean square of markups less their forecast [half-spreads]."""
    none = np.zeros(log.markup.shape)
    told = forecast_markups(log, model.markup, none, none)
    if knows_past:
        told = forecast_markups(log, model.markup, *remembered(log, log.markup - told))
    return float(np.sqrt(np.nanmean((log.markup - told) ** 2)))


def print_dealers() -> None:
    """Forecasts of dealers' markups and of who wins, out of sample."""
    panel = standard_panel(DEALERS)
    fresh = history(100_000, 2, panel)
    noise = float(np.sqrt(np.mean([dealer.noise**2 for dealer in panel])))
    print("dealers' markups, RMSE on fresh requests [half-spreads]; their own noise", f"{noise:.4f}")
    print("learned from      terms alone   with their past   CPU s")
    for rows in (100, 1_000, 10_000, 100_000):
        seen = history(rows, 1, panel)
        started = time.process_time()
        model = fit_dealer_model(seen)
        taken = time.process_time() - started
        errors = [forecast_error(model, fresh, knows_past=knows) for knows in (False, True)]
        print(f"{rows:10,} {errors[0]:16.4f} {errors[1]:17.4f} {taken:9.2f}")
    told, true = win_forecasts(model, panel)
    mean, most = calibration_points(true, told)
    print(f"probability of each dealer to win against the true: mean {mean:.2f}, largest {most:.2f} points\n")


def win_forecasts(model: DealerModel, panel: tuple[DealerTerms, ...]) -> tuple[FloatArray, FloatArray]:
    """Told and true probabilities to win over sizes, volatilities and random sets of dealers."""
    rng, told, true = np.random.default_rng(4), [], []
    for _ in range(300):
        dealers = rng.permutation(DEALERS)[: int(rng.integers(1, DEALERS + 1))]
        size, volatility = np.exp(rng.standard_normal(2) * (0.8, 0.4))
        terms = {"size": float(size), "volatility": float(volatility)}
        told.append(model.laws(dealers=len(dealers), **terms).of(dealers).win_probability())
        true.append(true_laws(panel, count=len(dealers), **terms).of(dealers).win_probability())
    return np.concatenate(told), np.concatenate(true)


def ask_terms(size: float, before: FloatArray, after: FloatArray) -> AskTerms:
    """What asking costs at a size."""
    return AskTerms(leak_before=before * size, leak_after=after * size, outside=OUTSIDE)


def print_asking() -> None:
    """Regret of the number of dealers and of the set asked, known and learned."""
    print("number of dealers (floor 2%, aim 0)          largest regret")
    worst = 0.0
    for cost_range, leak in product(np.geomspace(0.1, 10.0, 40), np.geomspace(1e-3, 1.0, 40)):
        model = StylisedLeakage(cost_range=float(cost_range), leak=float(leak))
        least = min(model.expected_cost(count) for count in range(1, 21))
        worst = max(worst, model.expected_cost(model.best_count(20)) / least - 1.0)
    print(f"stylised, known, 1,600 cases          {worst:21.2%}")
    print(f"stylised, s and l from 20,000 requests{stylised_learned_regret():21.2%}")
    print("\nset of 8 unlike dealers: cost [half-spreads], size in typical ones, mean of 5 panels")
    print("size   true best: number   cost   learned from 2,000: number   regret   20,000: number   regret")
    for size in (0.25, 0.5, 1.0, 2.0, 4.0, 8.0):
        rows = [asked_at(size, seed) for seed in range(5)]
        best, short, long = (np.array([row[at] for row in rows]).mean(axis=0) for at in range(3))
        print(
            f"{size:4} {best[0]:19.1f} {best[1]:6.3f} {short[0]:28.1f} {short[1] / best[1] - 1.0:8.2%}"
            f"{long[0]:17.1f} {long[1] / best[1] - 1.0:8.2%}"
        )
    panel = standard_panel(DEALERS)
    log = history(400_000, 3, panel)
    number = log.requests.asked.sum(axis=1)
    shares = [log.responded[number == n].sum() / log.requests.asked[number == n].sum() for n in range(1, 9)]
    print("\nshare that responds, 1 to 8 asked:", " ".join(f"{share:.1%}" for share in shares), "\n")


def stylised_learned_regret() -> float:
    """Largest regret over sizes when the range of costs and the leak are read from a history."""
    rng, worst = np.random.default_rng(5), 0.0
    for leak in (0.01, 0.02, 0.05, 0.1, 0.2):
        number = rng.integers(1, 9, 20_000)
        best = np.array([2.0 / (count + 1.0) for count in number]) * (1.0 + 0.3 * rng.standard_normal(20_000))
        moved = leak * (number - 1.0) + 0.2 * rng.standard_normal(20_000)
        x, y = 2.0 / (number + 1.0), number - 1.0
        told = StylisedLeakage(
            cost_range=float(x @ best / (x @ x)), leak=max(0.0, float(y @ moved / (y @ y)))
        )
        true = StylisedLeakage(cost_range=1.0, leak=leak)
        least = true.expected_cost(true.best_count(20))
        worst = max(worst, true.expected_cost(told.best_count(20)) / least - 1.0)
    return worst


def asked_at(size: float, seed: int) -> list[tuple[int, float]]:
    """Number asked and true cost: of the true best set, and of those learned from two histories."""
    panel = standard_panel(DEALERS, seed)
    before, after = leaks(panel)
    terms = ask_terms(size, before, after)
    laws = [true_laws(panel, count=count, size=size, volatility=1.0) for count in range(1, DEALERS + 1)]
    best = best_ask(lambda count: laws[count - 1], terms)
    found = [(len(best.dealers), best.expected_cost)]
    for rows in (2_000, 20_000):
        dealers = learned_set(rows, seed, size, panel)
        true = expected_ask(laws[max(len(dealers), 1) - 1], terms, dealers)
        found.append((len(dealers), true.expected_cost))
    return found


def learned_set(rows: int, seed: int, size: float, panel: tuple[DealerTerms, ...]) -> tuple[int, ...]:
    """Whom to ask at a size by what a history tells."""
    model, before, after = learned(rows, seed, panel)
    terms = ask_terms(size, before, after)
    return best_ask(lambda count: model.laws(dealers=count, size=size, volatility=1.0), terms).dealers


@cache
def learned(
    rows: int, seed: int, panel: tuple[DealerTerms, ...]
) -> tuple[DealerModel, FloatArray, FloatArray]:
    """Dealers and their leaks from a history; leaks are seen in the moves of the mid alone."""
    log = history(rows, 100 + seed, panel)
    before = leak_by_dealer(log.news + log.leak_before, log.requests.asked, log.requests.size)
    lost = log.requests.asked.copy()
    lost[np.flatnonzero(log.traded), log.winner[log.traded]] = False
    later = log.leak_after + 0.15 * np.random.default_rng(seed).standard_normal(rows)
    return fit_dealer_model(log), before, leak_by_dealer(later, lost, log.requests.size)


def brute_cost(quotes: list[DealerQuote], quantity: int, outside: float, ticket: float) -> float:
    """The least cost over every way to take the quotes."""
    ways = [(0, *range(quote.minimum_quantity, quote.quantity + 1)) for quote in quotes]
    best = np.inf
    for taken in product(*ways):
        if sum(taken) <= quantity:
            paid = sum(count * quote.price_ticks for count, quote in zip(taken, quotes, strict=True))
            cost = paid + (quantity - sum(taken)) * outside + ticket * sum(count > 0 for count in taken)
            best = min(best, cost)
    return best


def print_combining() -> None:
    """Partial quotes put together: against every way there is, and the time of a larger case."""
    rng, wrong = np.random.default_rng(6), 0
    for _ in range(300):
        quotes = [
            DealerQuote(
                dealer=dealer,
                price_ticks=int(rng.integers(95, 106)),
                quantity=int(most),
                minimum_quantity=int(rng.integers(1, most + 1)),
            )
            for dealer, most in enumerate(rng.integers(1, 7, 4))
        ]
        found = combine_quotes(quotes, side=Side.BUY, quantity=12, outside_ticks=104.0, ticket_ticks=2.0)
        wrong += abs(found.cost_ticks - brute_cost(quotes, 12, 104.0, 2.0)) > 1e-9
    large = [
        DealerQuote(dealer=n, price_ticks=100 + n % 7, quantity=400, minimum_quantity=150) for n in range(20)
    ]
    started = time.process_time()
    combine_quotes(large, side=Side.BUY, quantity=3_333, outside_ticks=110.0, ticket_ticks=5.0)
    taken = 1e3 * (time.process_time() - started)
    print(f"partial quotes: {wrong} of 300 differ from every way tried; 20 dealers {taken:.0f} ms CPU\n")


def print_leakage() -> None:
    """Leakage against matched controls where it is planted and where it is none."""
    print("leakage [half-spreads] planted   raw move   measured                    truth in interval, of 100")
    for planted in (0.0, 0.02, 0.1):
        first = measure_leakage(*moves(planted, 0))
        held = 0
        for seed in range(100):
            found = measure_leakage(*moves(planted, 1 + seed))
            held += found.lower <= planted <= found.upper
        print(
            f"{planted:30} {first.raw:+10.4f}   {first.value:+.4f} [{first.lower:+.4f}, {first.upper:+.4f}]"
            f"{held:15}"
        )


def moves(planted: float, seed: int) -> tuple[PriceMoves, PriceMoves]:
    """Trades chosen where prices trend against them, and controls; the trend is a feature."""
    rng = np.random.default_rng(seed)

    def drawn(rows: int, trending: float, leak: float) -> PriceMoves:
        volatility, trend = np.exp(0.4 * rng.standard_normal(rows)), rng.normal(trending, 1.0, rows)
        noise = 0.14 * volatility * rng.standard_normal(rows)
        return PriceMoves(
            against=0.05 * trend + 0.02 * trend**2 + noise + leak,
            features=np.column_stack((np.log(volatility), trend)),
        )

    return drawn(2_000, 0.7, planted), drawn(20_000, 0.0, 0.0)
