"""A simulated market held against a recording, or a scenario's market looked at alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from execution.errors import ExecutionError
from execution.market.agent_market import AgentMarket
from execution.market.calibrate import FittedFlow, calibrate
from execution.market.event_log import recorded
from execution.market.scenario import load_market
from execution.realism.classifier import Separation, tell_apart
from execution.realism.comparison import BASELINE, FIRST_PART, SIMULATED, Comparison, compare
from execution.realism.profile import Profile, histogram_edges, profile_of
from execution.realism.ruler import Ruler, ruler_of
from execution.realism.tape import Tape
from execution.recorded.quality import QualityReport, Tolerance
from execution.recorded.read import read_recording
from execution.recorded.recording import Recording
from hedger.errors import UsageError

Progress = Callable[[str, float], None]

HELD_OUT = "held out"
DEFAULT_TOLERANCE = 0.01
DEFAULT_MODEL, BASELINE_MODEL = "marked", "santa_fe"
FEWEST_MESSAGES = 1_000
_LEVELS = 10
_MOST_MINUTES = 1_440.0
_PARTS = 20  # of a simulation, between which its progress is told


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketStudy:
    """What was looked at, its profiles, and the comparison where there is a recording.

    title: of the recording or scenario. notes: sentences about it. profiles: by name, the held-out part
    first. separations: how well each of the others is told from it, None where it has too few windows.
    quality: what was wrong with the recording's files.
    """

    title: str
    notes: tuple[str, ...]
    seed: int
    ruler: Ruler
    profiles: Mapping[str, Profile]
    comparison: Comparison | None = None
    separations: Mapping[str, Separation | None] | None = None
    quality: QualityReport | None = None


def study_files(
    paths: Sequence[Path],
    *,
    model: str = DEFAULT_MODEL,
    held_out: float = 0.5,
    tick_size: float | None = None,
    tolerance: float = DEFAULT_TOLERANCE,
    seed: int = 0,
    progress: Progress | None = None,
) -> MarketStudy:
    """Read one recording's files and study it; RecordingError for files that cannot be used.

    tolerance: largest share of a file's rows that may have one flaw.
    """
    recording = read_files(paths, tick_size=tick_size, tolerance=tolerance, progress=progress)
    return study_recording(recording, model=model, held_out=held_out, seed=seed, progress=progress)


def study_recording(
    recording: Recording,
    *,
    model: str = DEFAULT_MODEL,
    held_out: float = 0.5,
    seed: int = 0,
    progress: Progress | None = None,
) -> MarketStudy:
    """Fit `model` and the zero-intelligence baseline to the first part, simulate, compare with the rest.

    held_out: share of the recorded time that no fit sees. Each simulation lasts as long as that. Raises
    UsageError where a part has fewer than a thousand messages or takes no time.
    """
    say = progress or (lambda stage, fraction: None)
    if not 0.05 <= held_out <= 0.95:
        raise UsageError(f"--held-out is a share of the time from 0.05 to 0.95; found {held_out:g}")
    first, later = recording.split(1.0 - held_out)
    for part, name in ((first, "first"), (later, "held-out")):
        if len(part.messages) < FEWEST_MESSAGES:
            raise UsageError(
                f"the {name} part of the recording has {len(part.messages):,} messages; "
                f"a comparison needs {FEWEST_MESSAGES:,} in each"
            )
        if part.messages.ts_ns[-1] <= part.messages.ts_ns[0]:
            raise UsageError(f"all messages of the {name} part of the recording have one time")
    real = Tape(messages=later.messages, history=later.history)
    tapes = {
        SIMULATED: _simulated(first, model, like=real, seed=seed, say=say, done=0.05),
        BASELINE: _simulated(first, BASELINE_MODEL, like=real, seed=seed + 1, say=say, done=0.3),
        FIRST_PART: Tape(messages=first.messages, history=first.history),
    }
    comparison = compare(
        simulated=tapes[SIMULATED],
        baseline=tapes[BASELINE],
        first_part=tapes[FIRST_PART],
        held_out=real,
        seed=seed,
        progress=lambda stage, fraction: say(f"comparing {stage}", 0.5 + 0.3 * fraction),
    )
    say("telling them apart", 0.8)
    edges = histogram_edges(real, comparison.ruler)
    return MarketStudy(
        title=f"{recording.messages.symbol} {recording.messages.date}".strip(),
        notes=_notes(recording, first, later, model),
        seed=seed,
        ruler=comparison.ruler,
        profiles={
            name: profile_of(tape.in_units_of(real), comparison.ruler, edges)
            for name, tape in {HELD_OUT: real, **tapes}.items()
        },
        comparison=comparison,
        separations={name: tell_apart(tape, real, seed=seed) for name, tape in tapes.items()},
        quality=recording.report,
    )


def study_tape(tape: Tape, *, title: str, seed: int = 0) -> MarketStudy:
    """The profile of one market alone."""
    ruler = ruler_of(tape)
    edges = histogram_edges(tape, ruler)
    return MarketStudy(
        title=title,
        notes=(f"{len(tape):,} messages in {tape.seconds:,.0f} seconds.",),
        seed=seed,
        ruler=ruler,
        profiles={SIMULATED: profile_of(tape, ruler, edges)},
    )


def study_scenario(
    name_or_path: str, *, minutes: float, seed: int = 0, progress: Progress | None = None
) -> MarketStudy:
    """Run a scenario's market and look at it alone; ScenarioError for a file that cannot be used."""
    tape = simulate_scenario(name_or_path, minutes=minutes, seed=seed, progress=progress)
    return study_tape(tape, title=f"scenario {name_or_path}", seed=seed)


def simulate_scenario(
    name_or_path: str,
    *,
    minutes: float,
    seed: int = 0,
    levels: int = _LEVELS,
    progress: Progress | None = None,
) -> Tape:
    """The first venue of a scenario's market as a tape of `minutes`; UsageError for a length out of range."""
    say = progress or (lambda stage, fraction: None)
    if not 0.0 < minutes <= _MOST_MINUTES:
        raise UsageError(f"--minutes is a length above 0 and up to {_MOST_MINUTES:g}; found {minutes:g}")
    say("reading the scenario", 0.05)
    scenario = load_market(name_or_path)
    market = AgentMarket(scenario, 0, np.random.SeedSequence(seed), logged=True)
    until_ns = round(60e9 * minutes)
    for part in range(1, _PARTS + 1):
        market.run(until_ns * part // _PARTS)
        say("simulating", 0.1 + 0.8 * part / _PARTS)
    messages, history = recorded(market, scenario.venues[0].name, levels=levels)
    if len(messages) == 0 or messages.ts_ns[-1] <= messages.ts_ns[0]:
        raise UsageError(f"nothing happens within {minutes:g} minutes of {name_or_path}; give more --minutes")
    return Tape(messages=messages, history=history)


def read_files(
    paths: Sequence[Path],
    *,
    tick_size: float | None = None,
    tolerance: float = DEFAULT_TOLERANCE,
    progress: Progress | None = None,
) -> Recording:
    """Read one recording's files; UsageError for a tick or a tolerance that is none."""
    if progress is not None:
        progress("reading the recording", 0.01)
    if tick_size is not None and not 0.0 < tick_size < float("inf"):
        raise UsageError(f"--tick-size is a positive number; found {tick_size:g}")
    if not 0.0 <= tolerance <= 1.0:
        raise UsageError(f"--tolerance is a share of the rows from 0 to 1; found {tolerance:g}")
    return read_recording(list(paths), tick_size=tick_size, tolerance=Tolerance(share=tolerance))


def fit_recording(recording: Recording, *, model: str = DEFAULT_MODEL) -> FittedFlow:
    """Fit `model` to all of a recording; UsageError where that is too little for the model."""
    try:
        return calibrate(recording.messages, recording.history, model=model)
    except ExecutionError as error:
        raise UsageError(f"the {_spoken(model)} flow cannot be fitted: {error}") from error


def _spoken(model: str) -> str:
    return model.replace("_", " ")


def _simulated(first: Recording, model: str, *, like: Tape, seed: int, say: Progress, done: float) -> Tape:
    """A market fitted to the first part and run for as long as `like` lasts."""
    say(f"fitting the {_spoken(model)} flow", done)
    fitted = fit_recording(first, model=model)
    say(f"simulating the {_spoken(model)} flow", done + 0.1)
    duration_ns = int(like.messages.ts_ns[-1] - like.messages.ts_ns[0])
    messages, history = fitted.simulate(duration_ns, np.random.SeedSequence(seed), levels=like.levels)
    return Tape(messages=messages, history=history)


def _notes(recording: Recording, first: Recording, later: Recording, model: str) -> tuple[str, ...]:
    def part(recording: Recording) -> str:
        seconds = 1e-9 * float(recording.messages.ts_ns[-1] - recording.messages.ts_ns[0])
        return f"{len(recording.messages):,} messages in {seconds:,.0f} s"

    report, tick = recording.report, recording.messages.tick_size
    return (
        f"{report.rows:,} rows read, {report.messages:,} messages kept; tick {tick:g}.",
        f"Fitted to the first part: {part(first)}. Held out: {part(later)}.",
        f"Simulated: {_spoken(model)} flow. Baseline: zero intelligence.",
    )
