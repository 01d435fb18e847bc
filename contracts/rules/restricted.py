"""For whom what stands in a case is there, where the case is restricted or somebody has a tie to its parties.

Source: a party or their kin may work for an agency (``domain.md`` 1.7 and 10.8; traps 8 and 9 of 14; read
2026-11). That it takes everybody in the case along, wherever they stand, is Goldthread's own.
"""

from collections.abc import Collection, Iterable, Sequence

from contracts.events.listing import CaseRestricted
from contracts.events.research import InterestDeclared


def inside(case: str, said: Sequence[CaseRestricted]) -> list[frozenset[str]]:
    """To whom alone a case is restricted, by the newest of what was said, the first said first; nothing where
    it is restricted to nobody."""
    of_it = [each for each in said if each.case == case]
    return [frozenset(each.person for each in of_it[-1].to)] if of_it and not of_it[-1].lifted else []


def tied(case: str, declared: Iterable[InterestDeclared]) -> set[str]:
    """Who declared a tie to a party of a case."""
    return {said.person for said in declared for each in said.cases if each.tie and each.case == case}


def is_there_for(person: str, inside: Iterable[Collection[str]], ties: Collection[str]) -> bool:
    """Whether records are there for a member of staff: ``inside`` are those to whom each case is restricted,
    where any is, that they, or the victims whom they are about, are in; ``ties`` who declared a tie to one.
    Who is kept out is told of neither the case nor the people in it (``domain.md`` 14, traps 8 and
    9); the operator decides, where nobody inside does (ours, 2026-11)."""
    return person not in ties and all(person in each for each in inside)
