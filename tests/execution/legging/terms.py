"""Terms that several tests of legging share."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from execution.legging.terms import LeggingTerms, flat_open_costs

PUBLISHED = LeggingTerms(
    steps=12,
    half_spreads=(0.05, 0.08),
    fill_probabilities=(0.35, 0.20),
    adverse_moves=(0.07, 0.091),
    open_costs=flat_open_costs(2, 0.01),
    leftover_costs=(0.02, 0.02),
    complex_fill_probability=0.1,
    complex_cost=0.065,
)


@st.composite
def legging_terms(draw: st.DrawFn, most_legs: int = 3, most_steps: int = 4) -> LeggingTerms:
    legs = draw(st.integers(1, most_legs))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    costs = rng.uniform(0.0, 0.03, 1 << legs)
    costs[[0, -1]] = 0.0
    half_spreads = rng.uniform(0.01, 0.1, legs)
    return LeggingTerms(
        steps=draw(st.integers(0, most_steps)),
        half_spreads=tuple(half_spreads.tolist()),
        fill_probabilities=tuple(rng.uniform(0.0, 1.0, legs).tolist()),
        adverse_moves=tuple((half_spreads * rng.uniform(-0.5, 2.5, legs)).tolist()),
        open_costs=tuple(costs.tolist()),
        leftover_costs=tuple(rng.uniform(0.0, 0.05, legs).tolist()),
        complex_fill_probability=float(rng.uniform(0.0, 0.5)),
        complex_cost=float(half_spreads.sum() * rng.uniform(-0.2, 1.0)),
        without_package=draw(st.sampled_from((np.inf, 0.0, 0.05, 0.2))),
    )
