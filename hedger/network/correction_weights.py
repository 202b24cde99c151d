"""The market correction on disk, as the universal network's weights are."""

from __future__ import annotations

from pathlib import Path

from hedger.network.correction import INPUTS, PARTS, MarketCorrection
from hedger.network.inference import BandNetwork
from hedger.network.weight_file import read_arrays
from hedger.network.weights import layers_network, network_bytes


def read_correction(path: Path) -> MarketCorrection:
    """Read weights. Raises UsageError where the file is none of ours."""
    arrays = read_arrays(path, BandNetwork, title="market correction")
    return MarketCorrection(network=layers_network(path, arrays, INPUTS, 1, len(PARTS)))


def correction_bytes(correction: MarketCorrection) -> bytes:
    """The file's content; written whole or not at all by the caller."""
    return network_bytes(correction.network)
