"""Gradient-boosted trees of what orders cost, judged on later orders; needs the extra `tca`."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.inspection import permutation_importance

from execution.tca.attribution import out_of_sample
from execution.tca.blotter import FloatArray
from execution.tca.boosted_result import BoostedAttribution, Importance
from execution.tca.factor_design import Design, design_of, time_split
from execution.tca.factors import OrderFactors

FEWEST_ORDERS = 60
_REPEATS = 20


def boosted(
    factors: OrderFactors, cost_bps: FloatArray, rng: np.random.Generator
) -> BoostedAttribution | None:
    """Fit small trees to the earlier orders; None with fewer than sixty orders.

    The settings are fixed, not tuned: eight leaves, 150 rounds at a rate of 0.05, and leaves of at least a
    fortieth of the orders, since costs of orders are mostly noise.
    """
    design = design_of(factors, cost_bps)
    cost = cost_bps[design.rows]
    trained, tested = time_split(factors, design.rows)
    if len(cost) < FEWEST_ORDERS or not design.names:
        return None
    seed = int(rng.integers(2**31))
    model = HistGradientBoostingRegressor(
        learning_rate=0.05,
        max_iter=150,
        max_leaf_nodes=8,
        min_samples_leaf=max(10, len(cost) // 40),
        early_stopping=False,
        random_state=seed,
    ).fit(design.values[trained], cost[trained])
    judged = out_of_sample(cost, model.predict(design.values), trained, tested, rng)
    if judged is None:
        return None
    shuffled = permutation_importance(
        model, design.values[tested], cost[tested], n_repeats=_REPEATS, random_state=seed
    )
    importances = _importances(design, shuffled.importances_mean, shuffled.importances_std)
    return BoostedAttribution(out_of_sample=judged, importances=importances)


def _importances(design: Design, mean: FloatArray, deviation: FloatArray) -> tuple[Importance, ...]:
    return tuple(
        Importance(
            factor=design.names[at],
            is_choice=design.is_choice[at],
            lost_r_squared=float(mean[at]),
            deviation=float(deviation[at]),
        )
        for at in np.argsort(-mean, kind="stable")
    )
