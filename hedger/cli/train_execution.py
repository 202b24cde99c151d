"""`hedger train execution`: teach an agent to work orders, and let it challenge the shipped one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from hedger.cli.extras import require_training
from hedger.cli.options import PATH
from hedger.errors import UsageError

if TYPE_CHECKING:
    from execution.agents.market_source import ScenarioSource
    from execution.agents.pace.training import PaceLesson
    from execution.agents.task import ExecutionTask
    from execution.agents.training import Algorithm, Lesson

_LOOKS = (1_024, 2_048, 4_096)
_STEPS, _SLOW_STEPS, _LONG_STEPS = 1_400_000, 120_000, 72_000


@click.command("execution", short_help="Teach an agent to work parent orders.")
@click.option("--out", type=PATH, metavar="DIR", required=True, help="Working directory, new or to go on in.")
@click.option("--agent", type=click.Choice(["ppo", "dqn"]), default="ppo", show_default=True)
@click.option(
    "--steps",
    type=click.IntRange(min=4_000),
    metavar="N",
    help="Decisions. Default: ppo 1,400,000, one a second; dqn 120,000, one in ten; with --long 72,000.",
)
@click.option("--rounds", type=click.IntRange(1, 1_000), default=7, show_default=True, metavar="N")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="N")
@click.option(
    "--long", "long", is_flag=True, help="An agent of long orders' pace: a decision in five minutes."
)
@click.option("--recurrent", is_flag=True, help="A PPO agent that remembers what it saw of its order.")
@click.option("--forecasts", is_flag=True, help="Show the agent what the shipped predictor forecasts.")
@click.option(
    "--from",
    "runs",
    type=PATH,
    metavar="RUNS",
    help="Fills that runs have recorded: train on orders like these and challenge the shipped agent.",
)
def execution(
    out: Path,
    agent: str,
    steps: int | None,
    rounds: int,
    seed: int,
    long: bool,
    recurrent: bool,
    forecasts: bool,
    runs: Path | None,
) -> None:
    """Teach an agent to work parent orders in simulated markets; needs 'hedger[train]'.

    After each round the agent is compared with TWAP in markets that are kept for it. The weights in DIR are
    those of the cheapest round there; every round's stay under its number. A run that was killed goes on
    from its last round when the same command is given again.

    With --from: orders are of the sizes and lengths that the recorded fills show. The agent then challenges
    the shipped one on fresh orders like these; DIR/champion.safetensors is whoever won, and
    DIR/promotion.json the record.
    """
    require_training("torch", "gymnasium", "stable_baselines3", "sb3_contrib")
    from execution.agents.shipped_task import (
        SLOW_DECISION_SECONDS,
        STEP_SECONDS,
        shipped_curriculum,
        shipped_task,
        training_source,
    )
    from execution.agents.training import train_agent
    from execution.errors import AgentError
    from execution.impact.predictor import shipped_predictor

    if long:
        if recurrent or forecasts or runs is not None:
            raise UsageError("--long goes with none of --recurrent, --forecasts and --from")
        _train_pace("dqn" if agent == "dqn" else "ppo", out, steps or _LONG_STEPS, rounds, seed)
        return
    steps = steps or (_SLOW_STEPS if agent == "dqn" else _STEPS)
    seconds = SLOW_DECISION_SECONDS if agent == "dqn" else STEP_SECONDS
    if recurrent and agent != "ppo":
        raise UsageError(f"--recurrent goes with --agent ppo, not with {agent}")
    algorithm: Algorithm = "dqn" if agent == "dqn" else "recurrent-ppo" if recurrent else "ppo"
    task, source = shipped_task(decision_seconds=seconds), training_source()
    curriculum = None
    if runs is not None:
        task = _task_of(runs, task, seconds)
    else:
        curriculum = partial(shipped_curriculum, rounds=rounds, decision_seconds=seconds)
    asked = f"hedger train execution --agent {agent} --steps {steps} --rounds {rounds} --seed {seed}"
    asked += " --recurrent" * recurrent + " --forecasts" * forecasts
    try:
        path = train_agent(
            algorithm,
            source,
            task,
            out=out,
            steps=steps,
            rounds=rounds,
            seed=seed,
            curriculum=curriculum,
            command=asked + ("" if runs is None else " --from RUNS"),
            tell=_tell,
            predictor=shipped_predictor() if forecasts else None,
        )
    except AgentError as error:
        raise UsageError(f"{out}: {error}") from error
    click.echo(f"Trained: {path}. Try it: hedger execute --scenario calm --workers twap,{path}")
    if runs is not None:
        _challenge(agent, path, out, source, task)


def _train_pace(algorithm: Literal["ppo", "dqn"], out: Path, steps: int, rounds: int, seed: int) -> None:
    from execution.agents.pace.timelines import shipped_law
    from execution.agents.pace.training import train_pace
    from execution.errors import AgentError

    command = f"hedger train execution --long --agent {algorithm} --steps {steps} --rounds {rounds}"
    try:
        path = train_pace(
            algorithm,
            shipped_law(),
            out=out,
            steps=steps,
            rounds=rounds,
            seed=seed,
            command=f"{command} --seed {seed}",
            tell=_tell_pace,
        )
    except AgentError as error:
        raise UsageError(f"{out}: {error}") from error
    click.echo(f"Trained: {path}. Try it: hedger execute --scenario qdi --workers twap,{path}")


def _task_of(runs: Path, usual: ExecutionTask, decision_seconds: float) -> ExecutionTask:
    """The task of orders like the recorded ones."""
    from dataclasses import replace

    from execution.agents.shipped_task import task_of
    from execution.agents.training_distribution import retrain_from
    from execution.errors import RecordingError

    try:
        found = retrain_from(runs)
    except RecordingError as error:
        raise UsageError(str(error)) from error
    horizon = sum(found.horizon_seconds) / 2.0
    like = task_of(horizon, decision_seconds=decision_seconds)
    low, high = (max(share, 1e-4) for share in found.participation)
    click.echo(
        f"{found.orders} recorded orders: {low:.2%} to {high:.2%} of the volume in {horizon:.0f} s, median "
        f"cost {found.cost_bps[1]:.2f} bps",
        err=True,
    )
    return replace(
        usual,
        horizon_seconds=horizon,
        decisions=like.decisions,
        repeats=like.repeats,
        participation=(low, max(low, high)),
    )


def _challenge(agent: str, path: Path, out: Path, source: ScenarioSource, task: ExecutionTask) -> None:
    from execution.agents.champion import PromotionRule, challenge, settle
    from execution.agents.promotion_study import paired_episodes
    from execution.agents.study_workers import agent_file
    from execution.agents.training import load_agent
    from execution.agents.whole_file import write_whole
    from execution.agents.worker import agent_worker

    shipped = agent_file(agent)
    if shipped is None:
        raise UsageError(f"no agent '{agent}' is shipped: there is nobody to challenge")
    champion = out / "champion.safetensors"
    if not champion.exists():
        write_whole(champion, shipped.read_bytes())
    workers = (agent_worker(load_agent(champion)), agent_worker(load_agent(path)))
    verdict = challenge(paired_episodes(*workers, source, task), PromotionRule(looks=_LOOKS))
    settle(verdict, champion=champion, challenger=path, record=out / "promotion.json")
    gain = verdict.difference
    click.echo(
        f"{verdict.decision}: {gain.mean_bps:+.3f} bps ({gain.lower:+.3f}, {gain.upper:+.3f}) against the "
        f"champion over {verdict.episodes} orders; one-sided p {verdict.p_value:.2g}, needed "
        f"{verdict.level:.2g}" + "".join(f"; {objection}" for objection in verdict.objections)
    )


def _tell_pace(lesson: PaceLesson) -> None:
    gain = lesson.difference
    click.echo(
        f"round {lesson.round} of {lesson.rounds}, {lesson.steps:,} decisions: {gain.mean_bps:+.2f} bps "
        f"({gain.lower:+.2f}, {gain.upper:+.2f}) against the even pace",
        err=True,
    )


def _tell(lesson: Lesson) -> None:
    gain = lesson.difference
    click.echo(
        f"round {lesson.round} of {lesson.rounds}, {lesson.steps:,} decisions: {gain.mean_bps:+.2f} bps "
        f"({gain.lower:+.2f}, {gain.upper:+.2f}) against TWAP",
        err=True,
    )
