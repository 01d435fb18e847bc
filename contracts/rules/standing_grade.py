"""Which grade stands after several assessments of one victim.

Professional judgement may raise a grade alone; to lower one takes a second person and a reason
(SafeLives, *MARAC referral criteria*; College of Policing, DARA; read 2026-11). Until that second
sign-off is recorded, an assessment alone lowers nothing: neither at once nor after one in between
that left the grade unknown. What two persons signed stands for what their own agency said before it of the
same accused, and for nothing else: a force countersigns each of its forms, and that says nothing of another
agency's, nor of another partner (domain.md 14, trap 5). To withdraw an assessment is the word of one person:
what it gave stands as if it had not been withdrawn, until two persons sign what its agency says after it. It
stands in nobody's way where that is more than it: who was assessed as standard, and is so no more, is not
known to be. An unknown grade is answered by the next assessment,
and is never read as an older, lesser one than high (domain.md 14, trap 4, 2026-11: unknown sorts above
medium).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.vocabulary import Grade

GRAVEST_FIRST = (Grade.HIGH, Grade.UNKNOWN, Grade.MEDIUM, Grade.STANDARD)
"""Grades in the order of concern."""
LEAST_FIRST = (Grade.UNKNOWN, Grade.STANDARD, Grade.MEDIUM, Grade.HIGH)
"""Grades as they add to what is known: an unknown one adds nothing, and takes nothing away."""


def lowered_from(grades: Sequence[Grade]) -> Grade | None:
    """The gravest grade of one assessment's earlier versions, where its newest gives a lesser one."""
    gravest = max(grades, key=LEAST_FIRST.index)
    return gravest if gravest is not grades[-1] else None


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment of a victim: the root of its fact, by whom, about whom, whether two persons signed it,
    and whether it was withdrawn."""

    root: str
    agency: str
    accused: frozenset[str]
    grade: Grade
    signed: bool
    withdrawn: bool = False


def counting(assessed: Sequence[Assessed]) -> list[Assessed]:
    """The assessments that count, of all in the order in which they were made."""
    found: list[Assessed] = []
    signed = set[tuple[str, frozenset[str]]]()
    for each in reversed(assessed):
        if (each.agency, each.accused) not in signed:
            found.append(each)
        if each.signed and not each.withdrawn:
            signed.add((each.agency, each.accused))
    return found[::-1]


def stands(assessed: Sequence[Assessed]) -> Grade:
    """The grade that stands of a victim, of all assessments in the order in which they were made."""
    count = counting(assessed)
    known = [each.grade for each in count if not (each.withdrawn and each.grade is Grade.UNKNOWN)]
    now = [each.grade for each in count if not each.withdrawn]
    return min(standing_grade(known), standing_grade(now), key=GRAVEST_FIRST.index)


def held_up(assessed: Sequence[Assessed]) -> list[Assessed]:
    """Those that were withdrawn, and without which the grade would be less."""
    count = counting(assessed)
    now, then = standing_grade(each.grade for each in count if not each.withdrawn), stands(assessed)
    return [each for each in count if each.withdrawn and each.grade is then is not now]


def standing_grade(grades: Iterable[Grade]) -> Grade:
    """The grade that stands, of assessments in the order in which they were made; UNKNOWN of none."""
    gravest = newest = Grade.UNKNOWN
    for newest in grades:
        gravest = max(gravest, newest, key=LEAST_FIRST.index)
    left_open = newest is Grade.UNKNOWN and gravest is not Grade.HIGH
    return newest if left_open else gravest
