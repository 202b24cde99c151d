"""A chain's curves by the exercise style of its options: European as quoted, American less the premium."""

from __future__ import annotations

from hedger.portfolio.convention import option_convention
from pricing.option import Exercise
from pricing.parity import AssumedCarry, EuropeanChain, imply_curves
from pricing.quotes import Quotes


def chain_curves(
    quotes: Quotes, *, exercise: Exercise | None = None, otherwise: AssumedCarry | None = None
) -> EuropeanChain:
    """European quotes and the curves of put-call parity.

    exercise: None for the market's convention: index options as Cboe lists them, all others American, whose
    early-exercise premium is taken out first. otherwise: the carry of a chain that has no call and put at
    one strike. Raises InputError as `imply_curves` does.
    """
    style = option_convention(quotes.underlying).exercise if exercise is None else exercise
    if style is Exercise.AMERICAN:
        from pricing.american.chain import european_chain  # its kernels compile for a while

        return european_chain(quotes, otherwise=otherwise)
    discount, forward, fits = imply_curves(quotes, otherwise=otherwise)
    return EuropeanChain(quotes=quotes, discount=discount, forward=forward, fits=fits)
