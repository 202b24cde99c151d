"""The execution task of arXiv 2511.15262 over many queue-reactive markets at once.

Buy 25 event sizes in 600 s with a decision each 25 s: nothing, half of the best ask or all of it. Their
reward (equation 11) for what is bought is its quantity times the reference price at the start less the price
paid. What the last decision leaves is bought there and then, through the book; they buy it a step later, and
charge 1.0 for each event size of it while they train.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt

from execution.book.layout import MESSAGE, MessageKind, RecordArray
from execution.errors import OrderRejectedError
from execution.market.batch import NO_MESSAGE, MarketBatch
from execution.market.batch_kernel import NOT_DRAWN
from execution.market.flows.queue_law import QueueReactive
from execution.market.flows.queue_reactive import queue_reactive_state
from execution.market.flows.stylised_queues import stylised_queue_reactive

FloatArray = npt.NDArray[np.float64]
FloatArray32 = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

LEVELS = 3  # queues a side, which is what the model has
_ASLEEP_NS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReactiveTask:
    """What is to be bought, when, and what an action takes.

    quantity: event sizes; a queue's event size is one lot. decisions: how many times an agent chooses,
    step_ns apart from the start on; what the last leaves is bought at once. shares: of the best ask, by
    action. tick: [currency]. penalty: [currency] a lot that the last decision leaves, for learners.
    Raises ValueError when a number is out of its range.
    """

    quantity: int = 25
    decisions: int = 25
    step_ns: int = 25 * 10**9
    shares: tuple[float, ...] = (0.0, 0.5, 1.0)
    tick: float = 0.01
    penalty: float = 1.0

    def __post_init__(self) -> None:
        wrong = {
            "quantity": self.quantity < 1,
            "decisions": self.decisions < 1,
            "step_ns": self.step_ns < 1,
            "shares": not self.shares or self.shares[0] != 0.0 or not 0.0 <= max(self.shares) <= 1.0,
            "tick": not 0.0 < self.tick < np.inf,
            "penalty": not 0.0 <= self.penalty < np.inf,
        }
        for name in [name for name, bad in wrong.items() if bad]:
            raise ValueError(f"{name} is {getattr(self, name)}")


def published_market() -> QueueReactive:
    """The published set-up in the paper's own unit: every event is one lot."""
    return replace(stylised_queue_reactive(), event_size=np.ones(LEVELS, np.int64))


def still_market(*, lots: int = 50) -> QueueReactive:
    """A control in which nothing can be won or lost: queues of so many lots, in which nobody ever acts."""
    full = np.zeros((LEVELS, lots + 1))
    full[:, lots] = 1.0
    return QueueReactive(
        rates=np.zeros((3, LEVELS, lots + 1)),
        event_size=np.ones(LEVELS, np.int64),
        theta=0.0,
        stationary=full,
    )


@final
class QueueReactiveMarkets:
    """One buyer in each of `count` markets, from a stationary book on; numbers are by market, (market,).

    left: lots still to buy. decision: how many choices are behind. unfinished: lots that the last choice of
    an episode that ended with the last step had left. reference_ticks: what the reward is measured
    from. depth: as MarketBatch's, three levels. ask_ticks, mid_ticks: best ask and mid price.
    forever: whether a new episode follows at once in the same market, on a book drawn anew; else it sleeps.
    starts: draws with how many lots and decisions left an episode begins, each as likely, so that a learner
    meets the end of an episode often; without it they begin at the beginning.
    A market's randomness is a child of `seed`: the same for every policy until its orders change the book.
    """

    def __init__(
        self,
        model: QueueReactive,
        *,
        count: int,
        seed: np.random.SeedSequence,
        task: QueueReactiveTask | None = None,
        forever: bool = False,
        starts: np.random.Generator | None = None,
    ) -> None:
        self.task = task or QueueReactiveTask()
        self._starts = starts
        self._forever = forever
        self._batch = MarketBatch(
            model.parameters(),
            lambda: queue_reactive_state(start_ns=0, reference_ticks=0.5),
            count=count,
            seed=seed,
            centre_ticks=0,
            depth_levels=LEVELS,
        )
        self._now_ns = 0
        self.left = np.full(count, self.task.quantity, np.int64)
        self.decision = np.zeros(count, np.int64)
        self.is_over = np.zeros(count, np.bool_)
        self.reference_ticks = np.full(count, 0.5)
        self.mid_ticks = self.previous_mid_ticks = np.full(count, 0.5)
        self.unfinished = np.zeros(count, np.int64)
        self._run_to(0)
        self._begin(np.ones(count, np.bool_))

    def __len__(self) -> int:
        return len(self._batch)

    @property
    def account(self) -> RecordArray:
        """What was bought in the book and paid for it, see execution.market.batch_kernel.ACCOUNT."""
        return self._batch.account

    @property
    def ask_ticks(self) -> npt.NDArray[np.int32]:
        """The best ask."""
        return np.asarray(self.depth[:, 1, 0, 0])

    def lots(self, actions: IntArray) -> IntArray:
        """Lots that actions ask for: a share of the best ask, no more than is left or than leaves one ask.

        Their code, too, leaves an event size on the ask side, since a market with none has no price.
        """
        wanted = (np.asarray(self.task.shares)[actions] * self.depth[:, 1, 0, 1]).astype(np.int64)
        return self._allowed(wanted)

    def action_masks(self) -> BoolArray:
        """Actions that ask for something or are the first, which waits; shape (market, action)."""
        shares = range(len(self.task.shares))
        asked = [self.lots(np.full(len(self), share)) > 0 for share in shares]
        masks = np.stack(asked, axis=1)
        masks[:, 0] = True
        return masks

    def step(self, lots: IntArray) -> tuple[FloatArray, BoolArray]:
        """Buy, then let a step pass; return the reward [currency] and which episodes ended with it.

        lots: cut at what `lots` allows. OrderRejectedError for a negative number.
        """
        if (lots < 0).any():
            raise OrderRejectedError(f"an agent asks for {int(lots.min())} lots, expected a number from 0 on")
        awake = ~self.is_over
        reward = self._buy(np.where(awake, self._allowed(lots), 0))
        self.decision += awake
        late = awake & (self.decision == self.task.decisions)
        self.unfinished = np.where(late, self.left, 0)
        reward += self._buy_rest(late)
        done = awake & (self.left == 0)
        self._now_ns += self.task.step_ns
        self._finish(done)
        self._run_to(self._now_ns)
        if self._forever:
            self._begin(done)
        return reward, done

    def _allowed(self, lots: IntArray) -> IntArray:
        on_offer = self.depth[:, 1, :, 1].sum(axis=1, dtype=np.int64)
        most = np.minimum(self.left, np.maximum(on_offer - 1, 0))
        return np.asarray(np.minimum(lots, most), np.int64)

    def _buy(self, lots: IntArray) -> FloatArray:
        """Buy at once; the reward of what is bought."""
        if not lots.any():
            return np.zeros(len(self))
        messages = np.zeros(len(self), MESSAGE)
        messages["kind"] = np.where(lots > 0, MessageKind.MARKET, NO_MESSAGE)
        messages["side"], messages["quantity"] = 1, lots
        before = self._batch.account[["position", "cash"]].copy()
        self._batch.enter(messages)
        bought = self._batch.account["position"] - before["position"]
        self.left -= bought
        paid = before["cash"] - self._batch.account["cash"]
        return np.asarray(self.task.tick * (bought * self.reference_ticks - paid), np.float64)

    def _buy_rest(self, late: BoolArray) -> FloatArray:
        """Buy all that is left; what the book has not costs a tick more than its last level, as in theirs."""
        reward = self._buy(np.where(late, self.left, 0))
        beyond = self.depth[:, 1, :, 0].max(axis=1, where=self.depth[:, 1, :, 1] > 0, initial=-(2**31)) + 1
        reward += np.where(late, self.task.tick * self.left * (self.reference_ticks - beyond), 0.0)
        self.left[late] = 0
        return reward

    def _finish(self, over: BoolArray) -> None:
        """Have the books of these markets drawn anew when the step is over, or let them sleep."""
        state, control = self._batch.arrays.flow, self._batch.arrays.control
        control["due_ns"][over] = NOT_DRAWN if self._forever else _ASLEEP_NS
        self.is_over |= over & (not self._forever)
        if self._forever:
            state["clock_ns"][over], state["repairing"][over], state["mid_move"][over] = self._now_ns, 2, 0

    def _begin(self, over: BoolArray) -> None:
        below = self._batch.arrays.flow["below_ticks"]
        self.reference_ticks = np.where(over, below + 0.5, self.reference_ticks)
        self.previous_mid_ticks = np.where(over, self.mid_ticks, self.previous_mid_ticks)
        self.left[over], self.decision[over] = self.task.quantity, 0
        if self._starts is not None:
            count = int(over.sum())
            self.left[over] = self._starts.integers(1, self.task.quantity + 1, count)
            self.decision[over] = self._starts.integers(0, self.task.decisions, count)

    def _run_to(self, ts_ns: int) -> None:
        self.previous_mid_ticks = self.mid_ticks
        self.depth = self._batch.step_until(ts_ns)
        self.mid_ticks = 0.5 * (self.depth[:, 0, 0, 0] + self.depth[:, 1, 0, 0])
