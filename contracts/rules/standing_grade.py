"""Which grade stands after several assessments of one victim.

Professional judgement may raise a grade alone; to lower one takes a second person and a reason
(SafeLives, *MARAC referral criteria*; College of Policing, DARA; read 2026-11). Until that second
sign-off is recorded, an assessment alone lowers nothing: neither at once nor after one in between
that left the grade unknown. What two persons signed stands for what their own agency said before it of the
same accused, and for nothing else: a force countersigns each of its forms, and that says nothing of another
agency's, nor of another partner (domain.md 14, trap 5). An unknown grade is answered by the next assessment,
and is never read as an older, lesser one than high (domain.md 14, trap 4, 2026-11: unknown sorts above
medium).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.vocabulary import Grade

LEAST_FIRST = (Grade.UNKNOWN, Grade.STANDARD, Grade.MEDIUM, Grade.HIGH)
"""Grades as they add to what is known: an unknown one adds nothing, and takes nothing away."""


def lowered_from(grades: Sequence[Grade]) -> Grade | None:
    """The gravest grade of one assessment's earlier versions, where its newest gives a lesser one."""
    gravest = max(grades, key=LEAST_FIRST.index)
    return gravest if gravest is not grades[-1] else None


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment of a victim: the root of its fact, by whom, about whom, and whether two persons signed
    it."""

    root: str
    agency: str
    accused: frozenset[str]
    grade: Grade
    signed: bool


def counting(assessed: Sequence[Assessed]) -> list[Assessed]:
    """The assessments that count, of all in the order in which they were made."""
    found: list[Assessed] = []
    signed = set[tuple[str, frozenset[str]]]()
    for each in reversed(assessed):
        if (each.agency, each.accused) not in signed:
            found.append(each)
        if each.signed:
            signed.add((each.agency, each.accused))
    return found[::-1]


def standing_grade(grades: Iterable[Grade]) -> Grade:
    """The grade that stands, of assessments in the order in which they were made; UNKNOWN of none."""
    gravest = newest = Grade.UNKNOWN
    for newest in grades:
        gravest = max(gravest, newest, key=LEAST_FIRST.index)
    left_open = newest is Grade.UNKNOWN and gravest is not Grade.HIGH
    return newest if left_open else gravest
