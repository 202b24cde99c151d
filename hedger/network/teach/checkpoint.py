"""The whole state of a training on disk, without pickle: a killed run goes on as if it had never stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save

from hedger.network.teach.module import BandModule

_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(slots=True, kw_only=True)
class TrainingState:
    """What a step of the optimiser changes: weights, their running average, moments, steps done, seconds."""

    module: BandModule
    average: BandModule
    optimiser: torch.optim.AdamW
    step: int = 0
    seconds: float = 0.0

    def save(self, path: Path) -> None:
        """Write it in one step."""
        tensors = {f"module.{name}": value for name, value in self.module.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.average.state_dict().items()}
        for place, parameter in enumerate(self.module.parameters()):
            moments = self.optimiser.state[parameter]
            tensors |= {f"moments.{place}.{name}": moments[name] for name in _MOMENTS if moments}
        content = save(
            {name: value.cpu().contiguous() for name, value in tensors.items()},
            metadata={"step": str(self.step), "seconds": repr(self.seconds)},
        )
        building = path.with_suffix(".part")
        building.write_bytes(content)
        building.replace(path)

    def load(self, path: Path) -> None:
        """Go on from what `save` wrote."""
        device = self.module.mean.device
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name).to(device) for name in file.keys()}  # noqa: SIM118
            self.step = int(file.metadata()["step"])
            self.seconds = float(file.metadata()["seconds"])
        for prefix, module in (("module.", self.module), ("average.", self.average)):
            own = {name: value for name, value in tensors.items() if name.startswith(prefix)}
            module.load_state_dict({name.removeprefix(prefix): value for name, value in own.items()})
        if self.step:
            for place, parameter in enumerate(self.module.parameters()):
                moments = {name: tensors[f"moments.{place}.{name}"] for name in _MOMENTS}
                self.optimiser.state[parameter] = {"step": torch.tensor(float(self.step)), **moments}
