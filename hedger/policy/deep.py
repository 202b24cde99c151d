"""The deep policy: the universal network's no-transaction band around the delta that is believed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from hedger.network.inference import BandAnswer, BandNetwork
from hedger.policy.band import BandView, decide_by_band, first_crossing
from hedger.policy.book_states import HedgedBook, hedged_book
from hedger.policy.impact_band import band_in_words, ends_from
from hedger.policy.policy import HedgeDecision, HedgeSituation
from hedger.policy.trade_costs import TradeCosts

FloatArray = npt.NDArray[np.float64]

MOST_UNSEEN = 0.25
"""How far outside of what training saw, in ranges of a feature, the network's answer is still taken."""

# Each asks the network once: few, dense near today's spot and day.
_LEVELS = np.array([-8, -4, -2, -1, 0, 1, 2, 4, 8])
_DAYS = np.array([1.0, 2.0, 3.0, 5.0, 10.0])
# Shares of the largest trade there could be, whose costs the network is asked at; dense where it is small.
_SIZES = np.linspace(0.0, 1.0, 17) ** 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepPolicy:
    """Wait inside the universal network's band, outside of it trade to or toward the band's target.

    network: the shipped one when None. fixed_cost [currency] per trade, besides the CostCurve.

    The network was taught by the exact optimum under geometric Brownian motion and corrects a reference,
    Zakamouline's band. Here it sees the whole book at the volatility that the other bands hedge with, each
    strike's implied volatility at the forecast's level. Its band is then moved from its own delta to the one
    that is believed (`reference_delta`). Under impact it is what `impact_band` would make of it: the band of
    the smallest trade's cost, and a trade that ends at the target for its own last unit's cost. Where a state
    is further than MOST_UNSEEN from what training saw, or the answer is no number, the reference decides, and
    today's reason says so.
    """

    network: BandNetwork | None = field(default=None, repr=False, compare=False)
    fixed_cost: float = 0.0

    @property
    def name(self) -> str:
        """The policy's name as typed on the command line."""
        return "deep"

    def decide(self, situation: HedgeSituation) -> HedgeDecision:
        """Decide for one underlying."""
        book = hedged_book(situation, _places(len(situation.exposure.ladder_spot)))
        if not book.is_call.size or situation.risk_aversion == 0.0:
            return _without_options(situation, book, policy=self.name)
        asked = _Asked(
            network=self.weights(),
            situation=situation,
            costs=TradeCosts.of(situation),
            fixed_cost=self.fixed_cost,
        )
        today = len(book.spot) // 2
        ahead = book.with_days_ahead(today, _DAYS)
        answer = asked.answer(ahead, asked.cost(np.zeros(1))[0])
        edges = asked.edges(ahead, answer)
        view = _view(book.spot, edges[: len(book.spot)], asked.targets(book, edges[today]))
        rule = asked.rule(view, answer, today)
        decision = decide_by_band(situation, view, policy=self.name, rule=rule)
        later = asked.edges_later(edges[len(book.spot) :], book)
        lot = asked.costs.per_contract * situation.market.hedge.lot_size
        held = decision.target_contracts * asked.costs.per_contract
        days = _next_trade_days(np.vstack([edges[today], later]), held, 0.5 * lot)
        return replace(decision, next_trade_days=days)

    def weights(self) -> BandNetwork:
        """The network that is asked."""
        if self.network is not None:
            return self.network
        from hedger.network.weights import shipped_network

        return shipped_network()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A network, and the situation in which it is asked."""

    network: BandNetwork
    situation: HedgeSituation
    costs: TradeCosts
    fixed_cost: float

    def cost(self, trade: FloatArray) -> FloatArray:
        """Cost [fraction] of the last unit of trades of at least half a lot."""
        smallest = 0.5 * self.costs.per_contract * self.situation.market.hedge.lot_size
        return self.costs.marginal(np.maximum(trade, smallest))

    def answer(self, book: HedgedBook, cost: float | FloatArray) -> BandAnswer:
        """The network's in every state of the book; cost as a fraction, of all states or each."""
        aversion = self.situation.risk_aversion
        return self.network.bands(book.scaled(risk_aversion=aversion, cost=cost, fixed_cost=self.fixed_cost))

    def targets(self, book: HedgedBook, edges: FloatArray) -> tuple[float, float]:
        """Where trades end that begin at today's holding, below and above today's edges (4,)."""
        held = self.situation.exposure.hedge_contracts * self.costs.per_contract
        low, high = float(edges[1]), float(edges[2])
        most = max(low - held, held - high)
        if most <= 0.0:
            return low, high
        trades, today = most * _SIZES, book.repeated(len(book.spot) // 2, len(_SIZES))
        at_size = self.edges(today, self.answer(today, self.cost(trades)))
        if held < low:
            return min(low, float(ends_from(held, at_size[:, 1], trades))), high
        return low, max(high, -float(ends_from(-held, -at_size[:, 2], trades)))

    def edges(self, book: HedgedBook, answer: BandAnswer) -> FloatArray:
        """The band of the hedge's delta around minus the believed one; (state, 4) [units of underlying]."""
        trusted = _is_trusted(answer)
        scaled = answer.bands
        if not trusted.all():
            scaled = np.where(trusted[:, None], answer.bands, answer.reference_bands())
        holdings = scaled / (self.situation.risk_aversion * book.spot)[:, None] + book.own[:, None]
        # Without a number there is no band: the believed delta is hedged.
        finite = np.isfinite(holdings).all(axis=1, keepdims=True)
        return np.where(finite, holdings, 0.0) - book.reference[:, None]

    def edges_later(self, edges: FloatArray, book: HedgedBook) -> FloatArray:
        """The bands of the days ahead; after the last expiry only what is linear is left to hedge."""
        over = book.dates.max() <= _DAYS
        return np.where(over[:, None], -self.situation.exposure.linear_delta, edges)

    def rule(self, view: BandView, answer: BandAnswer, today: int) -> str:
        """Today's band in words."""
        cost = 1e4 * self.costs.proportional
        terms = f"(cost {cost:.2f} bp before impact, risk aversion {self.situation.risk_aversion:g})"
        if _is_trusted(answer)[today]:
            name = "the network's no-transaction band"
            return f"{band_in_words(view, name)} {terms}"
        return f"{band_in_words(view, 'the reference band')} {terms}, since {self._unseen(answer, today)}"

    def _unseen(self, answer: BandAnswer, today: int) -> str:
        if not np.isfinite(answer.bands[today]).all():
            return "the network's answer is no number"
        from hedger.network.feature_names import feature_names

        features, network = answer.features[today], self.network
        reach = network.highest - network.lowest
        worst = int(np.argmax(np.maximum(network.lowest - features, features - network.highest) / reach))
        return f"training saw nothing like this {feature_names()[worst]}"


def _view(spot: FloatArray, edges: FloatArray, targets: tuple[float, float]) -> BandView:
    """The band around the middle of its targets, which is minus the delta that the policy sees.

    targets: today's from below and from above with impact, which may lie outside of the edges.
    """
    middle = 0.5 * (edges[:, 1] + edges[:, 2])
    lower, lower_target, upper_target, upper = (edges - middle[:, None]).T
    today = len(spot) // 2
    lower_target[today], upper_target[today] = np.array(targets) - middle[today]
    return BandView(
        spot=spot,
        delta=-middle,
        lower=lower,
        lower_target=lower_target,
        upper_target=upper_target,
        upper=upper,
    )


def _next_trade_days(edges: FloatArray, held: float, half_lot: float) -> float | None:
    """Trading days until the holding leaves the band while spot stays, edges today and on _DAYS; linear."""
    days = np.append(0.0, _DAYS)
    excesses = (held - edges[:, 3] - half_lot, edges[:, 0] - half_lot - held)
    found = [first_crossing(days, excess) for excess in excesses]
    return min((day for day in found if day is not None), default=None)


def _places(levels: int) -> npt.NDArray[np.intp]:
    """Levels of the exposure's ladder to ask at: dense near today's, which is the middle one."""
    middle = levels // 2
    return np.asarray(_LEVELS[np.abs(_LEVELS) <= middle] + middle, dtype=np.intp)


def _is_trusted(answer: BandAnswer) -> npt.NDArray[np.bool_]:
    """Where the network has seen the like and answers with numbers, shape (level,)."""
    return (answer.unseen <= MOST_UNSEEN) & np.isfinite(answer.bands).all(axis=1)


def _without_options(situation: HedgeSituation, book: HedgedBook, *, policy: str) -> HedgeDecision:
    """No gamma asks for a band; no aversion to risk pays for no hedge that costs something."""
    costs = TradeCosts.of(situation)
    free = float(costs.at(costs.per_contract)) == 0.0
    careless = situation.risk_aversion == 0.0 and not free
    width = np.full_like(book.spot, np.inf if careless else 0.0)
    view = BandView.around(book.spot, book.reference, width, to_edge=True)
    rule = "no aversion to risk" if careless else "the delta hedge of a book without options"
    return decide_by_band(situation, view, policy=policy, rule=rule)
