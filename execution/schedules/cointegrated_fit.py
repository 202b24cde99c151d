"""What a history of mids tells of their reversion: K, the mean and the covariance, with standard errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import block_diag, logm

from execution.errors import NotIdentifiedError
from execution.schedules.cointegrated_prices import CointegratedPrices
from execution.schedules.cointegrated_rank import TRACE_5_PERCENT, ReversionRank, reversion_rank
from execution.schedules.schedule import FloatArray

# Mids for each number that is estimated; fewer tell a fit, but no error of it.
_LEAST_PER_NUMBER = 5
_STEP = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CointegrationFit:
    """A fitted process, and how well its numbers are known.

    prices: the process. rank: how many relations of the mids revert; the others wander, and of the mean only
    what reverts is known, the rest being that of the history. reversion_error, mean_error, covariance_error:
    standard errors of K, mean and C, of their shapes, which take the relations as known where fewer revert
    than there are legs. half_lives: of deviations, by relation [time]. test: Johansen's. A short history
    makes reversion look faster than it is, and so does a bid and an ask taken for a mid.
    """

    prices: CointegratedPrices
    rank: int
    reversion_error: FloatArray
    mean_error: FloatArray
    covariance_error: FloatArray
    half_lives: FloatArray
    test: ReversionRank
    observations: int


def fit_cointegration(mids: npt.ArrayLike, step: float, *, rank: int | None = None) -> CointegrationFit:
    """Fit prices that revert to each other to mids [currency], shape (time, leg), a `step` of time apart.

    The exact law of the steps, a vector autoregression whose matrix is exp(-K step), by maximum likelihood
    given how many relations revert: `rank`, or where it is None as many as Johansen's trace test finds at 5%.
    Standard errors are those of its information matrix, carried over by the delta method.

    Raises NotIdentifiedError where the history does not tell: no reversion is found, too few mids, a mid that
    does not move or follows from the others, reversion too fast for the step, a relation that runs away, or
    steps that no such process makes. ValueError for mids that are not finite or a step that is not above 0.
    """
    table = _checked(mids, step)
    if rank is not None and not 1 <= rank <= table.shape[1]:
        raise ValueError(f"expected a rank from 1 to the {table.shape[1]} legs; got {rank}")
    origin, scale = table.mean(axis=0), table.std(axis=0)
    if not scale.all():
        raise NotIdentifiedError(f"mids of leg {int(np.argmin(scale))} do not move")
    table = (table - origin) / scale
    test = reversion_rank(table)
    chosen = test.rank if rank is None else rank
    if chosen == 0:
        raise NotIdentifiedError(
            f"no reversion is found in {len(table)} mids: Johansen's trace statistic is {test.trace[0]:.2f}, "
            f"and reversion shows above {test.critical[0]:.2f} at 5%"
        )
    steps = _regressed(table, test, chosen)
    decay = _checked_decay(steps)
    numbers, spread = steps.numbers(), steps.covariance()
    moves = _STEP * np.maximum(np.abs(numbers), 0.1)
    slopes = np.array(
        [
            (_process(steps, numbers + move, step) - _process(steps, numbers - move, step))
            / (2.0 * move.sum())
            for move in np.diag(moves)
        ]
    )
    found = _in_currency(_process(steps, numbers, step), scale)
    errors = _in_currency(np.sqrt(np.einsum("pi,pq,qi->i", slopes, spread, slopes)), scale)
    if np.linalg.eigvalsh(found[2])[0] <= 0.0:
        raise NotIdentifiedError("no process in continuous time makes the covariance of these steps")
    return CointegrationFit(
        prices=CointegratedPrices(reversion=found[0], mean=origin + found[1], covariance=found[2]),
        rank=chosen,
        reversion_error=errors[0],
        mean_error=errors[1],
        covariance_error=errors[2],
        half_lives=-math.log(2.0) * step / np.log(np.abs(decay)),
        test=test,
        observations=len(table),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Steps:
    """Moves of mids regressed on relations z = b'S + k of mean square 1: move = pulls z + noise.

    relations: b, shape (leg, relation); constants: k; pulls: shape (leg, relation); noise: its covariance;
    means: of z; count: moves.
    """

    relations: FloatArray
    constants: FloatArray
    pulls: FloatArray
    noise: FloatArray
    means: FloatArray
    count: int

    def numbers(self) -> FloatArray:
        """Pulls, constants and the lower half of the noise, as one array."""
        return np.concatenate(
            [self.pulls.ravel(), self.constants, self.noise[np.tril_indices(len(self.noise))]]
        )

    def split(self, numbers: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Pulls, constants and noise out of one array."""
        legs, count = self.pulls.shape
        noise = np.zeros((legs, legs))
        noise[np.tril_indices(legs)] = numbers[count * (legs + 1) :]
        noise += np.tril(noise, -1).T
        return numbers[: legs * count].reshape(legs, count), numbers[legs * count : count * (legs + 1)], noise

    def covariance(self) -> FloatArray:
        """Covariance of the numbers: the inverse of their information, normal noise given the relations."""
        weight = np.linalg.inv(self.noise)
        of_pulls = np.kron(weight, np.eye(len(self.means)))
        both = np.einsum("il,j->ijl", weight @ self.pulls, self.means).reshape(len(of_pulls), -1)
        information = np.block([[of_pulls, both], [both.T, self.pulls.T @ weight @ self.pulls]])
        row, column = np.tril_indices(len(self.noise))
        noise = self.noise
        of_noise = noise[np.ix_(row, row)] * noise[np.ix_(column, column)]
        of_noise = of_noise + noise[np.ix_(row, column)] * noise[np.ix_(column, row)]
        covariance: FloatArray = block_diag(np.linalg.inv(information), of_noise) / self.count
        return covariance


def _regressed(table: FloatArray, test: ReversionRank, rank: int) -> _Steps:
    """The regression given its relations; the noise is unbiased for the numbers each leg is fitted with."""
    moves, (legs, count) = np.diff(table, axis=0), (table.shape[1], len(table) - 1)
    relations, constants = test.relations[:, :rank], test.constants[:rank]
    related = table[:-1] @ relations + constants
    pulls = moves.T @ related / count
    fitted = (legs * rank + rank * (legs - rank) + rank) / legs
    if count < _LEAST_PER_NUMBER * legs * fitted:
        raise NotIdentifiedError(f"{len(table)} mids are too few for {legs} legs of {rank} relations")
    rest = moves - related @ pulls.T
    return _Steps(
        relations=relations,
        constants=constants,
        pulls=pulls,
        noise=rest.T @ rest / (count - fitted),
        means=related.mean(axis=0),
        count=count,
    )


def _checked_decay(steps: _Steps) -> npt.NDArray[np.complex128]:
    """What is kept of each deviation over a step, if it is told from all and from nothing."""
    kept: npt.NDArray[np.complex128] = np.linalg.eigvals(
        np.eye(len(steps.means)) + steps.relations.T @ steps.pulls
    ).astype(np.complex128)
    if (np.abs(kept) >= 1.0).any():
        raise NotIdentifiedError(
            f"a relation of the mids runs away: it grows {np.abs(kept).max():.6f} a step"
        )
    lost = (np.abs(kept) < 2.0 / math.sqrt(steps.count)) | ((kept.imag == 0.0) & (kept.real <= 0.0))
    if lost.any():
        raise NotIdentifiedError(
            f"mids revert too fast for the step: {kept[lost][0].real:.3f} of a deviation is left after it, "
            f"which {steps.count} steps do not tell from nothing"
        )
    return kept


def _process(steps: _Steps, numbers: FloatArray, step: float) -> FloatArray:
    """K, mean and C as one array. With a = pulls and M = b'a, log(1 + ab') is a M^-1 log(1 + M) b'."""
    pulls, constants, noise = steps.split(numbers)
    relations = steps.relations
    own = relations.T @ pulls
    reversion = pulls @ np.linalg.solve(own, np.real(logm(np.eye(len(own)) + own))) @ relations.T / -step
    mean = -relations @ np.linalg.solve(relations.T @ relations, constants)
    return np.concatenate([reversion.ravel(), mean, _noise_per_time(reversion, noise, step).ravel()])


def _noise_per_time(reversion: FloatArray, noise: FloatArray, step: float) -> FloatArray:
    """C whose integral of exp(-K u) C exp(-K' u) over a step is the noise, in the directions of K."""
    rates, directions = np.linalg.eig(reversion.astype(np.complex128))
    sums = np.add.outer(rates, rates) * step
    small = np.abs(sums) < 1e-12
    kept = np.where(small, 1.0, -np.expm1(-sums) / np.where(small, 1.0, sums)) * step
    back = np.linalg.inv(directions)
    per_time = directions @ (back @ noise @ back.T / kept) @ directions.T
    symmetric: FloatArray = 0.5 * np.real(per_time + per_time.T)
    return symmetric


def _in_currency(numbers: FloatArray, scale: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """K, mean and C, or errors of them, out of one array in units of the legs' own deviations."""
    legs = len(scale)
    reversion, mean, noise = np.split(numbers, [legs * legs, legs * legs + legs])
    return (
        reversion.reshape(legs, legs) * np.divide.outer(scale, scale),
        mean * scale,
        noise.reshape(legs, legs) * np.multiply.outer(scale, scale),
    )


def _checked(mids: npt.ArrayLike, step: float) -> FloatArray:
    """The mids as floats; ValueError unless finite, by time and leg, of ten legs at most."""
    table = np.asarray(mids, dtype=np.float64)
    most = len(TRACE_5_PERCENT)
    if table.ndim != 2 or not 1 <= table.shape[1] <= most:
        raise ValueError(f"expected mids by time and leg, of 1 to {most} legs; got the shape {table.shape}")
    if not 0.0 < step < math.inf:
        raise ValueError(f"expected a step of time above 0 and finite; got {step:g}")
    wrong = np.argwhere(~np.isfinite(table))
    if len(wrong):
        row, leg = wrong[0]
        raise ValueError(f"mid {row} of leg {leg} is {table[row, leg]}, expected a finite price")
    if len(table) < _LEAST_PER_NUMBER * (table.shape[1] + 1):
        raise NotIdentifiedError(f"{len(table)} mids are too few for {table.shape[1]} legs")
    return table
