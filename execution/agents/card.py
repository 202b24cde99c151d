"""The card of a trained agent: what it sees, what it may do, and how it came about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, final

from execution.errors import AgentError
from execution.impact.layers import KINDS, Kind

FORECASTS = "forecasts"  # the note that says which predictor's an agent was shown


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCard:
    """What goes with an agent's weights.

    name: as typed on the command line. algorithm: what trained it. feature_names: of the observation, in its
    order. action_names: of the outputs, in their order. notes: text by subject: task, seed, steps, command,
    scores, limits.
    """

    name: str
    algorithm: str
    feature_names: tuple[str, ...]
    action_names: tuple[str, ...]
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def forecasts(self) -> Kind | None:
        """The predictor whose forecasts the agent was shown, by its notes; AgentError for an unknown one."""
        noted = self.notes.get(FORECASTS)
        found = next((kind for kind in KINDS if kind == noted), None)
        if noted is not None and found is None:
            raise AgentError(f"agent {self.name} knows forecasts of '{noted}', expected {' or '.join(KINDS)}")
        return found

    def text(self) -> str:
        """The card as JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def parse(cls, text: str) -> AgentCard:
        """Read what `text` wrote; AgentError for anything else."""
        try:
            found = json.loads(text)
        except json.JSONDecodeError as error:
            raise AgentError(f"the card is no JSON: {error}") from error
        wanted = {entry.name for entry in fields(cls)}
        if not isinstance(found, dict) or set(found) != wanted:
            raise AgentError(f"the card must be an object of {', '.join(sorted(wanted))}")
        return cls(
            name=_text(found, "name"),
            algorithm=_text(found, "algorithm"),
            feature_names=_texts(found, "feature_names"),
            action_names=_texts(found, "action_names"),
            notes=_notes(found["notes"]),
        )

    def require_names(
        self, *, features: Sequence[str] | None = None, actions: Sequence[str] | None = None
    ) -> None:
        """Raise AgentError where the agent was trained on other features or actions than are meant now."""
        for title, own, meant in (
            ("features", self.feature_names, features),
            ("actions", self.action_names, actions),
        ):
            if meant is not None and tuple(meant) != own:
                raise AgentError(f"agent {self.name} knows other {title}: {_difference(own, tuple(meant))}")


def _difference(own: tuple[str, ...], meant: tuple[str, ...]) -> str:
    if len(own) != len(meant):
        return f"{len(own)} of them, expected {len(meant)}"
    place = next(index for index, (left, right) in enumerate(zip(own, meant, strict=True)) if left != right)
    return f"number {place} is '{own[place]}', expected '{meant[place]}'"


def _text(found: Mapping[str, Any], key: str) -> str:
    if not isinstance(found[key], str):
        raise AgentError(f"'{key}' of the card must be text")
    return str(found[key])


def _texts(found: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = found[key]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise AgentError(f"'{key}' of the card must be a list of texts")
    return tuple(names)


def _notes(found: Any) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise AgentError("'notes' of the card must be texts by subject")
    return found
