"""The GARCH family as volatility models: fitted to a history, or replaced by a simpler one."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, isfinite

import numpy as np
import numpy.typing as npt

from pricing.history import PriceHistory
from pricing.paths.bootstrap import ResampledInnovations
from pricing.paths.garch import EgarchLaw, GjrLaw, VarianceLaw
from pricing.paths.innovations import Innovations, ParametricInnovations
from pricing.sample_volatility import FittedSample
from pricing.volatility.ewma import WeightedVariance
from pricing.volatility.fit import Engine, Fit, fit
from pricing.volatility.fitted import FittedLaw
from pricing.volatility.likelihood_kernel import SHAPE, SKEW
from pricing.volatility.specification import Innovation, Specification
from pricing.volatility.window import MAXIMUM_RETURNS, PERCENT, percent_window

FloatArray = npt.NDArray[np.float64]

MINIMUM_GARCH_RETURNS = 250
HIGHEST_PERSISTENCE = 0.9995  # a half-life above five years says that the fit found no reversion
LOWEST_DEGREES_OF_FREEDOM = 2.1  # the bound of arch is 2.05; there the mean lies beyond the interval
_MOST_LONG_RUN = 100.0  # times the sample's variance; nobody has seen such a level


@dataclass(frozen=True, slots=True, kw_only=True)
class GarchFamily:
    """GARCH, GJR or EGARCH of order one on the last `maximum_returns` returns of a history.

    reverting_to_sample: after the fit the long-run variance is set to the sample's (not for EGARCH).
    filtered: simulations draw the fit's standardised residuals in blocks of `block_days` instead of the
    specification's innovations; EGARCH always does unless these are normal, since its mean variance is
    infinite under a t (Nelson 1991). Simpler models, with the reason in `note`: the sample volatility below
    250 returns; RiskMetrics where the fit fails, its persistence reaches 0.9995 (it would explode), its tails
    come down to 2.1 degrees of freedom or its long-run variance is a hundred times the sample's.
    """

    specification: Specification = field(default_factory=Specification)
    reverting_to_sample: bool = False
    filtered: bool = False
    block_days: int = 1
    maximum_returns: int = MAXIMUM_RETURNS
    engine: Engine = Engine.COMPILED

    @property
    def name(self) -> str:
        """The model in words."""
        level = ", long-run variance targeted to the sample's" if self.reverting_to_sample else ""
        return f"{self.specification.name}{level}"

    @property
    def targeted(self) -> bool:
        """Whether the long-run variance is the sample's."""
        return self.reverting_to_sample or self.specification.variance_targeting

    def fitted(
        self, history: PriceHistory, *, warm: FittedLaw | FittedSample | None = None
    ) -> FittedLaw | FittedSample:
        """Fit to all of `history`, starting from an earlier fit where one is given.

        Raises InputError below 10 returns or when no price moves.
        """
        returns = percent_window(history, maximum=self.maximum_returns)
        if len(returns) < MINIMUM_GARCH_RETURNS:
            return FittedSample(
                observations=len(returns),
                variance=float(np.mean(returns**2)) / PERCENT**2,
                note=f"since {len(returns)} daily returns are too few for GARCH",
            )
        before = warm.fit if isinstance(warm, FittedLaw) else None
        found = fit(self.specification, returns, warm=before, engine=self.engine)
        fitted = self.law_of(found)
        trouble = trouble_of(found, fitted)
        if trouble is None:
            return fitted
        reason = f"since the {self.specification.recursion.value.removesuffix('(1,1)')} fit {trouble}"
        return WeightedVariance().of_returns(returns, note=reason)

    def law_of(self, found: Fit) -> FittedLaw:
        """What a fit, or the model at other parameters, forecasts; its use is not checked."""
        innovations = self._innovations(found)
        law: VarianceLaw
        mean, omega, alpha, gamma, beta = (float(value) for value in found.parameters[:SHAPE])
        if self.specification.egarch:
            law = EgarchLaw(omega=omega, alpha=alpha, gamma=gamma, beta=beta, mean=mean)
        else:
            share = innovations.loss_share
            law = GjrLaw(omega=omega, alpha=alpha, gamma=gamma, beta=beta, mean=mean, loss_share=share)
            if self.targeted and law.persistence < 1.0:
                law = law.reverting_to(found.sample.level)
        return FittedLaw(
            name=self.name,
            observations=len(found.sample.returns),
            law=law,
            next_variance=float(found.variance[-1]),
            innovations=innovations,
            fit=found,
        )

    def _innovations(self, found: Fit) -> Innovations:
        innovation = self.specification.innovation
        heavy = self.specification.egarch and innovation is not Innovation.NORMAL
        if self.filtered or heavy:
            return ResampledInnovations(residuals=found.residuals, block_days=self.block_days)
        if innovation is Innovation.NORMAL:
            return ParametricInnovations()
        return ParametricInnovations(shape=float(found.parameters[SHAPE]), skew=float(found.parameters[SKEW]))


def trouble_of(found: Fit, fitted: FittedLaw) -> str | None:
    """What makes a fit useless for forecasts, as the end of a sentence; None when nothing does."""
    persistence = fitted.law.persistence
    if not found.converged or not (isfinite(persistence) and 0.0 < fitted.next_variance < inf):
        return "did not converge"
    if persistence >= HIGHEST_PERSISTENCE:
        return f"has a persistence of {persistence:.4f} and would explode"
    shape = float(found.parameters[SHAPE])
    if found.specification.innovation is not Innovation.NORMAL and shape <= LOWEST_DEGREES_OF_FREEDOM:
        return f"has tails of {shape:.2f} degrees of freedom, hardly of finite variance"
    long_run = fitted.long_run_variance
    if not long_run <= _MOST_LONG_RUN * found.sample.level:
        return f"reverts to {np.sqrt(long_run / found.sample.level):.3g} times the sample's volatility"
    return None
