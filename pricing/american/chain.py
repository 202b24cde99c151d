"""The curves behind a chain of American options, and the European chain that goes with them."""

from __future__ import annotations

import numpy as np

from pricing.american.implied import de_americanised
from pricing.curves import DiscountCurve
from pricing.parity import AssumedCarry, EuropeanChain, imply_curves
from pricing.quotes import Quotes

_ROUNDS = 12
_SETTLED = 1e-6
_RATES = (-0.01, 0.20)


def european_chain(quotes: Quotes, *, otherwise: AssumedCarry | None = None) -> EuropeanChain:
    """Take the early-exercise premium out of American quotes and imply the curves, in turns until they agree.

    Parity holds for European options only; the premium depends on the curves that parity implies. Each round
    de-Americanises the quotes on the last curves and implies new ones, until no forward moves by more than
    1e-6 of itself, at most twelve rounds. A round that implies a rate below -1% or above 20% a year is not
    believed, and the one before it stays: with wide spreads the strikes hardly tell rate from premium. A
    negative rate counts as zero while the premium is taken out. Raises InputError as `imply_curves` does.
    """
    discount, forward, fits = imply_curves(quotes, otherwise=otherwise)
    chain = EuropeanChain(quotes=quotes, discount=discount, forward=forward, fits=fits)
    for _ in range(_ROUNDS):
        following, moved = _next_round(quotes, chain, otherwise)
        if not _is_credible(following.discount):
            break
        chain = following
        if moved < _SETTLED:
            break
    return chain


def _is_credible(discount: DiscountCurve) -> bool:
    return bool(np.all((discount.zero_rate > _RATES[0]) & (discount.zero_rate < _RATES[1])))


def _next_round(
    quotes: Quotes, chain: EuropeanChain, otherwise: AssumedCarry | None
) -> tuple[EuropeanChain, float]:
    years = quotes.expiry_years
    before = chain.forward.forward_at(years)
    # At negative rates some options have two exercise boundaries, which are slow and next to worthless.
    discount_factor = np.minimum(chain.discount.discount_at(years), 1.0)
    european = de_americanised(quotes, forward=before, discount=discount_factor).quotes
    discount, forward, fits = imply_curves(european, otherwise=otherwise)
    moved = float(np.max(np.abs(forward.forward_at(years) / before - 1.0)))
    return EuropeanChain(quotes=european, discount=discount, forward=forward, fits=fits), moved
