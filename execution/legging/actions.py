"""What can be done in one step of legging, and its code as an integer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeggingAction:
    """What a step does: legs rest for it, legs cross as it begins; or one complex order; or the end.

    rest, cross: numbers of legs, ascending. is_complex: the whole package rests on the complex book.
    gives_up: legs that are held are crossed back and the package is not had.
    """

    rest: tuple[int, ...] = ()
    cross: tuple[int, ...] = ()
    is_complex: bool = False
    gives_up: bool = False

    def __str__(self) -> str:
        if self.is_complex or self.gives_up:
            return "complex" if self.is_complex else "give up"
        named = (("rest", self.rest), ("cross", self.cross))
        said = [f"{verb} {' '.join(str(leg + 1) for leg in legs)}" for verb, legs in named if legs]
        return ", ".join(said) or "wait"


def complex_code(legs: int) -> int:
    """The code of one complex order; codes below it are sets of legs: rest | cross << legs."""
    return 1 << (2 * legs)


def give_up_code(legs: int) -> int:
    """The code of crossing back what is held and doing without the package."""
    return complex_code(legs) + 1


def decoded(code: int, legs: int) -> LeggingAction:
    """The action of a code; ValueError for one that stands for none."""
    if not 0 <= code <= give_up_code(legs) or (code < complex_code(legs) and code & (code >> legs)):
        raise ValueError(f"{code} is no action of {legs} legs")
    if code >= complex_code(legs):
        return LeggingAction(is_complex=code == complex_code(legs), gives_up=code == give_up_code(legs))
    numbers = range(legs)
    return LeggingAction(
        rest=tuple(leg for leg in numbers if code >> leg & 1),
        cross=tuple(leg for leg in numbers if code >> (legs + leg) & 1),
    )
