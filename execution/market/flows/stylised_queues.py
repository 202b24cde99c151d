"""A queue-reactive flow to experiment with: the published set-up with rates of the published shape."""

from __future__ import annotations

import numpy as np

from execution.market.flows.queue_law import QueueReactive

_LONGEST = 50  # event sizes
_SPEED = 1.07


def stylised_queue_reactive(*, theta: float = 0.7, theta_reinit: float = 0.85) -> QueueReactive:
    """Three queues a side; rates of the shape of figures 2 to 4 of Huang, Lehalle and Rosenbaum (2015).

    Their figures are not tabulated: limit orders hardly depend on the length but for an empty first queue,
    cancels rise concavely with it, market orders fall exponentially. The first queue's cancels and the speed
    are set for the best queue's mean length of 8.4 event sizes, deviation 6.4, and for the 7 events a second
    that arXiv 2511.15262 and its code state of the same market. Event sizes (836, 1068 and 1069 shares) and
    thetas are that paper's. With prices in ticks of 0.01 its task is to buy 25 event sizes in 600 s, deciding
    every 25 s; benchmarks/queue_reactive_task.py sets the rewards beside the published ones.
    """
    length = np.arange(_LONGEST + 1.0)
    first = (
        np.where(length == 0, 0.37, 0.57),
        0.61 * (1.0 - np.exp(-length / 2.05)) + 0.002 * length,
        0.34 * np.exp(-length / 4.0) + 0.02,
    )
    second = (
        0.80 * np.exp(-length / 40.0),
        0.75 * (1.0 - np.exp(-length / 8.0)) + 0.004 * length,
        0.06 * np.exp(-length / 3.0),
    )
    third = (
        0.58 * np.exp(-length / 50.0),
        0.53 * (1.0 - np.exp(-length / 8.0)) + 0.002 * length,
        0.02 * np.exp(-length / 3.0),
    )
    return QueueReactive(
        rates=_SPEED * np.array([first, second, third]).swapaxes(0, 1),
        event_size=np.array([836, 1068, 1069]),
        theta=theta,
        theta_reinit=theta_reinit,
    )
