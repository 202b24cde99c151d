"""The record of a run: what went in, what came out, and whether doing it again gives the same."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from hedger.errors import InputError, InputProblem, UsageError
from hedger.report.json_document import Json, document
from hedger.result import HedgeRun, RunSettings
from hedger.version import __version__

RECORD_NAME = "run.json"
_LIBRARIES = ("numpy", "numba", "scipy", "pandas", "arch", "QuantLib")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInputs:
    """The files of a run and how they are read. Paths are absolute; None is the embedded default.

    costs: recorded fills that the cost curves are learned from, each file by itself, so that a run recorded
    beside them later is none of them.
    """

    portfolio: Path
    market: Path | None = None
    chain: Path | None = None
    history: Path | None = None
    weights: Path | None = None
    as_of: date | None = None
    ignore_expired: bool = False
    costs: tuple[Path, ...] = ()

    def files(self) -> Iterator[tuple[str, Path]]:
        """Every file by role; a market folder gives each of its files."""
        for role in ("portfolio", "chain", "history", "weights"):
            path = getattr(self, role)
            if path is not None:
                yield role, path
        yield from (("costs", path) for path in self.costs)
        if self.market is not None:
            yield from (("market", path) for path in sorted(self.market.rglob("*")) if path.is_file())


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run.json read back. hashes: sha256 by path of each input; document: the recorded result."""

    inputs: RunInputs
    settings: RunSettings
    hashes: Mapping[str, str]
    digest: str
    document: Json


def run_record(run: HedgeRun, inputs: RunInputs) -> Json:
    """All that is needed to repeat the run bit for bit, its result and the result's digest; timings apart."""
    result = document(run)
    return {
        "hedger": __version__,
        "versions": versions(),
        "inputs": {name: _plain(getattr(inputs, name)) for name in _names(RunInputs)},
        "files": [
            {"role": role, "path": str(path), "sha256": sha256(path)}
            for role, path in (*inputs.files(), *_agent(run.settings))
        ],
        "seed": run.settings.seed,
        "settings": result["settings"],
        "digest": digest(result),
        "seconds": dict(run.seconds),
        "document": result,
    }


def _agent(settings: RunSettings) -> Iterator[tuple[str, Path]]:
    if settings.agent_file is not None:
        yield "agent", settings.agent_file


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a result depends on."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _LIBRARIES}}


def digest(result: Json) -> str:
    """SHA-256 over the document's canonical JSON: sorted keys, no spaces, floats by their shortest repr."""
    text = json.dumps(result, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_record(directory: Path) -> RunRecord:
    """Read the run.json that `write_run` left in `directory`; raises InputError when it is not one."""
    path = directory / RECORD_NAME
    expected = f"a {RECORD_NAME} that 'hedger run --out' wrote"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if digest(found["document"]) != found["digest"]:
            raise ValueError("a result that does not have the recorded digest")
        return RunRecord(
            inputs=_inputs(found["inputs"]),
            settings=_settings(found["settings"]),
            hashes={str(Path(entry["path"])): entry["sha256"] for entry in found["files"]},
            digest=found["digest"],
            document=found["document"],
        )
    except OSError as error:
        raise InputError(InputProblem(file=str(path), value=error.strerror, expected=expected)) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(InputProblem(file=str(path), value=str(error), expected=expected)) from None


def require_unchanged(record: RunRecord) -> None:
    """Raise InputError naming every input that is gone or differs from the recorded one."""
    problems = [
        InputProblem(file=name, value=found, expected=f"the recorded file, sha256 {recorded[:12]}")
        for name, recorded in record.hashes.items()
        if (found := _current_hash(Path(name))) != recorded
    ]
    try:
        added = {str(path) for _, path in record.inputs.files()} - set(record.hashes)
    except OSError as error:
        raise UsageError(
            f"The recorded folder {record.inputs.market} cannot be read: {error.strerror}."
        ) from None
    problems += [
        InputProblem(file=name, expected="no file here that the recorded run did not have")
        for name in sorted(added)
    ]
    if problems:
        raise InputError(problems)


def first_difference(recorded: Any, repeated: Any, place: str = "") -> str | None:
    """The first field in which two documents differ, as 'orders[0].quantity: 12 became 13', or None."""
    if isinstance(recorded, dict) and isinstance(repeated, dict):
        pairs = [(f"{place}.{key}", recorded.get(key), repeated.get(key)) for key in {**recorded, **repeated}]
    elif isinstance(recorded, list) and isinstance(repeated, list) and len(recorded) == len(repeated):
        pairs = [(f"{place}[{i}]", *pair) for i, pair in enumerate(zip(recorded, repeated, strict=True))]
    else:
        same = recorded == repeated
        return None if same else f"{place.removeprefix('.')}: {recorded!r:.60} became {repeated!r:.60}"
    return next((found for name, a, b in pairs if (found := first_difference(a, b, name))), None)


def _current_hash(path: Path) -> str:
    try:
        return sha256(path) if path.is_file() else "no file"
    except OSError as error:
        return error.strerror or "no file that can be read"


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


def _plain(value: Path | tuple[Path, ...] | date | bool | None) -> list[str] | str | bool | None:
    if isinstance(value, tuple):
        return [str(path) for path in value]
    return value if isinstance(value, bool) or value is None else str(value)


def _inputs(found: Json) -> RunInputs:
    roles = ("market", "chain", "history", "weights")
    paths = {name: None if (p := found.get(name)) is None else Path(p) for name in roles}
    as_of = None if found["as_of"] is None else date.fromisoformat(found["as_of"])
    return RunInputs(
        portfolio=Path(found["portfolio"]),
        as_of=as_of,
        ignore_expired=bool(found["ignore_expired"]),
        costs=tuple(Path(path) for path in found.get("costs", ())),
        **paths,
    )


def _settings(found: Json) -> RunSettings:
    defaults = RunSettings()
    # JSON has no infinity: what has no limit has null there.
    limits = {name: math.inf for name in ("arrival_cap_bps", "block_limit") if found[name] is None}
    found = {name: found[name] for name in _names(RunSettings)} | limits
    for name, value in found.items():
        kind = type(getattr(defaults, name))
        if type(value) not in ((float, int) if kind is float else (kind,)):
            raise TypeError(f"{name} {value!r:.40}, which is not of type {kind.__name__}")
    return RunSettings(**found)
