"""What working orders of correlated instruments together saves: predicted, in the model's own law, simulated.

python -m benchmarks.joint_schedules [--paths 50000] [--markets 60] [--only law estimated simulated]

Two orders are worked by the multi-asset Almgren-Chriss schedule and by each order's own, on the same random
numbers. What is compared is what both minimise, mean cost + half the risk aversion x variance of cost, over
both orders; intervals are 95%, paired, by the bootstrap over paths. The law is the model's: random walks and
linear impact. The simulated books have another impact than the model, and news that correlate as stated.
`estimated` asks what a correlation costs that was estimated in 252 days and shrunk.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np

from execution.executor import ExecutionSettings
from execution.legs_executor import work_legs
from execution.market.regime import MarketConditions
from execution.market.shared_news import correlated_news
from execution.market.simulator import MarketSimulator
from execution.orders import ParentOrder, Side, TradingRules
from execution.schedules.almgren_chriss import almgren_chriss_for
from execution.schedules.multi_asset import MultiAssetAlmgrenChriss
from execution.schedules.multi_asset_package import one_way_schedule, package_terms_for
from execution.schedules.multi_asset_schedule import PlannedLegs
from execution.schedules.schedule import FloatArray, IntArray
from execution.tca.cost_curve import CostCurve
from execution.tca.shortfall import implementation_shortfall, news_cost

SECOND, MINUTES = 10**9, 10
SETTINGS = ExecutionSettings(slice_ns=30 * SECOND, look_ns=2 * SECOND)
SLICES = MINUTES * 60 * SECOND // SETTINGS.slice_ns
MARKETS = (
    MarketConditions(
        mid_price=100.0, tick_size=0.01, volatility=0.3, half_spread_ticks=1.0, average_daily_volume=4e6
    ),
    MarketConditions(
        mid_price=50.0, tick_size=0.01, volatility=0.4, half_spread_ticks=1.0, average_daily_volume=6e6
    ),
)
# The impact of the simulated books, as `measured_impact` finds it on seeds of its own.
CURVE = CostCurve(half_spread_bps=0.0, fee_bps=0.0, impact_coefficient=0.06, origin="simulated books")
RISK_AVERSION = 2.4e-4
RESAMPLES, FIRST_SEED_OF_IMPACT = 500, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Two orders in correlated markets."""

    name: str
    sides: tuple[Side, Side]
    correlation: float

    def matrix(self, correlation: float | None = None) -> FloatArray:
        """The correlation, or another, as a matrix."""
        off = self.correlation if correlation is None else correlation
        return np.array([[1.0, off], [off, 1.0]])

    def orders(self) -> tuple[ParentOrder, ...]:
        """Ten per cent of the volume each."""
        return tuple(
            ParentOrder(
                parent_id=symbol,
                symbol=symbol,
                side=side,
                quantity=quantity,
                start_ns=0,
                horizon_ns=MINUTES * 60 * SECOND,
                rules=TradingRules(symbol=symbol, tick_size=0.01),
            )
            for symbol, side, quantity in zip("AB", self.sides, (10_000, 15_000), strict=True)
        )

    def joint_plan(self, correlation: float | None = None) -> tuple[MultiAssetAlmgrenChriss, IntArray]:
        """The model, and the signed plan of both orders by a correlation."""
        orders = self.orders()
        terms = package_terms_for(
            orders,
            conditions=MARKETS,
            curves=(CURVE, CURVE),
            correlation=self.matrix(correlation),
            risk_aversion=RISK_AVERSION,
        )
        schedule = one_way_schedule(terms)
        return schedule.model, schedule.plan([one.side * one.quantity for one in orders], SLICES)

    def apart_plan(self) -> IntArray:
        """Each order by its own schedule."""
        plans = []
        for order, market in zip(self.orders(), MARKETS, strict=True):
            own = almgren_chriss_for(order, conditions=market, curve=CURVE, risk_aversion=RISK_AVERSION)
            plans.append(int(order.side) * own.plan(order.quantity, SLICES))
        return np.column_stack(plans)


CASES = (
    Case(name="buy one, sell the other", sides=(Side.BUY, Side.SELL), correlation=0.9),
    Case(name="buy both", sides=(Side.BUY, Side.BUY), correlation=0.9),
    Case(name="buy one, sell the other", sides=(Side.BUY, Side.SELL), correlation=0.5),
    Case(name="unrelated", sides=(Side.BUY, Side.SELL), correlation=0.0),
)


def criterion(costs: FloatArray, news: FloatArray) -> float:
    """Mean and half the risk aversion x variance.

    news: a part of the cost that is known to average nothing.
    """
    return float((costs - news).mean() + 0.5 * RISK_AVERSION * costs.var(ddof=1))


def paired(together: FloatArray, apart: FloatArray) -> tuple[float, float, float]:
    """The saving by working together, and its 95% interval over the pairs.

    Both of shape (2, path): the cost, and of it what news made.
    """
    rng, count = np.random.default_rng(0), together.shape[1]
    draws = []
    for _ in range(RESAMPLES):
        at = rng.integers(0, count, count)
        draws.append(criterion(*apart[:, at]) - criterion(*together[:, at]))
    low, high = np.quantile(draws, (0.025, 0.975))
    return criterion(*apart) - criterion(*together), float(low), float(high)


def costs_in_law(model: MultiAssetAlmgrenChriss, plan: IntArray, shocks: FloatArray) -> FloatArray:
    """Shortfall of a plan on every path of the model's law.

    shocks: shape (path, slice, leg), standard normal.
    """
    tau = model.horizon / len(plan)
    root = np.linalg.cholesky(model.covariance * tau)
    left = plan.sum(axis=0) - plan.cumsum(axis=0)
    # What is left waits through the slice's move.
    news = np.einsum("pkj,kj->p", shocks, left @ root)
    return np.array([model.expected_cost(plan.astype(np.float64)) + news, news])


def law(paths: int) -> None:
    """Against the closed form's prediction, on common random numbers of the model's own law."""
    print(f"\nThe model's law, {paths:,} paths: what working together saves of cost + half risk aversion x")
    print("variance, predicted and realised (95% paired)\n")
    print(f"{'orders':26s}{'corr.':>6s}{'apart':>9s}{'predicted':>11s}{'realised':>10s}{'interval':>20s}")
    shocks = np.random.default_rng(1).standard_normal((paths, SLICES, 2), dtype=np.float32).astype(float)
    for case in CASES:
        model, together = case.joint_plan()
        apart = case.apart_plan()
        expected = model.utility(apart.astype(float)) - model.utility(together.astype(float))
        found, low, high = paired(*(costs_in_law(model, plan, shocks) for plan in (together, apart)))
        print(
            f"{case.name:26s}{case.correlation:6.1f}{model.utility(apart.astype(float)):9,.0f}"
            f"{expected:11,.1f}{found:10,.1f}{f'{low:,.1f} to {high:,.1f}':>20s}"
        )


def estimated(histories: int = 300) -> None:
    """What is lost of the saving where the correlation is estimated, and shrunk by its error."""
    print(
        f"\nA correlation of 252 days and of 40, estimated and shrunk ({histories} histories): saving kept\n"
    )
    print(
        f"{'orders':26s}{'corr.':>6s}{'252 days: mean':>16s}{'worst':>8s}{'40 days: mean':>15s}{'worst':>8s}"
    )
    rng = np.random.default_rng(2)
    for case in CASES[:-1]:
        model, best = case.joint_plan()
        apart = model.utility(case.apart_plan().astype(float))
        whole = apart - model.utility(best.astype(float))
        kept = []
        for days in (252, 40):
            moves = rng.standard_normal((histories, days, 2)) @ np.linalg.cholesky(case.matrix()).T
            samples = np.array([np.corrcoef(one.T)[0, 1] for one in moves])
            error = (1.0 - samples**2) / np.sqrt(days - 3.0)
            used = samples * (1.0 - np.minimum(1.0, (error / samples) ** 2))
            plans = [case.joint_plan(float(correlation))[1] for correlation in used]
            kept.append(np.array([(apart - model.utility(plan.astype(float))) / whole for plan in plans]))
        said = "".join(
            f"{each.mean():{width}.1%}{each.min():8.1%}" for each, width in zip(kept, (16, 15), strict=True)
        )
        print(f"{case.name:26s}{case.correlation:6.1f}{said}")


def measured_impact(markets: int) -> tuple[float, float]:
    """Impact coefficient of the simulated books, and its standard error.

    By what a fifth of the slices costs more than all of them: in the model five times the impact of even
    trading, whatever small trades cost.
    """
    case = CASES[0]
    whole = np.array([one.side * one.quantity for one in case.orders()])
    even, hurried = np.zeros((2, SLICES, 2), dtype=np.int64)
    even[:], hurried[: SLICES // 5] = whole // SLICES, 5 * whole // SLICES
    seeds = range(FIRST_SEED_OF_IMPACT, FIRST_SEED_OF_IMPACT + markets)
    costs = np.array([[_worked(case, plan, seed) for plan in (even, hurried)] for seed in seeds])
    more = np.diff(costs[:, :, 0] - costs[:, :, 1], axis=1)[:, 0] / 4.0
    model, _ = case.joint_plan()
    unit = model.expected_cost(even.astype(np.float64)) / CURVE.impact_coefficient
    return float(more.mean() / unit), float(more.std(ddof=1) / np.sqrt(markets) / unit)


def simulated(markets: int) -> None:
    """In simulated order books whose news correlate, on the same seeds."""
    impact, error = measured_impact(max(2, markets // 2))
    print(f"\nImpact of the books {impact:.3f} +- {error:.3f}, the schedules' {CURVE.impact_coefficient:g}")
    print(f"Simulated order books, {markets} pairs of markets: the same, and its parts\n")
    print(
        f"{'orders':26s}{'corr.':>6s}{'apart':>9s}{'predicted':>11s}{'saved':>9s}{'interval':>20s}"
        f"{'mean cost':>19s}{'deviation':>19s}"
    )
    for case in CASES[:2]:
        model, together = case.joint_plan()
        apart = case.apart_plan()
        predicted = model.utility(apart.astype(float)) - model.utility(together.astype(float))
        both, own = (
            np.array([_worked(case, plan, seed) for seed in range(markets)]).T for plan in (together, apart)
        )
        found, low, high = paired(both, own)
        mean = [float((costs - news).mean()) for costs, news in (both, own)]
        deviation = [float(costs.std(ddof=1)) for costs, _ in (both, own)]
        print(
            f"{case.name:26s}{case.correlation:6.1f}{criterion(*own):9,.0f}{predicted:11,.0f}"
            f"{found:9,.0f}{f'{low:,.0f} to {high:,.0f}':>20s}"
            f"{f'{mean[1]:,.0f} -> {mean[0]:,.0f}':>19s}{f'{deviation[1]:,.0f} -> {deviation[0]:,.0f}':>19s}"
        )


def _worked(case: Case, plan: IntArray, seed: int) -> tuple[float, float]:
    """Shortfall of both orders by a plan, and of it what news made [currency]."""
    orders = case.orders()

    def fresh() -> list[np.random.Generator]:
        return [np.random.default_rng([seed, leg]) for leg in range(2)]

    news = correlated_news(fresh(), case.matrix())
    rngs = fresh()
    books = [
        MarketSimulator(market, 0, rng, news=heard)
        for market, rng, heard in zip(MARKETS, rngs, news, strict=True)
    ]
    done = work_legs(
        orders,
        schedule=PlannedLegs(name="plan", target=plan.cumsum(axis=0)),
        conditions=MARKETS,
        rngs=rngs,
        settings=SETTINGS,
        markets=books,
    )
    each = list(zip(orders, done, strict=True))
    paid = sum(sum(implementation_shortfall(*one).parts.values()) for one in each)
    return float(paid), float(sum(news_cost(*one) for one in each))


def main() -> None:
    """Print the tables that are asked for, and what they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--paths", type=int, default=50_000)
    parser.add_argument("--markets", type=int, default=60)
    parser.add_argument("--only", nargs="+", default=["law", "estimated", "simulated"])
    asked = parser.parse_args()
    started = time.process_time()
    if "law" in asked.only:
        law(asked.paths)
    if "estimated" in asked.only:
        estimated()
    if "simulated" in asked.only:
        simulated(asked.markets)
    print(f"\n{time.process_time() - started:.0f} s of one core")


if __name__ == "__main__":
    main()
