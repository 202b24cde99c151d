"""Champion and challenger: a worker is replaced only by one that is surely cheaper, and nowhere worse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from execution.agents.alpha_spending import sequential_bounds
from execution.agents.comparison import PairedDifference, compare
from execution.agents.whole_file import write_whole

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.str_]

CHAMPION, CHALLENGER = "champion", "challenger"


class Decision(StrEnum):
    """What a look at the evidence comes to."""

    PROMOTE = "promote"
    KEEP = "keep"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedEpisodes:
    """The same episodes worked by both; all arrays have shape (episode,).

    champion_bps, challenger_bps: shortfall of the whole order, what was left included. champion_left,
    challenger_left: part of the order that was not traded. valid: whether the market stayed one under both:
    makers alive, both sides quoted, nothing discarded. regime: its name. cluster: label of what episodes have
    in common, such as their market. champion_news_bps, challenger_news_bps: the part of the shortfall that
    news made, of mean zero whoever works; it takes noise out. Raises ValueError for lengths that differ,
    costs that are not finite or shares outside of [0, 1].
    """

    champion_bps: FloatArray
    challenger_bps: FloatArray
    champion_left: FloatArray
    challenger_left: FloatArray
    valid: BoolArray
    regime: TextArray
    cluster: IntArray
    champion_news_bps: FloatArray
    challenger_news_bps: FloatArray

    def __post_init__(self) -> None:
        for field in fields(self):
            values = getattr(self, field.name)
            if values.shape != (len(self.champion_bps),):
                raise ValueError(f"{field.name} has shape {values.shape}, expected one value an episode")
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise ValueError(f"{field.name} has a value that is not finite")
        left = np.concatenate([self.champion_left, self.challenger_left])
        if np.any((left < 0.0) | (left > 1.0)):
            raise ValueError("what was left of an order is a share from 0 to 1")

    def __len__(self) -> int:
        return len(self.champion_bps)

    def joined(self, later: Self) -> Self:
        """These episodes and those that came after."""
        both: dict[str, Any] = {
            field.name: np.concatenate([getattr(self, field.name), getattr(later, field.name)])
            for field in fields(self)
        }
        return type(self)(**both)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRule:
    """What a challenger must show, laid down before the first look.

    alpha: probability of promoting one that is not cheaper, over all looks together. looks: episodes in all
    at each look, rising. least_valid: share of the episodes with a valid market. most_left: how much more of
    its orders the challenger may leave than the champion, on average. regime_alpha: level at which being
    dearer in one regime forbids promotion; not divided by the number of regimes, since here to err is to be
    careful.
    """

    alpha: float = 0.01
    looks: tuple[int, ...] = (1_000, 2_000, 4_000)
    least_valid: float = 1.0
    most_left: float = 0.001
    regime_alpha: float = 0.05

    def levels(self) -> FloatArray:
        """One-sided p-values to be reached at each look, shape (look,)."""
        return np.array(_levels(self.looks, self.alpha))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one look came to, and why. look: from 0. level: the p-value that had to be reached.

    p_value: one-sided, of a challenger that is not cheaper. objections: guards that forbid promotion, as
    sentences.
    """

    decision: Decision
    look: int
    episodes: int
    level: float
    p_value: float
    difference: PairedDifference
    regimes: tuple[PairedDifference, ...]
    valid: float
    champion_left: float
    challenger_left: float
    objections: tuple[str, ...]
    rule: PromotionRule


def judge(episodes: PairedEpisodes, rule: PromotionRule, *, look: int) -> Verdict:
    """One look at all episodes so far.

    Cheaper at this look's level and without objection: promote. Cheaper, but with an objection, or not
    cheaper at the last look: keep. Else: continue. Raises ValueError where the number of episodes is not the
    look's, since looks that were not planned make alpha a lie, and where a regime has too few independent
    episodes to be judged.
    """
    if not 0 <= look < len(rule.looks) or len(episodes) != rule.looks[look]:
        raise ValueError(f"look {look} of {rule.looks} cannot be taken on {len(episodes)} episodes")
    whole, *regimes = _differences(episodes)
    p_value = 0.5 * whole.p_value if whole.mean_bps < 0.0 else 1.0 - 0.5 * whole.p_value
    level = float(rule.levels()[look])
    objections = _objections(episodes, regimes, rule)
    return Verdict(
        decision=_decision(p_value <= level, bool(objections), last=look == len(rule.looks) - 1),
        look=look,
        episodes=len(episodes),
        level=level,
        p_value=p_value,
        difference=whole,
        regimes=tuple(regimes),
        valid=float(episodes.valid.mean()),
        champion_left=float(episodes.champion_left.mean()),
        challenger_left=float(episodes.challenger_left.mean()),
        objections=objections,
        rule=rule,
    )


def challenge(evaluate: Callable[[int, int], PairedEpisodes], rule: PromotionRule) -> Verdict:
    """Look after look until there is a decision.

    evaluate(first, stop): episodes of these numbers, the same whenever it is asked. They must be new to both:
    none that the challenger was trained or chosen on.
    """
    episodes = evaluate(0, rule.looks[0])
    verdict = judge(episodes, rule, look=0)
    for look in range(1, len(rule.looks)):
        if verdict.decision is not Decision.CONTINUE:
            break
        episodes = episodes.joined(evaluate(rule.looks[look - 1], rule.looks[look]))
        verdict = judge(episodes, rule, look=look)
    return verdict


def settle(verdict: Verdict, *, champion: Path, challenger: Path, record: Path) -> bool:
    """Carry a verdict out: the record as JSON and, on promotion, the challenger's weights as the champion's.

    Each file is written whole or not at all, the weights last: a record without its promotion is done again
    by the same call, a promotion without a record cannot be. Returns whether the weights were replaced.
    Raises ValueError for a verdict that says to continue.
    """
    if verdict.decision is Decision.CONTINUE:
        raise ValueError("the evidence does not decide yet: take the next look")
    weights = challenger.read_bytes()
    document = {
        **asdict(verdict),
        "champion_sha256": _digest(champion.read_bytes()) if champion.exists() else None,
        "challenger_sha256": _digest(weights),
    }
    text = json.dumps(_plain(document), indent=2, allow_nan=False) + "\n"
    write_whole(record, text.encode())
    if verdict.decision is Decision.PROMOTE:
        write_whole(champion, weights)
    return verdict.decision is Decision.PROMOTE


@cache
def _levels(looks: tuple[int, ...], alpha: float) -> tuple[float, ...]:
    scores = sequential_bounds([episodes / looks[-1] for episodes in looks], alpha)
    return tuple(ndtr(-scores).tolist())


def _differences(episodes: PairedEpisodes) -> tuple[PairedDifference, ...]:
    """Challenger less champion: over all, then by regime."""
    return compare(
        {CHAMPION: episodes.champion_bps, CHALLENGER: episodes.challenger_bps},
        baseline=CHAMPION,
        control_bps={CHAMPION: episodes.champion_news_bps, CHALLENGER: episodes.challenger_news_bps},
        cluster=episodes.cluster,
        group=episodes.regime.tolist(),
    )


def _objections(
    episodes: PairedEpisodes, regimes: list[PairedDifference], rule: PromotionRule
) -> tuple[str, ...]:
    said = []
    if (valid := float(episodes.valid.mean())) < rule.least_valid:
        said.append(f"the market was valid in {valid:.2%} of the episodes, needed {rule.least_valid:.2%}")
    more = float((episodes.challenger_left - episodes.champion_left).mean())
    if more > rule.most_left:
        said.append(f"it leaves {more:.2%} more of its orders, allowed {rule.most_left:.2%}")
    for each in regimes:
        if each.mean_bps > 0.0 and 0.5 * each.p_value < rule.regime_alpha:
            said.append(f"it is {each.mean_bps:.3g} bps dearer in regime {each.group}")
    return tuple(said)


def _decision(is_cheaper: bool, is_objected: bool, *, last: bool) -> Decision:
    if is_cheaper:
        return Decision.KEEP if is_objected else Decision.PROMOTE
    return Decision.KEEP if last else Decision.CONTINUE


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _plain(value: Any) -> Any:
    """Values that JSON has; None for a number that is not finite."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value
