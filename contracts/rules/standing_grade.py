"""Which grade stands after several assessments of one victim.

Professional judgement may raise a grade alone; to lower one takes a second person and a reason
(SafeLives, *MARAC referral criteria*; College of Policing, DARA; read 2026-11). Until that second
sign-off is recorded, an assessment alone lowers nothing. A grade that was unknown is answered by the
next assessment, and one that leaves it unknown is never read as an older, lesser one.
"""

from collections.abc import Iterable

from contracts.vocabulary import Grade


def standing_grade(grades: Iterable[Grade]) -> Grade:
    """The grade that stands, of assessments in the order in which they were made; UNKNOWN of none."""
    stands = Grade.UNKNOWN
    for grade in grades:
        lowers = stands is Grade.HIGH or (stands is Grade.MEDIUM and grade is Grade.STANDARD)
        stands = stands if lowers else grade
    return stands
