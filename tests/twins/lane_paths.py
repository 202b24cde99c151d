"""Paths one at a time: numpy's own SFC64, Box and Muller with library functions, textbook schemes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pricing.paths.lanes import LANES

FloatArray = npt.NDArray[np.float64]


class Lane:
    """One lane's stream of numbers, from the words that seed all lanes."""

    def __init__(self, seed_words: npt.NDArray[np.uint64], lane: int) -> None:
        self.generator = np.random.SFC64(0)
        state = self.generator.state
        state["state"]["state"] = np.append(seed_words.reshape(3, LANES)[:, lane], np.uint64(1))
        self.generator.state = state
        for _ in range(12):
            self.word()

    def word(self) -> int:
        return int(self.generator.random_raw())

    def uniform(self) -> float:
        return 1.0 - (self.word() >> 12) / 2.0**52

    def normals(self) -> tuple[float, float]:
        radius_word, angle_word = self.word(), self.word()
        radius = math.sqrt(-2.0 * math.log(1.0 - (radius_word >> 12) / 2.0**52))
        angle = 0.5 * math.pi * (0.5 - (angle_word >> 12) / 2.0**52)
        pair = radius * math.cos(angle), radius * math.sin(angle)
        sign = -1.0 if radius_word & 1 else 1.0
        return (sign * pair[1], sign * pair[0]) if angle_word & 1 else (sign * pair[0], sign * pair[1])


def gbm_path(lane: Lane, spot: float, drift: float, deviation: float, steps: int) -> list[float]:
    """One path after another from the same stream would go on where this one ended."""
    normals = [z for _ in range((steps + 1) // 2) for z in lane.normals()][:steps]
    return [spot, *(spot * np.exp(np.cumsum(drift + deviation * np.array(normals)))).tolist()]


def heston_path(
    lane: Lane, spot: float, numbers: tuple[float, float, float, float, float], step_years: float, steps: int
) -> list[tuple[float, float]]:
    """Andersen's (2008) equations in their own words; psi_c = 1.5, gamma1 = gamma2 = 1/2."""
    v, kappa, theta, epsilon, rho = numbers
    log_price, path = math.log(spot), [(spot, v)]
    k1 = 0.5 * step_years * (kappa * rho / epsilon - 0.5) - rho / epsilon
    k2 = 0.5 * step_years * (kappa * rho / epsilon - 0.5) + rho / epsilon
    k3 = k4 = 0.5 * step_years * (1.0 - rho**2)
    for _ in range(steps):
        z_v, z_s = lane.normals()
        later, log_mean = _next_variance(
            v, kappa, theta, epsilon, step_years, z_v, lane.uniform(), k2 + 0.5 * k4
        )
        k0_star = -log_mean - (k1 + 0.5 * k3) * v
        log_price += k0_star + k1 * v + k2 * later + math.sqrt(k3 * v + k4 * later) * z_s
        v = later
        path.append((math.exp(log_price), v))
    return path


def _next_variance(
    v: float, kappa: float, theta: float, epsilon: float, step: float, z: float, u: float, a_star: float
) -> tuple[float, float]:
    """v' and log E[exp(A v')]."""
    decay = math.exp(-kappa * step)
    m = theta + (v - theta) * decay
    s2 = v * epsilon**2 * decay / kappa * (1 - decay) + theta * epsilon**2 / (2 * kappa) * (1 - decay) ** 2
    psi = s2 / m**2
    if psi <= 1.5:
        b2 = 2 / psi - 1 + math.sqrt(2 / psi) * math.sqrt(2 / psi - 1)
        a = m / (1 + b2)
        mean = a_star * b2 * a / (1 - 2 * a_star * a) - 0.5 * math.log(1 - 2 * a_star * a)
        return a * (math.sqrt(b2) + z) ** 2, mean
    p = (psi - 1) / (psi + 1)
    beta = (1 - p) / m
    # The complement of the paper's uniform number, which has the same law.
    later = 0.0 if u >= 1 - p else math.log((1 - p) / u) / beta
    return later, math.log(p + beta * (1 - p) / (beta - a_star))
