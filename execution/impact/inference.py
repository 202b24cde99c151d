"""The networks as numba arithmetic, without torch: from windows of features to heads and impact."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from execution.impact.features import IMAGE_CHANNELS
from execution.impact.layers import (
    CHANNELS,
    CLIP,
    FIRST_CHANNELS,
    HEAD_INPUTS,
    HEADS,
    HIDDEN,
    IMAGE_LEVELS,
    IMAGE_STEPS,
    LARGEST_LOG_COEFFICIENT,
    TIMES,
    TOUCH,
    WIDE,
)
from execution.impact.memory_cell import FAST, remember
from execution.impact.samples import LEVELS

_LEAK = np.float32(0.01)


@njit(cache=True, fastmath=FAST)
def lstm_forecasts(window, side, root, order, sign, common, trunk, out):  # type: ignore[no-untyped-def]
    """Write heads and impact of every market, (market, HEADS + 1); arrays as of layers.SHAPES["lstm"]."""
    seen, reflected = np.empty(HEAD_INPUTS, np.float32), np.empty(HEAD_INPUTS, np.float32)
    standard = np.empty(window.shape[1:], np.float32)
    for market in range(len(window)):
        _standardise(window[market], side[market] < 0, order, sign, common, standard)
        _lstm(standard, trunk, seen)
        _summary(standard, seen)
        _standardise(window[market], side[market] > 0, order, sign, common, standard)
        _lstm(standard, trunk, reflected)
        _summary(standard, reflected)
        _answer(seen, reflected, root[market], common, out[market])


@njit(cache=True, fastmath=FAST)
def cnn_forecasts(window, side, root, order, sign, common, trunk, out):  # type: ignore[no-untyped-def]
    """Write heads and impact of every market, (market, HEADS + 1); arrays as of layers.SHAPES["cnn"]."""
    seen, reflected = np.empty(HEAD_INPUTS, np.float32), np.empty(HEAD_INPUTS, np.float32)
    standard = np.empty(window.shape[1:], np.float32)
    for market in range(len(window)):
        _standardise(window[market], side[market] < 0, order, sign, common, standard)
        _image(standard, trunk, seen)
        _summary(standard, seen)
        _standardise(window[market], side[market] > 0, order, sign, common, standard)
        _image(standard, trunk, reflected)
        _summary(standard, reflected)
        _answer(seen, reflected, root[market], common, out[market])


@njit(cache=True, fastmath=FAST)
def _standardise(window, mirrored, order, sign, common, out):  # type: ignore[no-untyped-def]
    mean, inverse_deviation = common[0], common[1]
    for step in range(len(window)):
        for at in range(len(mean)):
            raw = sign[at] * window[step, order[at]] if mirrored else window[step, at]
            out[step, at] = min(
                max((raw - mean[at]) * inverse_deviation[at], np.float32(-CLIP)), np.float32(CLIP)
            )


@njit(cache=True, fastmath=FAST)
def _summary(standard, out):  # type: ignore[no-untyped-def]
    """Write the latest step and the window's mean behind what the trunk found."""
    steps, features = standard.shape
    for at in range(features):
        out[HIDDEN + at] = standard[steps - 1, at]
        out[HIDDEN + features + at] = 0.0
    for step in range(steps):
        for at in range(features):
            out[HIDDEN + features + at] += standard[step, at] / np.float32(steps)


@njit(cache=True, fastmath=FAST)
def _answer(seen, reflected, root, common, out):  # type: ignore[no-untyped-def]
    head, head_bias, impact, impact_bias = common[2], common[3], common[4], common[5]
    for at in range(HEADS):
        here, there = np.float32(0.0), np.float32(0.0)
        for i in range(HEAD_INPUTS):
            here += head[at, i] * seen[i]
            there += head[at, i] * reflected[i]
        out[at] = here + head_bias[at] if at == TOUCH else np.float32(0.5) * (here - there)
    log_coefficient = impact_bias[0]
    for i in range(HEAD_INPUTS):
        log_coefficient += impact[i] * seen[i]
    log_coefficient += impact[HEAD_INPUTS] * min(max(math.log(max(root, 1e-6)), -CLIP), CLIP)
    limit = LARGEST_LOG_COEFFICIENT
    out[HEADS] = root * math.exp(min(max(log_coefficient, -limit), limit))


@njit(cache=True, fastmath=FAST)
def _lstm(standard, trunk, out):  # type: ignore[no-untyped-def]
    first, recurrent, bias = trunk
    hidden, cell = np.zeros(HIDDEN, np.float32), np.zeros(HIDDEN, np.float32)
    gates = np.empty(4 * HIDDEN, np.float32)
    for step in range(len(standard)):
        remember(standard[step], first, recurrent, bias, gates, hidden, cell)
    out[:HIDDEN] = hidden


@njit(cache=True, fastmath=FAST)
def _image(standard, trunk, out):  # type: ignore[no-untyped-def]
    first, first_bias, second, second_bias, third, third_bias, dense, dense_bias = trunk
    steps = len(standard)
    pixels = np.empty((IMAGE_CHANNELS, LEVELS, steps), np.float32)
    for step in range(steps):
        for channel in range(IMAGE_CHANNELS):
            for level in range(LEVELS):
                pixels[channel, level, step] = standard[step, channel * LEVELS + level]
    one = np.empty((FIRST_CHANNELS, LEVELS - WIDE + 1, steps - TIMES + 1), np.float32)
    _convolve(pixels, first, first_bias, 1, one)
    two = np.empty((CHANNELS, IMAGE_LEVELS, IMAGE_STEPS + TIMES - 1), np.float32)
    _convolve(one, second, second_bias, 2, two)
    three = np.empty((CHANNELS, 1, IMAGE_STEPS), np.float32)
    _convolve(two, third, third_bias, 1, three)
    found = dense_bias.copy()
    for channel in range(CHANNELS):
        for step in range(IMAGE_STEPS):
            value = three[channel, 0, step]
            for unit in range(HIDDEN):
                found[unit] += value * dense[channel * IMAGE_STEPS + step, unit]
    for unit in range(HIDDEN):
        out[unit] = max(found[unit], _LEAK * found[unit])


@njit(cache=True, fastmath=FAST)
def _convolve(pixels, kernel, bias, stride, out):  # type: ignore[no-untyped-def]
    """A convolution over (channel, level, step), the stride over steps; leaky rectifier behind it."""
    channels, levels, steps = out.shape
    for to in range(channels):
        for level in range(levels):
            out[to, level] = bias[to]
            for source in range(kernel.shape[1]):
                for time in range(kernel.shape[2]):
                    for wide in range(kernel.shape[3]):
                        weight = kernel[to, source, time, wide]
                        for step in range(steps):
                            out[to, level, step] += (
                                weight * pixels[source, level + wide, stride * step + time]
                            )
            for step in range(steps):
                value = out[to, level, step]
                out[to, level, step] = max(value, _LEAK * value)
