"""Gradient-boosted trees of what orders cost, judged on later orders; needs the extra `tca`."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.inspection import permutation_importance
from threadpoolctl import threadpool_limits

from execution.tca.attribution import OutOfSample, out_of_sample
from execution.tca.blotter import FloatArray
from execution.tca.boosted_result import BoostedAttribution, Importance
from execution.tca.factor_design import Design, design_of, time_split
from execution.tca.factors import OrderFactors

FEWEST_ORDERS = 60
_REPEATS = 10
_MOST_ROUNDS = 150


def boosted(
    factors: OrderFactors, cost_bps: FloatArray, rng: np.random.Generator
) -> BoostedAttribution | None:
    """Fit small trees to the earlier orders; None with fewer than sixty orders.

    Trees have at most eight leaves of at least a fortieth of the orders and learn at a rate of 0.05; how many
    there are is chosen on the last quarter of the earlier orders, and may be none: costs of orders are mostly
    noise, and then their mean is the best forecast.
    """
    # One thread: trees this small only wait for each other, on a busy machine for minutes.
    with threadpool_limits(limits=1):
        return _judged(factors, cost_bps, rng)


def _judged(
    factors: OrderFactors, cost_bps: FloatArray, rng: np.random.Generator
) -> BoostedAttribution | None:
    design = design_of(factors, cost_bps)
    cost = cost_bps[design.rows]
    trained, tested = time_split(factors, design.rows)
    if len(cost) < FEWEST_ORDERS or not design.names:
        return None
    seed = int(rng.integers(2**31))
    rounds = _best_rounds(design.values[trained], cost[trained], seed)
    if rounds == 0:
        predicted = np.full(len(cost), cost[trained].mean())
        judged = out_of_sample(cost, predicted, trained, tested, rng)
        return None if judged is None else BoostedAttribution(out_of_sample=judged, importances=())
    model = _trees(rounds, len(cost), seed).fit(design.values[trained], cost[trained])
    judged = out_of_sample(cost, model.predict(design.values), trained, tested, rng)
    if judged is None:
        return None
    shuffled = permutation_importance(
        model, design.values[tested], cost[tested], n_repeats=_REPEATS, random_state=seed
    )
    return _result(design, judged, shuffled.importances_mean, shuffled.importances_std)


def _trees(rounds: int, orders: int, seed: int) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(
        learning_rate=0.05,
        max_iter=rounds,
        max_leaf_nodes=8,
        min_samples_leaf=max(10, orders // 40),
        early_stopping=False,
        random_state=seed,
    )


def _best_rounds(values: FloatArray, cost: FloatArray, seed: int) -> int:
    """The number of trees that forecasts the last quarter of these orders best from those before."""
    cut = 3 * len(cost) // 4
    model = _trees(_MOST_ROUNDS, len(cost), seed).fit(values[:cut], cost[:cut])
    later = cost[cut:]
    errors = [float(((later - cost[:cut].mean()) ** 2).sum())]
    errors += [float(((later - stage) ** 2).sum()) for stage in model.staged_predict(values[cut:])]
    return int(np.argmin(errors))


def _result(
    design: Design, judged: OutOfSample, mean: FloatArray, deviation: FloatArray
) -> BoostedAttribution:
    importances = tuple(
        Importance(
            factor=design.names[at],
            is_choice=design.is_choice[at],
            lost_r_squared=float(mean[at]),
            deviation=float(deviation[at]),
        )
        for at in np.argsort(-mean, kind="stable")
    )
    return BoostedAttribution(out_of_sample=judged, importances=importances)
