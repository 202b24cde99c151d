"""Everything that the taught weights depend on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachSettings:
    """Settings of one teaching; equal ones on equal machines with equal threads give equal weights.

    problems: random hedging problems solved, the last of `severe_part` parts of them under great aversion;
    `states` labels drawn from each, in shards of `shard_problems`; the first `validation_problems` are never
    trained on. label_seed: of the problems. seeds: one network each. steps: of the optimiser, `rows` labels
    in each; the rate rises over `warm_up` steps and falls to nothing as a cosine. weight_decay,
    largest_gradient: of the optimiser. averaging: of the weights that count. width, layers: of the hidden
    units. gate_cells, gate_seed: the cells that decide on release.
    """

    problems: int = 24_000
    severe_part: int = 6
    states: int = 192
    shard_problems: int = 200
    validation_problems: int = 400
    label_seed: int = 7
    seeds: tuple[int, ...] = (0, 1, 2)
    steps: int = 10_000
    rows: int = 4096
    rate: float = 2e-3
    warm_up: int = 200
    weight_decay: float = 1e-4
    largest_gradient: float = 5.0
    averaging: float = 0.999
    width: int = 128
    layers: int = 3
    report_every: int = 500
    gate_cells: int = 200
    gate_seed: int = 1

    @property
    def first_severe(self) -> int:
        """Number of the first problem under great aversion."""
        return self.problems - self.problems // self.severe_part

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot be taught by."""
        counts = (self.states, self.shard_problems, self.validation_problems, self.steps, self.rows)
        others = (self.warm_up, self.width, self.report_every, self.gate_cells, self.severe_part)
        if min(*counts, *others) < 1 or self.layers < 2 or not self.seeds:
            raise ValueError("counts must be at least 1, layers at least 2, and there must be a seed")
        if self.validation_problems % self.shard_problems or self.problems % self.shard_problems:
            raise ValueError(f"problems must be multiples of {self.shard_problems}")
        if self.problems <= self.validation_problems:
            raise ValueError("there must be more problems than are kept for validation")
