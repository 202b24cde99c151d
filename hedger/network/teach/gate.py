"""The gate before release: exact gaps to the optimum in cells that training never saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from execution.process_pool import process_pool
from hedger.network.inference import BandNetwork
from hedger.network.labels import features_at
from hedger.network.ladder import bands_of
from hedger.optimum.classical import leland, practitioner_delta, whalley_wilmott, zakamouline
from hedger.optimum.grid import Resolution
from hedger.optimum.problem import FloatArray, HedgingProblem
from hedger.optimum.score import BandPolicy, score_bands
from hedger.optimum.solve import solve

CLASSICAL: Mapping[str, Callable[[HedgingProblem, int, FloatArray], FloatArray]] = {
    "delta": practitioner_delta,
    "leland": leland,
    "whalley-wilmott": whalley_wilmott,
    "zakamouline": zakamouline,
}
SMALL_COST = 1e-3
"""Proportional cost up to which the tighter limit holds."""
LIMITS_BP = (0.3, 1.5)
"""Worst gap at small and at larger costs [bp of spot]."""
SEVERITY = 10.0
"""Aversion x gross units x spot x deviation of a day from which a cell is severe: what an unhedged day of one
deviation adds to the exponent. The network misses the limits there, and so does every formula by far."""
SEVERE_SHARE = 0.05
"""Largest gap in a severe cell as a share of what Zakamouline's band leaves, where that is more."""
TIE_BP = 0.02
"""How much a gap may exceed Zakamouline's and still count as the same [bp of spot]."""

_RESOLUTION = Resolution(nodes_per_deviation=2.0, holdings=121, piece_nodes=8)
_DATES_PER_YEAR = 250.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One problem of the gate. kind: what is held, in a word."""

    kind: str
    problem: HedgingProblem

    def __str__(self) -> str:
        """Short enough for a line of a report."""
        problem = self.problem
        volatility = np.sqrt(problem.step_variance * _DATES_PER_YEAR)
        fixed = f", fixed cost {problem.fixed_cost:.1e}" if problem.fixed_cost else ""
        return (
            f"{self.kind}, strikes {np.round(problem.strike, 3)}, units {problem.units}, "
            f"{problem.steps} dates, volatility {volatility:.2f}, "
            f"cost {problem.proportional_cost:.1e}{fixed}, aversion {problem.risk_aversion:.0f}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CellScore:
    """optimum: its risk in units of spot. gap: the network's; classical: theirs by name [bp of spot]."""

    cell: Cell
    optimum: float
    gap: float
    classical: Mapping[str, float]

    @property
    def severe(self) -> bool:
        """Whether a day's move can cost many times what is tolerated."""
        problem = self.cell.problem
        gross = problem.risk_aversion * problem.spot * float(np.abs(problem.units).sum())
        return gross * float(np.sqrt(problem.step_variance)) > SEVERITY

    @property
    def limit(self) -> float:
        """Largest gap that may be released [bp of spot]."""
        usual = LIMITS_BP[0] if self.cell.problem.proportional_cost <= SMALL_COST else LIMITS_BP[1]
        return max(usual, SEVERE_SHARE * self.classical["zakamouline"]) if self.severe else usual

    @property
    def failure(self) -> str | None:
        """What is wrong with it, None where nothing is."""
        if not self.gap <= self.limit:
            return f"gap {self.gap:.3f} bp above {self.limit:g}: {self.cell}"
        zakamouline = self.classical["zakamouline"]
        if self.gap > zakamouline + TIE_BP:
            return f"gap {self.gap:.4f} bp above Zakamouline's {zakamouline:.4f}: {self.cell}"
        return None


def gate_cells(count: int, seed: int) -> Iterator[Cell]:
    """Random cells over the whole range that is promised; a cell depends on the seed and its number."""
    for number in range(count):
        yield _cell(np.random.default_rng([seed, number]))


def _cell(rng: np.random.Generator) -> Cell:
    kind = str(rng.choice(["call", "put", "straddle", "spread"]))
    side, strike = (-1.0 if rng.random() < 0.6 else 1.0), float(np.exp(rng.uniform(-0.15, 0.15)))
    other = strike * float(np.exp(rng.uniform(0.02, 0.1)))
    call = bool(rng.random() < 0.5)
    lines = {
        "call": ([strike], [True], [side]),
        "put": ([strike], [False], [side]),
        "straddle": ([strike, strike], [True, False], [side, side]),
        "spread": ([strike, other], [call, call], [side, -side]),
    }
    strikes, calls, units = lines[kind]
    fixed = _log_uniform(rng, 1e-6, 3e-4) if rng.random() < 0.2 else 0.0
    problem = HedgingProblem(
        strike=np.array(strikes),
        is_call=np.array(calls),
        units=np.array(units),
        expiry_step=np.full(len(strikes), round(_within(rng, 5.0, 60.0))),
        spot=1.0,
        step_variance=_within(rng, 0.1, 0.6) ** 2 / _DATES_PER_YEAR,
        proportional_cost=_within(rng, 1e-4, 1e-2),
        fixed_cost=fixed,
        risk_aversion=_within(rng, 10.0, 300.0),
    )
    return Cell(kind=kind, problem=problem)


def _within(rng: np.random.Generator, low: float, high: float) -> float:
    """An end of the range in one draw of three: the corners are promised too."""
    if rng.random() < 1.0 / 3.0:
        return low if rng.random() < 0.5 else high
    return _log_uniform(rng, low, high)


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def score_cells(network: BandNetwork, cells: Sequence[Cell], *, workers: int = 1) -> list[CellScore]:
    """Exact scores, in the order of the cells."""
    score = partial(score_cell, network)
    if workers == 1:
        return [score(cell) for cell in cells]
    with process_pool(workers) as pool:
        return list(pool.map(score, cells, chunksize=4))


def score_cell(network: BandNetwork, cell: Cell) -> CellScore:
    """The optimum by dynamic programming, and every policy by the same recursion."""
    problem = cell.problem
    optimum = solve(problem, _RESOLUTION).risk()

    def gap(policy: BandPolicy) -> float:
        risk = score_bands(problem, policy, resolution=_RESOLUTION)
        return 1e4 * (risk - optimum) / problem.spot

    return CellScore(
        cell=cell,
        optimum=optimum / problem.spot,
        gap=gap(network_bands(network, problem)),
        classical={name: gap(partial(bands, problem)) for name, bands in CLASSICAL.items()},
    )


def exact_gaps(problem: HedgingProblem, networks: Sequence[BandNetwork]) -> list[float]:
    """Gaps of networks to the problem's optimum [bp of spot]."""
    optimum = solve(problem, _RESOLUTION).risk()
    policies = [network_bands(network, problem) for network in networks]
    risks = [score_bands(problem, policy, resolution=_RESOLUTION) for policy in policies]
    return [1e4 * (risk - optimum) / problem.spot for risk in risks]


def network_bands(network: BandNetwork, problem: HedgingProblem) -> BandPolicy:
    """The network as a policy of a problem, as the scorer takes one."""

    def bands(step: int, spot: FloatArray) -> FloatArray:
        features, reference = features_at(problem, np.full(len(spot), step, dtype=np.int64), spot)
        found = np.empty((len(spot), 4))
        for node, output in enumerate(network.outputs(features)):
            bands_of(output, reference[node], found[node])
        return found / (problem.risk_aversion * spot)[:, None]

    return bands
