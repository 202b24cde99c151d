"""A queue-reactive flow to experiment with: the published set-up with rates of the published shape."""

from __future__ import annotations

import numpy as np

from execution.market.flows.queue_law import QueueReactive

_LONGEST = 50  # event sizes


def stylised_queue_reactive(*, theta: float = 0.7, theta_reinit: float = 0.85) -> QueueReactive:
    """Three queues a side; rates of the shape of figures 2 to 4 of Huang, Lehalle and Rosenbaum (2015).

    Their figures are not tabulated: limit orders hardly depend on the length but for an empty first queue,
    cancels rise concavely with it, market orders fall exponentially. Levels are set so that some 6.5 events
    happen a second and the first queue holds about nine event sizes. Event sizes (836, 1068 and 1069 shares)
    are theirs, the thetas those of arXiv 2511.15262. With prices in ticks of 0.01 its task is to buy 25 event
    sizes in 600 s, deciding every 25 s.
    """
    length = np.arange(_LONGEST + 1.0)
    first = (
        np.where(length == 0, 0.37, 0.57),
        0.66 * (1.0 - np.exp(-length / 5.0)) + 0.002 * length,
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
        rates=np.array([first, second, third]).swapaxes(0, 1),
        event_size=np.array([836, 1068, 1069]),
        theta=theta,
        theta_reinit=theta_reinit,
    )
