"""A price history to volatility forecasts, with what each model would have been worth so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from pricing.curves import FloatArray
from pricing.default_forecaster import RANGES, DefaultForecaster, default_models
from pricing.forecast import VolForecast
from pricing.history import PriceHistory
from pricing.model_choice import DieboldMariano, diebold_mariano, model_confidence_set, qlike
from pricing.rolling_forecast import roll
from pricing.volatility.ewma import WeightedVariance
from pricing.volatility.family import GarchFamily
from pricing.volatility.specification import Innovation, Recursion, Specification
from pricing.volatility_model import VolatilityModel, forecast_from

Progress = Callable[[str, float], None]

HORIZON_DAYS = (1, 5, 10, 20, 60, 120, 250)
JUDGED_DATES = 500
FEWEST_JUDGED_DATES = 60
FEWEST_RETURNS_BEFORE = 750
_REFIT_DAYS = 20
_DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedModel:
    """A model's forecast and its losses out of sample.

    losses: QLIKE by date at the study's horizon, None where the history is too short to judge.
    against_default: Diebold-Mariano of its losses less the default's, None for the default. confidence:
    p-value in the model confidence set of all the models judged; those above 0.1 belong to it.
    """

    name: str
    forecast: VolForecast
    losses: FloatArray | None
    against_default: DieboldMariano | None
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastStudy:
    """Forecasts after the last day of a history; the first model is the default.

    judged_dates: the dates whose forecasts were judged, none where the history is too short. judged_horizon:
    trading days. unmoved_dates: left out of the judged ones, since no close changed over the horizon.
    """

    history: PriceHistory
    models: tuple[JudgedModel, ...]
    judged_dates: tuple[date, ...]
    judged_horizon: int
    unmoved_dates: int = 0

    @property
    def default(self) -> JudgedModel:
        """What hedger takes where nobody chooses."""
        return self.models[0]


def study_forecast(
    history: PriceHistory,
    *,
    implied: PriceHistory | None = None,
    horizon_days: Sequence[int] = HORIZON_DAYS,
    judged_horizon: int = 20,
    seed: int = 0,
    progress: Progress | None = None,
) -> ForecastStudy:
    """Forecast from all of `history` by each model, and walk each through the last 500 dates before.

    implied: implied volatility of thirty calendar days by day, as the VIX. A judged forecast knows nothing
    after its date; models are refitted every 20 days and updated between. Raises InputError for a history
    that is too short to forecast from.
    """
    say = progress or (lambda stage, fraction: None)
    candidates = _candidates(history, implied)
    dates, unmoved = _dates_to_judge(history, judged_horizon)
    forecasts, losses = {}, {}
    for at, (name, model) in enumerate(candidates.items()):
        say(f"fitting {model.name}", at / len(candidates))
        forecasts[name] = forecast_from(
            model.fitted(history),
            as_of=history.dates[-1].item(),
            horizon_days=horizon_days,
            seed=seed,
        )
        if dates:
            walked = roll(
                model,
                history,
                first=dates[0],
                last=dates[-1],
                horizon_days=[judged_horizon],
                refit_days=_REFIT_DAYS,
                implied=implied,
            )
            judged = np.isin(walked.dates, np.array(dates, dtype="datetime64[D]"))
            losses[name] = qlike(walked.realised[judged, 0], walked.forecast[judged, 0])
    confidence = _confidence(losses, judged_horizon)
    models = tuple(
        JudgedModel(
            name=name,
            forecast=forecasts[name],
            losses=losses.get(name),
            against_default=None
            if name == _DEFAULT or not losses
            else diebold_mariano(losses[name], losses[_DEFAULT], horizon=judged_horizon),
            confidence=confidence.get(name),
        )
        for name in candidates
    )
    return ForecastStudy(
        history=history,
        models=models,
        judged_dates=dates,
        judged_horizon=judged_horizon,
        unmoved_dates=unmoved,
    )


def _candidates(history: PriceHistory, implied: PriceHistory | None) -> dict[str, VolatilityModel]:
    """The default and the usual models of the field."""
    models: dict[str, VolatilityModel] = {_DEFAULT: DefaultForecaster(implied=implied)}
    own = default_models(history)
    if RANGES in own and (implied is not None or len(own) > 1):
        models["log-HAR"] = RANGES  # otherwise it is the default, or the history is too short for it
    for recursion, innovation, name in (
        (Recursion.GARCH, Innovation.NORMAL, "GARCH-N"),
        (Recursion.GJR, Innovation.STUDENT_T, "GJR-t"),
        (Recursion.EGARCH, Innovation.SKEWED_T, "EGARCH-skewed t"),
    ):
        models[name] = GarchFamily(specification=Specification(recursion=recursion, innovation=innovation))
    models["EWMA 0.94"] = WeightedVariance()
    return models


def _dates_to_judge(history: PriceHistory, horizon: int) -> tuple[tuple[date, ...], int]:
    """The last dates whose outcome is known and that have enough returns before them, at most 500.

    Of these the ones before a move, and how many have none: QLIKE is of positive variances.
    """
    last = len(history.dates) - 1 - horizon
    first = max(last - JUDGED_DATES + 1, FEWEST_RETURNS_BEFORE)
    moved = _moves_ahead(history, horizon)[first : last + 1]
    days: list[date] = history.dates[first : last + 1][moved].tolist()
    enough = len(days) >= max(FEWEST_JUDGED_DATES, 2 * horizon)
    return (tuple(days), len(moved) - len(days)) if enough else ((), 0)


def _moves_ahead(history: PriceHistory, horizon: int) -> npt.NDArray[np.bool_]:
    """Whether any close changes in the `horizon` days after each date that has as many."""
    moves = np.concatenate(([0], np.cumsum(history.log_returns() != 0.0)))
    return np.asarray(moves[horizon:] > moves[:-horizon], dtype=np.bool_)


def _confidence(losses: dict[str, FloatArray], horizon: int) -> dict[str, float]:
    if not losses:
        return {}
    return dict(model_confidence_set(losses, block_days=2 * horizon, seed=0))
