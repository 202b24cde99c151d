"""Sizes of the networks, and their weights as arrays: what training writes and inference reads."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from execution.impact.features import FEATURES, IMAGE_CHANNELS
from execution.impact.samples import LEVELS
from execution.impact.watch import WINDOW

SingleArray = npt.NDArray[np.float32]
Kind = Literal["lstm", "cnn"]

KINDS: tuple[Kind, ...] = ("lstm", "cnn")
HIDDEN = 20
FIRST_CHANNELS, CHANNELS = 8, 12
TIMES, WIDE = 3, 2  # a kernel's extent over steps and levels
CLIP = 5.0  # of standardised features, in deviations from their mean
MID_SHORT, MID_LONG, TOUCH = range(3)
HEADS = 3
HEAD_INPUTS = HIDDEN + 2 * FEATURES  # what the trunk found, the latest step, the window's mean
LARGEST_LOG_COEFFICIENT = 4.0  # of the impact, either way

_FLAT = WINDOW - TIMES + 1  # steps after the first convolution
_STRIDED = (_FLAT - TIMES) // 2 + 1
IMAGE_STEPS = _STRIDED - TIMES + 1
IMAGE_LEVELS = LEVELS - 2 * (WIDE - 1)  # what the third kernel spans whole

_COMMON = {
    "mean": (FEATURES,),
    "inverse_deviation": (FEATURES,),
    "target_scale": (HEADS,),
    "head": (HEADS, HEAD_INPUTS),
    "head_bias": (HEADS,),
    "impact": (HEAD_INPUTS + 1,),
    "impact_bias": (1,),
}
SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "lstm": {
        **_COMMON,
        "input": (FEATURES, 4 * HIDDEN),
        "recurrent": (HIDDEN, 4 * HIDDEN),
        "gate_bias": (4 * HIDDEN,),
    },
    "cnn": {
        **_COMMON,
        "first": (FIRST_CHANNELS, IMAGE_CHANNELS, TIMES, WIDE),
        "first_bias": (FIRST_CHANNELS,),
        "second": (CHANNELS, FIRST_CHANNELS, TIMES, WIDE),
        "second_bias": (CHANNELS,),
        "third": (CHANNELS, CHANNELS, TIMES, IMAGE_LEVELS),
        "third_bias": (CHANNELS,),
        "dense": (CHANNELS * IMAGE_STEPS, HIDDEN),
        "dense_bias": (HIDDEN,),
    },
}
