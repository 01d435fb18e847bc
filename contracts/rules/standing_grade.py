"""Which grade stands after several assessments of one victim.

Professional judgement may raise a grade alone; to lower one takes a second person and a reason
(SafeLives, *MARAC referral criteria*; College of Policing, DARA; read 2026-11). Until that second
sign-off is recorded, an assessment alone lowers nothing: neither at once nor after one in between
that left the grade unknown. One that two persons signed stands for all before it. An unknown grade is
answered by the next assessment, and is never read as an older, lesser one than high (domain.md 14, trap 4,
2026-11: unknown sorts above medium).
"""

from collections.abc import Iterable, Sequence

from contracts.vocabulary import Grade

LEAST_FIRST = (Grade.UNKNOWN, Grade.STANDARD, Grade.MEDIUM, Grade.HIGH)
"""Grades as they add to what is known: an unknown one adds nothing, and takes nothing away."""


def lowered_from(grades: Sequence[Grade]) -> Grade | None:
    """The gravest grade of one assessment's earlier versions, where its newest gives a lesser one."""
    gravest = max(grades, key=LEAST_FIRST.index)
    return gravest if gravest is not grades[-1] else None


def counts_from(signed: Sequence[bool | None]) -> int:
    """The place of the assessment from which on grades count, given of each whether two persons signed it."""
    return max((place for place, each in enumerate(signed) if each), default=0)


def standing_grade(grades: Iterable[Grade]) -> Grade:
    """The grade that stands, of assessments in the order in which they were made; UNKNOWN of none."""
    gravest = newest = Grade.UNKNOWN
    for newest in grades:
        gravest = max(gravest, newest, key=LEAST_FIRST.index)
    left_open = newest is Grade.UNKNOWN and gravest is not Grade.HIGH
    return newest if left_open else gravest
