"""How far the law has come with an incident, and since when it is known.

An agency says it of its incident as it is, and corrects the incident as the law goes on (``LegalStatus``).
When the suspect was arrested or charged no incident says: the time is when its agency first wrote it down,
the receipt from which the Code counts too (``domain.md`` 6, read 2026-11). What the newest version no longer
bears out was a slip: a step beyond the one that stands now, or beside it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from contracts.vocabulary import LegalStatus

FARTHER: Mapping[LegalStatus, int] = {
    LegalStatus.ALLEGED: 0,
    LegalStatus.ARRESTED: 1,
    LegalStatus.RELEASED_UNDER_INVESTIGATION: 2,
    LegalStatus.CHARGED: 3,
    LegalStatus.RELEASED_BY_COURT: 4,
    LegalStatus.CONVICTED: 5,
    LegalStatus.SENTENCED: 6,
    LegalStatus.RELEASED: 7,
}
"""Who is charged may have been arrested, and let out since. What ends it otherwise has nothing after it."""
ENDS = frozenset({LegalStatus.ACQUITTED, LegalStatus.NO_FURTHER_ACTION})
"""After a charge, or none: nobody is acquitted whom a court convicted."""


def steps(versions: Iterable[tuple[datetime, LegalStatus]]) -> list[tuple[LegalStatus, datetime]]:
    """The steps that stand, by what each version of an incident says and when it was written down, the first
    said first. None of none."""
    said = list(versions)
    if not said:
        return []
    now = said[-1][1]
    since: dict[LegalStatus, datetime] = {}
    for recorded, status in said:
        since[status] = min(recorded, since.get(status, recorded))
    reached = FARTHER[LegalStatus.CONVICTED] if now in ENDS else FARTHER[now]
    if now is LegalStatus.RELEASED_BY_COURT:  # after a conviction too, until the sentence
        reached = FARTHER[LegalStatus.SENTENCED]
    return [(each, at) for each, at in since.items() if each is now or FARTHER.get(each, reached) < reached]
