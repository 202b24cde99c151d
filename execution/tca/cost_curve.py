"""What trading costs: the value that flows from execution back to the hedge decision."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# An assumed number without a stated error is believed to within its own size, but never better than this.
_LEAST_ASSUMED_ERROR = np.array([0.1, 0.1])


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCurve:
    """Expected implementation shortfall in bps of arrival notional; positive is a cost.

    cost = half_spread_bps + fee_bps + 1e4 * impact_coefficient * daily_volatility *
    participation^impact_exponent, the square-root law when the exponent is 0.5 (Almgren et al. 2005 estimate
    0.6; Toth et al. 2011 0.5).

    participation: own quantity over the market's volume during the horizon, in [0, 1]. volatility: annualised
    per sqrt(year); daily_volatility over the horizon is volatility * sqrt(horizon_days / 252).
    half_spread_bps: what a small order pays of the half spread, which for one that rests is not all of it.
    half_spread_standard_error_bps, impact_standard_error, correlation: of the two coefficients that fills
    teach; None where the coefficient was assumed. exponent_standard_error: None where the exponent was not
    fitted; exponent_covariance: then its covariance with half spread and impact coefficient;
    exponent_interval: 95%, by profile likelihood. fills: observations behind the coefficients. origin: where
    they come from, one phrase.
    """

    half_spread_bps: float
    fee_bps: float
    impact_coefficient: float
    impact_exponent: float = 0.5
    fills: int = 0
    origin: str = "assumed"
    half_spread_standard_error_bps: float | None = None
    impact_standard_error: float | None = None
    correlation: float = 0.0
    exponent_standard_error: float | None = None
    exponent_covariance: tuple[float, float] = (0.0, 0.0)
    exponent_interval: tuple[float, float] | None = None

    def expected_bps(self, *, participation: float, horizon_days: float, volatility: float) -> float:
        """Expected shortfall of a parent order [bps of arrival notional]."""
        horizon_volatility = volatility * np.sqrt(horizon_days / 252.0)
        impact = 1e4 * self.impact_coefficient * horizon_volatility * participation**self.impact_exponent
        return float(self.half_spread_bps + self.fee_bps + impact)

    def proportional_bps(self) -> float:
        """Cost of a vanishingly small trade [bps]: half spread and fee."""
        return self.half_spread_bps + self.fee_bps

    @property
    def coefficients(self) -> FloatArray:
        """(half_spread_bps, impact_coefficient): what fills can teach; the fee is known."""
        return np.array([self.half_spread_bps, self.impact_coefficient])

    @property
    def covariance(self) -> FloatArray:
        """Covariance of `coefficients`, shape (2, 2); an assumed one is believed to within its own size."""
        assumed = np.maximum(np.abs(self.coefficients), _LEAST_ASSUMED_ERROR)
        stated = (self.half_spread_standard_error_bps, self.impact_standard_error)
        errors = np.array(
            [own if given is None else given for given, own in zip(stated, assumed, strict=True)]
        )
        correlation = np.array([[1.0, self.correlation], [self.correlation, 1.0]])
        covariance: FloatArray = np.outer(errors, errors) * correlation
        return covariance

    def standard_error_bps(self, *, participation: float, horizon_days: float, volatility: float) -> float:
        """Standard error of `expected_bps` at the same order [bps], a fitted exponent's share included."""
        unit = 1e4 * volatility * np.sqrt(horizon_days / 252.0) * participation**self.impact_exponent
        gradient = np.array([1.0, unit])
        variance = gradient @ self.covariance @ gradient
        if self.exponent_standard_error is not None and participation > 0.0:
            slope = self.impact_coefficient * unit * np.log(participation)
            variance += slope**2 * self.exponent_standard_error**2
            variance += 2.0 * slope * float(gradient @ np.array(self.exponent_covariance))
        return float(np.sqrt(max(variance, 0.0)))

    def combined_with(self, measured: CostCurve) -> CostCurve:
        """This curve as prior, `measured` as independent evidence: the precision-weighted mean and its error.

        Raises ValueError when the exponents differ, since the coefficients then mean different things, or
        when a curve claims to know a coefficient exactly. The fee is the measured curve's, whose fills paid
        it.
        """
        if self.impact_exponent != measured.impact_exponent:
            raise ValueError(
                f"cost curves with impact exponents {self.impact_exponent:g} and "
                f"{measured.impact_exponent:g} cannot be combined"
            )
        precision = _precision(measured)
        return self.moved_by(
            precision,
            precision @ (measured.coefficients - self.coefficients),
            fee_bps=measured.fee_bps,
            fills=measured.fills,
            origin=measured.origin,
        )

    def moved_by(
        self, precision: FloatArray, pull: FloatArray, *, fee_bps: float, fills: int, origin: str
    ) -> CostCurve:
        """Gaussian posterior after evidence about the coefficients.

        precision: shape (2, 2), the evidence's information matrix. pull: shape (2,), that matrix times the
        evidence's distance from this curve's coefficients; unlike the distance it exists when the evidence is
        one order.
        """
        covariance = np.linalg.inv(_precision(self) + precision)
        # Noise may pull a mean below zero; a trade that pays the trader would make every band collapse.
        half_spread, impact = np.maximum(self.coefficients + covariance @ pull, 0.0)
        errors = np.sqrt(np.diag(covariance))
        return replace(
            self,
            half_spread_bps=float(half_spread),
            fee_bps=fee_bps,
            impact_coefficient=float(impact),
            fills=self.fills + fills,
            origin=f"{self.origin}; {origin}" if origin not in self.origin else self.origin,
            half_spread_standard_error_bps=float(errors[0]),
            impact_standard_error=float(errors[1]),
            correlation=float(covariance[0, 1] / (errors[0] * errors[1])),
        )


def _precision(curve: CostCurve) -> FloatArray:
    """Inverse covariance of the coefficients; ValueError when one is claimed without any error."""
    covariance = curve.covariance
    if np.any(np.diag(covariance) <= 0.0):
        raise ValueError(
            f"the cost curve '{curve.origin}' claims a coefficient without error and cannot learn"
        )
    return np.asarray(np.linalg.inv(covariance), dtype=np.float64)
