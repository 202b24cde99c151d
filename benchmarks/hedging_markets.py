"""Policies against each other in markets whose volatility moves: the same paths and books at three costs.

Books are hedged to expiry in geometric Brownian motion, in Heston models, in GARCH with a moving surface
(estimated to 2016), and in blocks of the S&P 500's days of 2017 and 2018, not seen in training. Printed is by
how much certainty equivalent the shipped network (with a market correction, where one is given) is ahead of
every other policy, and what of it the GARCH forecast and the surface give, with that input replaced.
`--full` takes more paths and random books.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import process_time

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from hedger.network.correction import MarketCorrection
from hedger.network.correction_weights import read_correction
from hedger.network.inference import BandNetwork
from hedger.network.market_study.ablation import (
    with_frozen_surface,
    with_long_run_forecast,
    without_forecast,
)
from hedger.network.market_study.book import Book, BookAtDate
from hedger.network.market_study.classical import (
    Edges,
    along,
    delta,
    leland,
    minimum_variance,
    threshold,
    whalley_wilmott,
    zakamouline,
)
from hedger.network.market_study.markets import judging_markets
from hedger.network.market_study.score import HedgedLosses, effective_paths, hedged_losses, paired_gain
from hedger.network.market_study.states import HedgingTask, PathStates, dates_of, path_states
from hedger.network.market_study.tasks import random_book, task_at_risk
from hedger.network.markets.paths import HedgingMarket, MarketPaths
from hedger.network.risk import Estimate, expected_shortfall
from hedger.network.weights import read_network, shipped_network

COSTS = (1e-4, 1e-3, 1e-2)
THRESHOLDS = (0.02, 0.05, 0.1, 0.2)
CLASSICAL = {
    "delta daily": delta,
    "minimum variance": minimum_variance,
    "Leland": leland,
    "Whalley-Wilmott": whalley_wilmott,
    "Zakamouline": zakamouline,
}
ABLATIONS = {
    "forecast := implied": without_forecast,
    "forecast := long-run mean": with_long_run_forecast,
    "surface := flat, frozen": with_frozen_surface,
}
OURS = "ours"


@dataclass(frozen=True, kw_only=True)
class Networks:
    """What is judged."""

    core: BandNetwork
    correction: MarketCorrection | None

    def band(self, states: PathStates) -> Edges:
        """The corrected band; the core's where there is no correction."""
        return states.core_band() if self.correction is None else states.corrected_band(self.correction)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How much is simulated, and aversion x deviation of the loss hedged daily without costs.

    ablated_costs: at which the ablation is done.
    """

    paths: int
    books: tuple[Book, ...]
    scaled_deviation: float
    seed: int
    ablated_costs: tuple[float, ...]


Losses = dict[str, list[HedgedLosses]]


def standard_books(random: int, seed: int) -> tuple[Book, ...]:
    """Short call, out-of-the-money put, straddle, put spread, calendar; and random ones."""
    short = partial(_book, units=(-1.0,))
    rng = np.random.default_rng(seed)
    return (
        short((0.0,), (True,), expiry=(21,)),
        short((-0.05,), (False,), expiry=(42,)),
        _book((0.0, 0.0), (True, False), units=(-1.0, -1.0), expiry=(21, 21)),
        _book((0.0, -0.06), (False, False), units=(1.0, -1.0), expiry=(21, 21)),
        _book((0.0, 0.0), (True, True), units=(-1.0, 1.0), expiry=(10, 42)),
        *(random_book(rng) for _ in range(random)),
    )


def _book(
    log_strike: tuple[float, ...],
    calls: tuple[bool, ...],
    *,
    units: tuple[float, ...],
    expiry: tuple[int, ...],
) -> Book:
    return Book(
        strike=np.exp(np.array(log_strike)),
        is_call=np.array(calls),
        units=np.array(units),
        expiry_step=np.array(expiry, dtype=np.int64),
    )


def judge(
    market: HedgingMarket, setting: Setting, networks: Networks
) -> tuple[dict[float, Losses], dict[float, list[HedgingTask]]]:
    """Losses by cost, policy and book, on the same paths for all policies and costs."""
    losses: dict[float, Losses] = {cost: {} for cost in COSTS}
    tasks: dict[float, list[HedgingTask]] = {cost: [] for cost in COSTS}
    seeds = np.random.SeedSequence(setting.seed).spawn(len(setting.books))
    for bare, seed in zip(setting.books, seeds, strict=True):
        paths = market.simulate(setting.paths, bare.steps, seed)
        book = bare.sized(paths)
        dates = dates_of(book, paths)
        lacking = {name: change(paths) for name, change in ABLATIONS.items() if setting.ablated_costs}
        seen = {name: (changed, dates_of(book, changed)) for name, changed in lacking.items()}
        free = task_at_risk(book, paths, dates, cost=0.0, scaled_deviation=setting.scaled_deviation)
        for cost in COSTS:
            task = replace(free, proportional_cost=cost)
            tasks[cost].append(task)
            known = seen if cost in setting.ablated_costs else {}
            for name, own in _hedge_all(task, paths, dates, known, networks).items():
                losses[cost].setdefault(name, []).append(own)
    return losses, tasks


def _hedge_all(
    task: HedgingTask,
    paths: MarketPaths,
    dates: list[BookAtDate],
    seen: Mapping[str, tuple[MarketPaths, list[BookAtDate]]],
    networks: Networks,
) -> dict[str, HedgedLosses]:
    states = path_states(task, paths, networks.core, dates)

    def hedge(edges: Edges) -> HedgedLosses:
        return hedged_losses(task, states.spot, states.owed, *edges)

    found = {OURS: hedge(networks.band(states))}
    if networks.correction is not None:
        found["network alone"] = hedge(states.core_band())
    rules = CLASSICAL | {f"delta, threshold {share:g}": threshold(share) for share in THRESHOLDS}
    for name, rule in rules.items():
        for implied in (True, False):
            source = "implied" if implied else "forecast"
            found[f"{name} ({source})"] = hedge(along(rule, task, dates, implied=implied))
    for name, (changed, own) in seen.items():
        partial_view = path_states(task, changed, networks.core, own)
        found[name] = hedge(networks.band(partial_view))
        if networks.correction is not None:
            found[f"{name}, alone"] = hedge(partial_view.core_band())
    return found


def best_choices(losses: Losses, gain: Callable[[str, str], Estimate]) -> list[str]:
    """Every classical policy at the volatility, the threshold at the share, that was best on these paths."""
    chosen = []
    for family in (*CLASSICAL, "delta, threshold"):
        names = [name for name in losses if name.startswith(family)]
        chosen.append(max(names, key=lambda name: gain(name, OURS).value))
    return chosen


def show(
    console: Console, market: str, losses: dict[float, Losses], tasks: dict[float, list[HedgingTask]]
) -> None:
    """One table a cost: ours against all, and the ablation."""
    for cost, by_policy in losses.items():
        aversions = [task.risk_aversion for task in tasks[cost]]

        def gain(
            first: str, second: str, by_policy: Losses = by_policy, own: list[float] = aversions
        ) -> Estimate:
            sides = ([each.loss for each in by_policy[name]] for name in (first, second))
            return paired_gain(*sides, own)

        least = min(
            effective_paths(each.loss, aversion)
            for each, aversion in zip(by_policy[OURS], aversions, strict=True)
        )
        table = Table(
            "policy", "ours is ahead, bp", "95%", "verdict", "shortfall 95, bp", "turnover", "trades"
        )
        alone = ["network alone"] if "network alone" in by_policy else []
        rows = [OURS, *alone, *best_choices(by_policy, gain)]
        ablated = [name for base in ABLATIONS for name in (base, f"{base}, alone") if name in by_policy]
        for name in (*rows, *ablated):
            table.add_row(name, *_cells(gain(OURS, name), by_policy[name], name == OURS))
            if name == rows[-1]:
                table.add_section()
        console.print(f"{market}, cost {cost:g}; mean over books; least effective paths {least:.0f}", table)


def _cells(ahead: Estimate, own: list[HedgedLosses], is_ours: bool) -> tuple[str, ...]:
    low, high = ahead.interval
    verdict = "ahead" if low > 0.0 else ("behind" if high < 0.0 else "equal")
    shortfall = 1e4 * float(np.mean([expected_shortfall(each.loss, 0.95) for each in own]))
    turnover = float(np.mean([each.traded.mean() for each in own]))
    trades = float(np.mean([each.trades.mean() for each in own]))
    figures = (f"{shortfall:.1f}", f"{turnover:.2f}", f"{trades:.1f}")
    if is_ours:
        return ("", "", "", *figures)
    return (f"{1e4 * ahead.value:+.2f}", f"{1e4 * low:+.2f} to {1e4 * high:+.2f}", verdict, *figures)


@click.command()
@click.option("--full", is_flag=True, help="more paths and random books")
@click.option("--core", type=click.Path(path_type=Path), help="weights in place of the shipped ones")
@click.option(
    "--correction", type=click.Path(path_type=Path), help="weights of a market correction; none is shipped"
)
@click.option("--scaled-deviation", default=0.5, help="aversion x deviation of the loss hedged without costs")
@click.option("--seed", default=20_170_103)
def main(full: bool, core: Path | None, correction: Path | None, scaled_deviation: float, seed: int) -> None:
    """Print the tables of every market."""
    console = Console(width=120)
    networks = Networks(
        core=read_network(core) if core else shipped_network(),
        correction=read_correction(correction) if correction else None,
    )
    setting = Setting(
        paths=20_000 if full else 1_500,
        books=standard_books(10 if full else 1, seed),
        scaled_deviation=scaled_deviation,
        seed=seed,
        ablated_costs=COSTS if full else (1e-3,),
    )
    started = process_time()
    for name, market in judging_markets().items():
        # Where volatility is constant there is nothing to lack.
        own = setting if name != "Brownian" else replace(setting, ablated_costs=())
        show(console, name, *judge(market, own, networks))
        console.print(f"{process_time() - started:.0f} s of CPU so far")


if __name__ == "__main__":
    main()
