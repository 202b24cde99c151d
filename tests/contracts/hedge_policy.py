"""What every hedge policy owes: one suite that all implementations run."""

from __future__ import annotations

from hedger.policy import Action, HedgePolicy, HedgeSituation


def check_hedge_policy(policy: HedgePolicy, situation: HedgeSituation) -> None:
    """Run the whole contract on one policy in one situation."""
    assert isinstance(policy, HedgePolicy)
    decision = policy.decide(situation)
    per_contract = situation.market.hedge_delta()
    lot_size = situation.market.hedge.lot_size

    assert decision.policy == policy.name
    assert decision.underlying == situation.exposure.underlying
    assert decision.instrument == situation.market.hedge.symbol
    assert decision == policy.decide(situation), "a decision is a pure function of the situation"

    assert decision.current_contracts == situation.exposure.hedge_contracts
    assert (decision.action is Action.TRADE) == (decision.trade_contracts != 0)
    assert decision.trade_contracts % lot_size == 0
    assert decision.reason.startswith(decision.action.value.capitalize())

    assert decision.band_lower <= decision.band_upper
    expected = decision.target_delta + decision.target_contracts * per_contract
    assert abs(decision.residual_delta - expected) <= 1e-9 * max(1.0, abs(expected))
    if decision.action is Action.TRADE:
        half_lot = 0.5 * lot_size * per_contract * (1 + 1e-12)
        before = decision.target_delta + decision.current_contracts * per_contract
        lower, upper = min(before, decision.band_lower), max(before, decision.band_upper)
        assert lower - half_lot <= decision.residual_delta <= upper + half_lot, "into the band or toward it"
        assert abs(decision.residual_delta) <= abs(before), "a trade never increases the net delta it sees"

    spot = situation.exposure.spot
    assert decision.next_trade_below is None or decision.next_trade_below <= spot
    assert decision.next_trade_above is None or decision.next_trade_above >= spot
