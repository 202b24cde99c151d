"""Mutually exciting point process with exponential kernels: its law and its sampling, compiled.

Hawkes (1971), 'Spectra of some self-exciting and mutually exciting point processes'. The intensity of type i
is baseline[i] plus, for every past event of type j and every time scale k, branching[i, j, k] decay[k]
exp(-decay[k] age): branching[i, j, k] is the mean number of i that one j sets off on that scale. Sampled by
thinning (Ogata 1981): between events the intensity only falls, so what it is now bounds it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.random_stream import Stream, exponential, uniform

FloatArray = npt.NDArray[np.float64]


class HawkesParameters(NamedTuple):
    """What the compiled process reads: see Hawkes, from whom they come.

    jump: what one event of type j adds to type i on scale k [1/s], shape (j, scale, i), so that one event's
    additions lie together.
    """

    baseline: FloatArray
    decay: FloatArray
    jump: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Hawkes:
    """A stationary Hawkes process: baseline [1/s], shape (type,); branching [1], (type, cause, scale); decay
    [1/s], (scale,).

    Raises ValueError when a number is negative or not finite, the shapes do not fit, or the spectral radius
    of the branching matrix is 1 or more, because the process would then explode.
    """

    baseline: FloatArray
    branching: FloatArray
    decay: FloatArray

    def __post_init__(self) -> None:
        for name in ("baseline", "branching", "decay"):
            array = np.ascontiguousarray(getattr(self, name), np.float64)
            if not np.isfinite(array).all() or (array < 0.0).any():
                raise ValueError(f"{name} is {array}, expected finite numbers from 0 on")
            object.__setattr__(self, name, array)
        types, scales = len(np.atleast_1d(self.baseline)), len(np.atleast_1d(self.decay))
        if self.baseline.shape != (types,) or self.branching.shape != (types, types, scales):
            raise ValueError(
                f"branching has shape {self.branching.shape}, expected {(types, types, scales)} for "
                f"{types} types and {scales} scales"
            )
        if (self.decay <= 0.0).any():
            raise ValueError(f"decay is {self.decay}, expected positive numbers")
        if self.spectral_radius >= 1.0:
            raise ValueError(
                f"the branching matrix has spectral radius {self.spectral_radius:.6g}, expected less than 1: "
                "each event would set off at least one other for ever"
            )

    @property
    def branching_matrix(self) -> FloatArray:
        """Mean number of events of each type that one of each other type sets off, shape (type, cause)."""
        return np.asarray(self.branching.sum(axis=2), np.float64)

    @property
    def spectral_radius(self) -> float:
        """Largest absolute eigenvalue of the branching matrix [1]: the share of events that have a cause."""
        return spectral_radius(self.branching_matrix)

    @property
    def stationary_rates(self) -> FloatArray:
        """Mean number of events of each type [1/s]: (I - G)^-1 baseline."""
        types = len(self.baseline)
        rates = np.linalg.solve(np.eye(types) - self.branching_matrix, self.baseline)
        return np.asarray(rates, np.float64)

    def parameters(self) -> HawkesParameters:
        """What the compiled process reads."""
        jump = (self.branching * self.decay).transpose(1, 2, 0)
        return HawkesParameters(self.baseline.copy(), self.decay.copy(), np.ascontiguousarray(jump))


def spectral_radius(matrix: FloatArray) -> float:
    """Largest absolute eigenvalue of a square matrix; 0 for an empty one."""
    return float(np.abs(np.linalg.eigvals(matrix)).max()) if len(matrix) else 0.0


@njit(cache=True)
def decay_excitation(excitation: FloatArray, decay: FloatArray, seconds: float) -> None:
    """Let the excitation of every scale and type, shape (scale, type) [1/s], fade for so long."""
    if seconds <= 0.0:
        return
    for scale in range(len(decay)):
        kept = math.exp(-decay[scale] * seconds)
        for i in range(excitation.shape[1]):
            excitation[scale, i] *= kept


@njit(cache=True)
def excite(excitation: FloatArray, jump: FloatArray, cause: int) -> None:
    """Add what one event of type `cause` sets off."""
    for scale in range(jump.shape[1]):
        for i in range(jump.shape[2]):
            excitation[scale, i] += jump[cause, scale, i]


@njit(cache=True)
def intensity(excitation: FloatArray, parameters: HawkesParameters, kind: int) -> float:
    """Intensity of one type as things stand [1/s]."""
    total = parameters.baseline[kind]
    for scale in range(len(parameters.decay)):
        total += excitation[scale, kind]
    return float(total)


@njit(cache=True)
def next_arrival(
    excitation: FloatArray,
    parameters: HawkesParameters,
    weight: FloatArray,
    scale_total: FloatArray,
    stream: Stream,
) -> float:
    """Draw the time to the next event of any type [s], inf when nothing will ever come.

    weight: what each type's intensity is multiplied by, shape (type,). scale_total: room to work, (scale,).
    """
    background = 0.0
    for i in range(len(weight)):
        background += weight[i] * parameters.baseline[i]
    bound = background
    for scale in range(len(parameters.decay)):
        scale_total[scale] = 0.0
        for i in range(len(weight)):
            scale_total[scale] += weight[i] * excitation[scale, i]
        bound += scale_total[scale]
    seconds = 0.0
    while bound > 0.0:
        seconds += exponential(stream) / bound
        now = background
        for scale in range(len(parameters.decay)):
            now += scale_total[scale] * math.exp(-parameters.decay[scale] * seconds)
        if uniform(stream) * bound < now:
            return seconds
        bound = now
    return math.inf


@njit(cache=True)
def draw_type(
    excitation: FloatArray, parameters: HawkesParameters, weight: FloatArray, stream: Stream
) -> int:
    """Draw which type an event that happens now is of."""
    total = 0.0
    for i in range(len(weight)):
        total += weight[i] * intensity(excitation, parameters, i)
    left = uniform(stream) * total
    last = 0
    for i in range(len(weight)):
        share = weight[i] * intensity(excitation, parameters, i)
        if share > 0.0:
            last = i
            if left < share:
                return i
        left -= share
    return last  # rounding alone leads here


@njit(cache=True)
def sample(
    parameters: HawkesParameters,
    horizon_s: float,
    stream: Stream,
    times: FloatArray,
    types: npt.NDArray[np.int64],
) -> int:
    """Sample the process from an empty past over [0, horizon_s]; return how many events were written.

    Stops early when the arrays are full.
    """
    excitation = np.zeros((len(parameters.decay), len(parameters.baseline)))
    weight, scale_total = np.ones(len(parameters.baseline)), np.empty(len(parameters.decay))
    now, count = 0.0, 0
    while count < len(times):
        wait = next_arrival(excitation, parameters, weight, scale_total, stream)
        now += wait
        if not now <= horizon_s:
            break
        decay_excitation(excitation, parameters.decay, wait)
        kind = draw_type(excitation, parameters, weight, stream)
        excite(excitation, parameters.jump, kind)
        times[count] = now
        types[count] = kind
        count += 1
    return count
