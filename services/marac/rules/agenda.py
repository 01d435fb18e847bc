"""In which order cases are heard, and by which letters they are called.

Sources: domain.md trap 4 (2026): what is unknown comes before medium; the Liverpool protocol
(2016-17) and common practice: families first within a grade, so that children's agencies can leave.
Numbers 1 to 16 would tell that a case was left out; letters from the case's own id tell nothing.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from contracts.vocabulary import Grade

GRAVEST_FIRST = (Grade.HIGH, Grade.UNKNOWN, Grade.MEDIUM, Grade.STANDARD)

LETTERS = "ACDEFGHJKLMNPQRTWXY"
DIGITS = "234679"
"""Without those that are read, heard or written as another (B 8, I 1, O 0, S 5, U V, Z 2 by hand)."""

SHORTEST = 3

SOON = timedelta(days=28)
"""How far ahead a line of the agenda says the next deadline: until the next meeting, as most hold one
(Goldthread's own). Farther ones, as of an order that ends in a year, are on the case's page."""


def place(grade: Grade, children: int, referred: datetime, case: str) -> tuple[int, bool, datetime, str]:
    """The sort key of a case on the agenda: gravest first, families first within a grade, then
    whoever has waited longest."""
    return (GRAVEST_FIRST.index(grade), children == 0, referred, case)


def letters(case: str, length: int = SHORTEST) -> str:
    """The letters of a case, such as ``K7Q``: always the same, and the longer begin with the shorter.

    They come from a hash of the id, so they say neither when it was referred nor how many there are.
    """
    number = int.from_bytes(sha256(f"letters {case}".encode()).digest())
    found = []
    for position in range(length):
        symbols = DIGITS if position % 2 else LETTERS
        number, at = divmod(number, len(symbols))
        found.append(symbols[at])
    return "".join(found)


def told_apart(cases: Iterable[str]) -> dict[str, str]:
    """Letters for cases that are read out side by side: those that would be alike are made longer."""
    wanted = sorted(set(cases))
    found = {case: letters(case) for case in wanted}
    for length in range(SHORTEST + 1, 13):
        seen = Counter(found.values())
        alike = [case for case in wanted if seen[found[case]] > 1]
        if not alike:
            break
        found |= {case: letters(case, length) for case in alike}
    return found
