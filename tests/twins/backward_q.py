"""The backward recursion of Nevmyvaka, Feng and Kearns (2006) by loops, one state and sample at a time."""

from __future__ import annotations

import math

import numpy as np

from execution.agents.backward_q import QuotingTask, SliceOutcomes


def slow_values(outcomes: SliceOutcomes, task: QuotingTask) -> np.ndarray:
    """Expected cost to the end for time and inventory alone, shape (decision, unit + 1, offset)."""
    sides, slices = outcomes.cost.shape[:2]
    values = np.zeros((task.decisions, task.units + 1, len(task.offsets_ticks)))
    for decision in reversed(range(task.decisions)):
        for unit in range(task.units + 1):
            for offset in range(len(task.offsets_ticks)):
                samples = []
                for side in range(sides):
                    for at in range(slices):
                        left = outcomes.left[side, at, offset, unit]
                        low = math.floor(left)
                        high = min(low + 1, task.units)
                        if decision == task.decisions - 1:
                            ahead = [outcomes.crossing[side, at + 1, each] for each in (low, high)]
                        else:
                            ahead = [min(values[decision + 1, each]) for each in (low, high)]
                        after = ahead[0] + (left - low) * (ahead[1] - ahead[0])
                        samples.append(outcomes.cost[side, at, offset, unit] + after)
                values[decision, unit, offset] = sum(samples) / len(samples)
    return values
